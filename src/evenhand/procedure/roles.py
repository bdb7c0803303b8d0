"""Who may have a part in one case, and which parts may never be the same person's (PROCEDURE §1.2, §1.4).

What a person carries across cases (officer, sysadmin, a restricted mandate) belongs to accounts, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class CaseRole(StrEnum):
    """A part in one case. `words` says what the holder does, `never` what they must not do."""

    COMPLAINANT = "complainant"
    REPORTER = "reporter"
    WITNESS = "witness"
    REPRESENTATIVE = "representative"
    PROTECTED = "protected"
    DELEGATE = "delegate"
    RESPONDENT = "respondent"
    COMPANION = "companion"
    WELFARE_C = "welfare_c"
    WELFARE_R = "welfare_r"
    INTAKE = "intake"
    ASSESSOR = "assessor"
    SECOND_ASSESSOR = "second_assessor"
    CHARGE_ASSESSOR = "charge_assessor"
    INVESTIGATOR = "investigator"
    INTERIM_PANEL = "interim_panel"
    INTERIM_CHALLENGE = "interim_challenge"
    INTERIM_COUNTERSIGN = "interim_countersign"
    PANEL = "panel"
    REVIEWER = "reviewer"
    APPEAL_PANEL = "appeal_panel"
    REOPENING_PANEL = "reopening_panel"
    AUDITOR = "auditor"
    CASE_KEEPER = "case_keeper"
    DPO = "dpo"
    LIAISON = "liaison"

    @property
    def label(self) -> str:
        """The name by which pages and notices call the holder; a message id."""
        return _WORDS[self][0]

    @property
    def words(self) -> str:
        """What the holder does; a message id."""
        return _WORDS[self][1]

    @property
    def never(self) -> str:
        """What the holder must never do; a message id."""
        return _WORDS[self][2]


_R = CaseRole
_WORDS: Final[Mapping[CaseRole, tuple[str, str, str]]] = {
    _R.COMPLAINANT: (
        "Complainant",
        "was the target of the conduct, or acts for them; reports it and follows what happens",
        "see the private data of the person complained about",
    ),
    _R.REPORTER: (
        "Reporter",
        "tells us about conduct that was aimed at somebody else",
        "see the private data of the person complained about",
    ),
    _R.WITNESS: ("Witness", "makes a statement, with protection where it is needed", "read the file"),
    _R.REPRESENTATIVE: ("Representative", "acts for one side; the authority is recorded", "act for both sides"),
    _R.PROTECTED: (
        "Protected person",
        "is shielded, and may be invited to complain",
        "see a field of any case through the shield",
    ),
    _R.DELEGATE: (
        "Delegate",
        "looks after the shield for the protected person who asked them to",
        "see a field of any case through the shield",
    ),
    _R.RESPONDENT: (
        "Person complained about",
        "is told what is alleged, answers, attends and may appeal",
        "learn an identity that is protected",
    ),
    _R.COMPANION: (
        "Companion",
        "comes along to every meeting with the person complained about",
        "learn an identity that is protected",
    ),
    _R.WELFARE_C: ("Welfare officer of the complainant", "supports the complainant", "touch what the case is about"),
    _R.WELFARE_R: (
        "Welfare officer of the person complained about",
        "supports the person complained about",
        "touch what the case is about",
    ),
    _R.INTAKE: (
        "Intake",
        "registers reports, looks up membership, joins duplicates, sends approved outreach",
        "decide what the case is about, suspend anybody, or open a report whose sender excluded them",
    ),
    _R.ASSESSOR: (
        "First assessor",
        "weighs what was sent and chooses the route",
        "investigate or sit in the same case",
    ),
    _R.SECOND_ASSESSOR: (
        "Second assessor",
        "decides dismissals together with the first assessor",
        "investigate or sit in the same case",
    ),
    _R.CHARGE_ASSESSOR: (
        "Charge assessor",
        "decides whether there is a case to answer: first blind, then open",
        "have read the open file before",
    ),
    _R.INVESTIGATOR: (
        "Investigator",
        "looks for the facts that speak for and against",
        "recommend an outcome, sit, or attend the deliberation",
    ),
    _R.INTERIM_PANEL: ("Interim panel member", "decides on a temporary measure", "decide the case itself"),
    _R.INTERIM_CHALLENGE: (
        "Decider of a challenge",
        "decides when somebody challenges a temporary measure",
        "decide the case itself",
    ),
    _R.INTERIM_COUNTERSIGN: (
        "Countersigner",
        "countersigns a temporary measure close to a selection or election",
        "decide the case itself",
    ),
    _R.PANEL: (
        "Panel member",
        "decides with two others whether it happened and broke the rule, then what follows",
        "know of earlier findings before deciding whether it happened",
    ),
    _R.REVIEWER: (
        "Reviewer",
        "checks a decision from outside: verifies it or sends it back",
        "put their own decision in its place",
    ),
    _R.APPEAL_PANEL: ("Appeal panel member", "decides an appeal with two others", "have touched the case before"),
    _R.REOPENING_PANEL: (
        "Reopening panel member",
        "decides with two others only whether a finished case is looked at again",
        "sit in that case afterwards",
    ),
    _R.AUDITOR: (
        "Auditor",
        "checks from outside what is overdue, what was read and what was changed",
        "write what a case says, decide, or run the system",
    ),
    _R.CASE_KEEPER: (
        "Case keeper",
        "keeps things moving from outside: empty pools, briefings, draws, the second signature on holds",
        "touch what the case is about",
    ),
    _R.DPO: ("Data protection officer", "answers requests about personal data", "decide what the case is about"),
    _R.LIAISON: (
        "Liaison officer",
        "refers to the police and to those who safeguard people at risk",
        "decide what the case is about",
    ),
}


class RoleSet(StrEnum):
    """One of the seven sets of §1.4: in one case nobody is ever in two of them."""

    ASSESSMENT = "assessment"
    INVESTIGATION = "investigation"
    INTERIM = "interim"
    PANEL = "panel"
    REVIEW = "review"
    APPEAL = "appeal"
    REOPENING = "reopening"


ROLE_SETS: Final[Mapping[RoleSet, frozenset[CaseRole]]] = MappingProxyType(
    {
        RoleSet.ASSESSMENT: frozenset({_R.INTAKE, _R.ASSESSOR, _R.SECOND_ASSESSOR, _R.CHARGE_ASSESSOR}),
        RoleSet.INVESTIGATION: frozenset({_R.INVESTIGATOR}),
        RoleSet.INTERIM: frozenset({_R.INTERIM_PANEL, _R.INTERIM_CHALLENGE, _R.INTERIM_COUNTERSIGN}),
        RoleSet.PANEL: frozenset({_R.PANEL}),
        RoleSet.REVIEW: frozenset({_R.REVIEWER}),
        RoleSet.APPEAL: frozenset({_R.APPEAL_PANEL}),
        RoleSet.REOPENING: frozenset({_R.REOPENING_PANEL}),
    }
)

MERIT_ROLES: Final = frozenset().union(*ROLE_SETS.values())
"""The roles with an asterisk in §1.2: in one case one person holds at most one of them, for all time (INV-02)."""

PARTY_ROLES: Final = frozenset(
    {_R.COMPLAINANT, _R.REPORTER, _R.RESPONDENT, _R.COMPANION, _R.REPRESENTATIVE, _R.WITNESS}
)
SEATS: Final[Mapping[CaseRole, int]] = MappingProxyType({_R.PANEL: 3, _R.APPEAL_PANEL: 3, _R.REOPENING_PANEL: 3})
"""How many people hold a role in one case at a time, where it is more than one by default."""

# §1.2: what the first question of the report form means for the part somebody has.
FORM_ROLES: Final[Mapping[str, CaseRole]] = MappingProxyType(
    {
        "target": _R.COMPLAINANT,
        "representative": _R.COMPLAINANT,
        "witness": _R.REPORTER,
        "other": _R.REPORTER,
    }
)


def role_set_of(role: CaseRole) -> RoleSet | None:
    """Return the one set of §1.4 the role belongs to, or None if it decides nothing."""
    return next((name for name, members in ROLE_SETS.items() if role in members), None)


def seats_of(role: CaseRole) -> int:
    """Return how many people hold the role in one case by default."""
    return SEATS.get(role, 1)


def may_hold_both(first: CaseRole, second: CaseRole) -> bool:
    """Say whether one person may ever hold both roles in one case.

    No two merit roles, also not inside a set: imposer, decider of a challenge and countersigner differ, the
    charge assessor is no longer blind after assessing. A party, and whoever comes along with one, has no
    merit role in the case either (INV-05).
    """
    if first == second:
        return True
    merit = {first, second} & MERIT_ROLES
    return len(merit) < 2 and not (merit and {first, second} & NEVER_IN_OFFICE)


NEVER_IN_OFFICE: Final = PARTY_ROLES | {_R.PROTECTED, _R.DELEGATE, _R.AUDITOR, _R.CASE_KEEPER}

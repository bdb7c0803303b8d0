"""The roles, as data: what each does, what it must never do, which may not meet in one person (PROCEDURE §1.2).

Seats in a case (assessor, investigator, panel …) are drawn per case and belong to the case rooms; a role
here is what a person's account carries across cases. A grant of a pool role makes a person drawable, no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """What an account may carry. `public` and `restricted` are never granted: everybody is, a mandate makes."""

    OFFICER = "officer"
    AUDITOR = "auditor"
    CASE_KEEPER = "case_keeper"
    PROTECTED = "protected"
    DELEGATE = "delegate"
    COMPLAINANT = "complainant"
    REPORTER = "reporter"
    RESPONDENT = "respondent"
    COMPANION = "companion"
    REPRESENTATIVE = "representative"
    WITNESS = "witness"
    WELFARE = "welfare"
    CHARGE_ASSESSOR = "charge_assessor"
    PANEL = "panel"
    REVIEWER = "reviewer"
    APPEAL_PANEL = "appeal_panel"
    REOPENING_PANEL = "reopening_panel"
    INTERIM_PANEL = "interim_panel"
    DPO = "dpo"
    LIAISON = "liaison"
    SYSADMIN = "sysadmin"
    RESTRICTED = "restricted"
    PUBLIC = "public"


class Office(StrEnum):
    """The offices whose holders are restricted while their mandate runs."""

    LEADER = "leader"
    LEADERS_OFFICE = "leaders_office"
    EXECUTIVE = "executive"
    PRESS_OFFICE = "press_office"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class About:
    """A role in plain English: its name, what it does, what it must never do (goes on after "must never:").

    `second_step`: opens nothing before one. `reads_content`: may read what cases or messages say.
    `granted`: False for what nobody can be given.
    """

    name: str | Promise
    does: str | Promise
    never: str | Promise
    second_step: bool
    reads_content: bool = False
    granted: bool = True


ROLES: dict[Role, About] = {
    Role.OFFICER: About(
        _("Officer"),
        _("Works at the desk: looks at leads, opens, routes and moves cases, keeps the clocks."),
        _("hold two parts in one case, or decide alone what needs two people."),
        second_step=True,
        reads_content=True,
    ),
    Role.AUDITOR: About(
        _("Auditor"),
        _("Checks from outside: what is overdue, what was re-allocated, what was read, what was changed."),
        _("write what a case says, decide, or run the system."),
        second_step=True,
        reads_content=True,
    ),
    Role.CASE_KEEPER: About(
        _("Case keeper"),
        _("Keeps things moving from outside: empty pools, briefings, draws, the second signature on holds."),
        _("touch what a case is about."),
        second_step=True,
    ),
    Role.PROTECTED: About(
        _("Protected person"),
        _("Is shielded: abuse aimed at them is screened, hidden, counted and documented."),
        _("see a field of any case through the shield."),
        second_step=True,
    ),
    Role.DELEGATE: About(
        _("Delegate"),
        _("Looks after the shield for a protected person who asked them to."),
        _("see a field of any case through the shield."),
        second_step=True,
    ),
    Role.COMPLAINANT: About(
        _("Complainant"),
        _("Was the target of the conduct, or acts for them; reports it and follows what happens."),
        _("see the private data of the person complained about."),
        second_step=False,
    ),
    Role.REPORTER: About(
        _("Reporter"),
        _("Tells us about conduct that was aimed at somebody else."),
        _("see the private data of the person complained about."),
        second_step=False,
    ),
    Role.RESPONDENT: About(
        _("Person complained about"),
        _("Is told what is alleged, under which rule of that day, with the evidence, and answers."),
        _("learn an identity that is protected."),
        second_step=False,
    ),
    Role.COMPANION: About(
        _("Companion"),
        _("Comes along to every meeting with the person complained about."),
        _("learn an identity that is protected."),
        second_step=False,
    ),
    Role.REPRESENTATIVE: About(
        _("Representative"),
        _("Acts for one side; the authority to do so is recorded."),
        _("act for both sides."),
        second_step=False,
    ),
    Role.WITNESS: About(
        _("Witness"),
        _("Makes a statement, with protection where it is needed."),
        _("read the file."),
        second_step=False,
    ),
    Role.WELFARE: About(
        _("Welfare officer"),
        _("Supports one side; each side of a formal case is offered their own."),
        _("touch what a case is about."),
        second_step=True,
    ),
    Role.CHARGE_ASSESSOR: About(
        _("Charge assessor"),
        _("Is in the pool outside the staff that decides whether there is a case to answer: first blind, then open."),
        _("have read the open file before deciding blind, or be staff of the unit."),
        second_step=True,
        reads_content=True,
    ),
    Role.PANEL: About(
        _("Panel member"),
        _("Is in the pool from which three are drawn: did it happen, did it break the rule, what follows."),
        _("know of earlier findings before deciding whether it happened."),
        second_step=True,
        reads_content=True,
    ),
    Role.REVIEWER: About(
        _("Reviewer"),
        _("Checks a decision from outside: confirms it or sends it back."),
        _("put their own decision in its place."),
        second_step=True,
        reads_content=True,
    ),
    Role.APPEAL_PANEL: About(
        _("Appeal panel member"),
        _("Is in the pool from which three new people are drawn for an appeal."),
        _("have touched the case before."),
        second_step=True,
        reads_content=True,
    ),
    Role.REOPENING_PANEL: About(
        _("Reopening panel member"),
        _("Is in the pool that decides only whether a closed case is opened again."),
        _("sit in that case afterwards."),
        second_step=True,
        reads_content=True,
    ),
    Role.INTERIM_PANEL: About(
        _("Interim panel member"),
        _("Is in the pool that decides on a temporary measure while facts are looked into."),
        _("decide the case itself."),
        second_step=True,
        reads_content=True,
    ),
    Role.DPO: About(
        _("Data protection officer"),
        _("Answers requests about personal data."),
        _("decide what a case is about."),
        second_step=True,
        reads_content=True,
    ),
    Role.LIAISON: About(
        _("Liaison officer"),
        _("Refers to the police and to those who safeguard people at risk."),
        _("decide what a case is about."),
        second_step=True,
        reads_content=True,
    ),
    Role.SYSADMIN: About(
        _("System administrator"),
        _("Looks after backups, accounts and key files."),
        _("hold a role that reads content."),
        second_step=True,
    ),
    Role.RESTRICTED: About(
        _("Holder of a restricted office"),
        _("May file a note of contact or a complaint, and sees their own case as a party."),
        _("read, decide or allocate anything else, while the mandate runs."),
        second_step=False,
        granted=False,
    ),
    Role.PUBLIC: About(
        _("Public"),
        _("Reads the public pages."),
        _("read a field of any case."),
        second_step=False,
        granted=False,
    ),
}

OFFICES: dict[Office, str | Promise] = {
    Office.LEADER: _("Leader"),
    Office.LEADERS_OFFICE: _("Leader’s office"),
    Office.EXECUTIVE: _("Member of the executive"),
    Office.PRESS_OFFICE: _("Press office"),
    Office.CANDIDATE: _("Candidate in a running election"),
}

_READS_CONTENT = frozenset(role for role, about in ROLES.items() if about.reads_content)
# Who fills the seats that staff never fill (SP4).
OUTSIDE = frozenset(
    {
        Role.CHARGE_ASSESSOR, Role.PANEL, Role.REVIEWER, Role.APPEAL_PANEL, Role.REOPENING_PANEL, Role.INTERIM_PANEL,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Apart:
    """One rule of separation: nobody holds a role of `these` together with one of `those`."""

    these: frozenset[Role]
    those: frozenset[Role]
    why: str | Promise

    def forbids(self, one: Role, other: Role) -> bool:
        """Return whether the two roles may not meet in one person."""
        pair = (one in self.these and other in self.those) or (one in self.those and other in self.these)
        return pair and one != other


SEPARATIONS: tuple[Apart, ...] = (
    Apart(
        frozenset({Role.SYSADMIN}),
        _READS_CONTENT | {Role.CASE_KEEPER, Role.WELFARE},
        _("Whoever looks after the system reads no content (INV-08)."),
    ),
    Apart(
        frozenset({Role.AUDITOR}),
        (_READS_CONTENT | {Role.WELFARE}) - {Role.AUDITOR},
        _("Whoever checks takes no part in what is checked (SP2)."),
    ),
    Apart(
        frozenset({Role.OFFICER}),
        OUTSIDE | {Role.CASE_KEEPER},
        _("The unit's own staff decide no case and keep no draw (P1)."),
    ),
    Apart(
        frozenset({Role.CASE_KEEPER}),
        OUTSIDE | {Role.WELFARE},
        _("The case keeper touches nothing a case is about (PROCEDURE §1.2)."),
    ),
)


def require_mfa(role: Role) -> bool:
    """Return whether a role opens nothing until its holder has signed in with a second step."""
    return ROLES[role].second_step


def clash(wanted: Role, held: frozenset[Role]) -> tuple[Role, Apart] | None:
    """Return the first role held that may not meet the wanted one, and the rule; None where none clashes."""
    for role in sorted(held):
        for rule in SEPARATIONS:
            if rule.forbids(wanted, role):
                return role, rule
    return None

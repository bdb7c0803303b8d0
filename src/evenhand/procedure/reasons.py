"""The statement of reasons: what a decision must say before it is one (PROCEDURE §6.1).

The skeleton has the shape of DSA art. 17(3), which binds hosting services; we adopt the shape and claim no duty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final

from evenhand.codes import Rung
from evenhand.procedure.notices import is_empty
from evenhand.procedure.outcomes import Finding, StandardOfProof
from evenhand.procedure.roles import CaseRole, seats_of


@dataclass(frozen=True, slots=True)
class AllegationFinding:
    """What was found on one allegation, on which evidence, and why."""

    allegation: str
    finding: Finding | None
    standard: StandardOfProof | None
    relied_on: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class RuleGround:
    """The rule relied on: code, version, clause, from when to when it was in force, why it was broken or not."""

    code: str
    version: str
    clause: str
    in_force_from: str
    in_force_until: str
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One representation of a party and the panel's answer to it."""

    said: str
    answer: str


@dataclass(frozen=True, slots=True)
class Redress:
    """Where somebody can turn, how, and until when."""

    internal: str
    out_of_court: str
    court: str
    until: str


@dataclass(frozen=True, slots=True)
class Contacts:
    """Outside contacts by category, and how many of the deciders declared none ("declared none: 3 of 3")."""

    by_category: Mapping[str, int]
    declared_none: int
    deciders: int


@dataclass(frozen=True, slots=True)
class StatementOfReasons:
    """Every field of §6.1. A field no earlier step filled stays empty and blocks the decision.

    `legal_ground` and `legal_why`, `dissent` and `withheld` may be empty: they belong to some decisions only.
    `rule_grounds` may be empty only where a legal ground is relied on.
    """

    decision_types: tuple[str, ...] = ()
    scope: str = ""
    start: str = ""
    duration_or_end: str = ""
    facts: str = ""
    source: str = ""
    automated_detection: bool | None = None
    automated_means_in_decision: bool | None = None
    legal_ground: str = ""
    legal_why: str = ""
    rule_grounds: tuple[RuleGround, ...] = ()
    redress: Redress | None = None
    findings: tuple[AllegationFinding, ...] = ()
    evidence: tuple[str, ...] = ()
    exculpatory_considered: str = ""
    answers: tuple[Answer, ...] = ()
    nothing_represented: bool = False
    outcome: Rung | None = None
    factors: tuple[str, ...] = ()
    no_factors: bool = False
    comparators: str = ""
    dissent: str = ""
    withheld: str = ""
    panel: tuple[str, ...] = ()
    conflicts_declared: str = ""
    contacts: Contacts | None = None
    service_dates: tuple[str, ...] = ()
    clocks_kept: tuple[str, ...] = ()
    clocks_missed: tuple[str, ...] = ()


_MAY_BE_EMPTY: Final = frozenset(
    {"legal_ground", "legal_why", "rule_grounds", "dissent", "withheld", "nothing_represented", "no_factors"}
    | {"clocks_missed"}
)
FIELDS: Final = tuple(each.name for each in fields(StatementOfReasons))
REQUIRED: Final = tuple(name for name in FIELDS if name not in _MAY_BE_EMPTY)
"""The fields without which there is no decision, in the order of §6.1."""

TYPED: Final = ("facts", "exculpatory_considered", "answers", "factors", "findings")
"""The only fields somebody types for an outcome up to L2; all others flow from earlier steps."""

FIELD_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "decision_types": "what was decided",
        "scope": "how far it reaches",
        "start": "when it begins",
        "duration_or_end": "how long it lasts, or when it ends",
        "facts": "the facts and circumstances",
        "source": "whether it began with a report or by the organisation itself",
        "automated_detection": "whether a machine found it",
        "automated_means_in_decision": "that no machine decided it",
        "legal_ground": "the law relied on",
        "legal_why": "why it is against that law",
        "rule_grounds": "the rule relied on, with version and dates, and why it was broken",
        "redress": "where to turn next, and until when",
        "findings": "what was found on each allegation",
        "evidence": "the evidence, with its numbers and hashes",
        "exculpatory_considered": "what was considered that speaks for the person complained about",
        "answers": "what each side said, and the answer to it",
        "nothing_represented": "that neither side said anything",
        "outcome": "what follows",
        "factors": "what made it heavier or milder",
        "no_factors": "that nothing made it heavier or milder",
        "comparators": "how comparable cases ended",
        "dissent": "the view of a member who disagreed",
        "withheld": "what was withheld, and its gist",
        "panel": "who decided",
        "conflicts_declared": "the conflicts that were declared",
        "contacts": "how many outside contacts there were, and that each member declared theirs",
        "service_dates": "when each notice was served",
        "clocks_kept": "which dates were kept",
        "clocks_missed": "which dates were missed, and by whom",
    }
)
"""What each field is, in words a person reads when it is missing; message ids."""


def incomplete(reasons: StatementOfReasons) -> tuple[str, ...]:
    """Return the names of the fields that keep this from being a decision, in order; () if it is complete."""
    return tuple(name for name in FIELDS if not _answered(name, reasons))


def _answered(name: str, reasons: StatementOfReasons) -> bool:
    special = _SPECIAL.get(name)
    if special is not None:
        return special(reasons)
    return name in _MAY_BE_EMPTY or not is_empty(getattr(reasons, name))


def _texts(*values: str) -> bool:
    return all(value.strip() for value in values)


def _findings(reasons: StatementOfReasons) -> bool:
    """Each finding has its standard; one that was reached names what it relies on, and why."""
    if not reasons.findings:
        return False
    names = [each.allegation for each in reasons.findings]
    return len(set(names)) == len(names) and all(_finding(each) for each in reasons.findings)


def _finding(each: AllegationFinding) -> bool:
    if each.finding is None or each.standard is None or not _texts(each.allegation, each.why):
        return False
    return each.finding is not Finding.PROVED or bool(each.relied_on)


def _evidence(reasons: StatementOfReasons) -> bool:
    """Everything a finding relies on stands among the evidence; nothing found on anything needs none."""
    relied = {item for each in reasons.findings for item in each.relied_on}
    return bool(reasons.evidence) and all(
        any(entry == item or entry.startswith(f"{item} ") for entry in reasons.evidence) for item in relied
    )


def _rules(reasons: StatementOfReasons) -> bool:
    """A rule or a law is relied on, always; of a rule everything but its end is said (it may still be in force)."""
    if not reasons.rule_grounds:
        return bool(reasons.legal_ground.strip())
    return all(_texts(r.code, r.version, r.clause, r.in_force_from, r.why) for r in reasons.rule_grounds)


def _legal(reasons: StatementOfReasons) -> bool:
    return not reasons.legal_ground.strip() or bool(reasons.legal_why.strip())


def _redress(reasons: StatementOfReasons) -> bool:
    found = reasons.redress
    return found is not None and _texts(found.internal, found.out_of_court, found.court, found.until)


def _answers(reasons: StatementOfReasons) -> bool:
    """Each representation has its answer; that there was none is said, not left out."""
    if not reasons.answers:
        return reasons.nothing_represented
    return all(_texts(each.said, each.answer) for each in reasons.answers)


def _factors(reasons: StatementOfReasons) -> bool:
    """Factors matter where something follows; that none applied is said."""
    return bool(reasons.factors) or reasons.no_factors or reasons.outcome is Rung.NOTHING


def _contacts(reasons: StatementOfReasons) -> bool:
    """Counts are given, zero included, and every member of the panel has declared."""
    found = reasons.contacts
    if found is None or found.deciders < seats_of(CaseRole.PANEL):
        return False
    return 0 <= found.declared_none <= found.deciders and all(count >= 0 for count in found.by_category.values())


def _panel(reasons: StatementOfReasons) -> bool:
    names = {name.strip() for name in reasons.panel if name.strip()}
    return len(names) >= seats_of(CaseRole.PANEL)


def _no_machine(reasons: StatementOfReasons) -> bool:
    """Automated means in the decision are refused altogether (R5): the only answer is "no"."""
    return reasons.automated_means_in_decision is False


def _comparators(reasons: StatementOfReasons) -> bool:
    return bool(reasons.comparators.strip()) or reasons.outcome is Rung.NOTHING


_SPECIAL: Final = MappingProxyType(
    {
        "automated_means_in_decision": _no_machine,
        "legal_why": _legal,
        "rule_grounds": _rules,
        "redress": _redress,
        "findings": _findings,
        "evidence": _evidence,
        "answers": _answers,
        "factors": _factors,
        "comparators": _comparators,
        "panel": _panel,
        "contacts": _contacts,
    }
)

"""What may follow: the rungs, who imposes each, when it is spent, and what bounds a panel (PROCEDURE §5).

The ladder itself is `evenhand.codes.Rung`, because every rule names the most that can follow (S6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from evenhand.codes import ActType, Clause, Rung
from evenhand.errors import UsageError
from evenhand.procedure.durations import Duration, duration
from evenhand.procedure.outcomes import GRAVE_HEIGHT
from evenhand.procedure.roles import CaseRole


@dataclass(frozen=True, slots=True)
class RungRule:
    """One rung: who imposes it, whether a review must follow, and when it is spent.

    `spent_after` None: at once. `after_term`: counted from the end of the term. `citable`: may be shown to a later
    panel until it is spent. `longest_term`: the longest lawful term, where the rung has one.
    """

    rung: Rung
    imposed_by: frozenset[CaseRole]
    needs_review: bool
    spent_after: Duration | None
    after_term: bool
    citable: bool
    longest_term: Duration | None = None


_P, _A = CaseRole.PANEL, CaseRole.ASSESSOR


def _rung(
    rung: Rung,
    by: set[CaseRole],
    spent: str | None,
    *,
    term: bool = False,
    citable: bool = True,
    most: str | None = None,
) -> RungRule:
    return RungRule(
        rung=rung,
        imposed_by=frozenset(by),
        needs_review=rung.height >= GRAVE_HEIGHT,
        spent_after=duration(spent) if spent else None,
        after_term=term,
        citable=citable,
        longest_term=duration(most) if most else None,
    )


RUNGS: Final[Mapping[Rung, RungRule]] = MappingProxyType(
    {
        Rung.NOTHING: _rung(Rung.NOTHING, {CaseRole.CHARGE_ASSESSOR, _P}, None, citable=False),
        Rung.REQUEST: _rung(Rung.REQUEST, {CaseRole.INTAKE}, None, citable=False),
        Rung.ADVICE: _rung(Rung.ADVICE, {_A, _P}, "12m"),
        Rung.AMENDS: _rung(Rung.AMENDS, {_P}, "12m"),
        Rung.WARNING: _rung(Rung.WARNING, {_P}, "24m"),
        Rung.REMOVAL_FROM_ROLE: _rung(Rung.REMOVAL_FROM_ROLE, {_P}, "24m", term=True),
        Rung.SUSPENSION: _rung(Rung.SUSPENSION, {_P}, "36m", term=True, most="24m"),
        Rung.EXPULSION: _rung(Rung.EXPULSION, {_P}, "60m"),
    }
)
"""The defaults of section 5; an organisation may only shorten what is here. A panel imposes L4 and above with review;
an assessor imposes L1 only with the consent of the person complained about."""

TERM_RUNGS: Final = tuple(rung for rung, rule in RUNGS.items() if rule.spent_after is not None)
"""The rungs whose time until spent an organisation's procedure file names."""


class Aggravating(StrEnum):
    """S1: what makes an outcome heavier. Nothing else does."""

    GRAVITY = "gravity"
    VULNERABILITY = "vulnerability"
    REACH = "reach"
    REPETITION = "repetition"
    ROLE_OF_TRUST = "role_of_trust"
    COORDINATION = "coordination"


class Mitigating(StrEnum):
    """S1: what makes an outcome milder. Deletion counts here and is never an admission."""

    DELETION = "deletion"
    APOLOGY_BEFORE_NOTICE = "apology_before_notice"
    YOUTH = "youth"
    AGE_OF_POST = "age_of_post"
    CONTEXT = "context"
    PROVOCATION = "provocation"
    LEARNING = "learning"
    HEALTH = "health"


FACTOR_WORDS: Final[Mapping[StrEnum, str]] = MappingProxyType(
    {
        Aggravating.GRAVITY: "how grave it was",
        Aggravating.VULNERABILITY: "how vulnerable the person targeted was",
        Aggravating.REACH: "how many people it reached",
        Aggravating.REPETITION: "that it was repeated",
        Aggravating.ROLE_OF_TRUST: "a role of trust",
        Aggravating.COORDINATION: "that it was organised with others",
        Mitigating.DELETION: "it was deleted, which admits nothing",
        Mitigating.APOLOGY_BEFORE_NOTICE: "an apology before the notice came",
        Mitigating.YOUTH: "youth",
        Mitigating.AGE_OF_POST: "how long ago it was",
        Mitigating.CONTEXT: "what stood around it",
        Mitigating.PROVOCATION: "provocation",
        Mitigating.LEARNING: "what was learned since",
        Mitigating.HEALTH: "health",
    }
)


def imposer_is_lawful(rung: Rung, role: CaseRole, *, consent: bool = False) -> bool:
    """Say whether somebody in this role may impose the rung; an assessor's advice needs the other side's consent."""
    if rung is Rung.ADVICE and role is _A:
        return consent
    return role in RUNGS[rung].imposed_by


def most_that_can_follow(clause: Clause, act: ActType) -> Rung:
    """Return the most the rule names for this kind of act (S6); UsageError if it does not cover the act (S2)."""
    if act not in clause.most:
        raise UsageError(f"the rule does not cover {act.words}.", where=f"clause {clause.number}")
    return clause.most[act]


def within_the_most(rung: Rung, clause: Clause, act: ActType) -> bool:
    """Say whether an outcome stays within the most the rule names for this kind of act."""
    return rung.height <= most_that_can_follow(clause, act).height


def grade_number(grade: int | str) -> int:
    """Return a grade of evidence as 0 to 4, from 3 or "C3"; UsageError for anything else."""
    text = str(grade).removeprefix("C") if isinstance(grade, str) else str(int(grade))
    if text not in {"0", "1", "2", "3", "4"}:
        raise UsageError(f"'{str(grade)[:20]}' is not a grade of evidence.", mend="Grades are C0 to C4.")
    return int(text)


def grade_allows(rung: Rung, grades: Sequence[int | str], *, admitted: bool = False) -> bool:
    """Say whether the grades of the items that prove an element carry an outcome of this rung (S4).

    L4 and above need one item of C3, or of C2 together with an admission. Below, the panel weighs.
    """
    if rung.height < GRAVE_HEIGHT:
        return True
    best = max((grade_number(grade) for grade in grades), default=0)
    return best >= (2 if admitted else 3)


class ComparedWith(StrEnum):
    """What the comparators of S3 were taken from."""

    SAME_RULE_AND_GRADE = "same_rule_and_grade"
    WIDER_CLASS = "wider_class"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Comparators:
    """Earlier outcomes for comparison: what they were taken from, how many, and the inter-quartile range."""

    of: ComparedWith
    number: int
    low: Rung | None = None
    median: Rung | None = None
    high: Rung | None = None

    def needs_reason(self, rung: Rung) -> bool:
        """Say whether an outcome leaves the inter-quartile range, so that a reason is required."""
        if self.low is None or self.high is None:
            return False
        return not self.low.height <= rung.height <= self.high.height


FEWEST_COMPARATORS: Final = 10


def comparators(same: Sequence[Rung], wider: Sequence[Rung], *, fewest: int = FEWEST_COMPARATORS) -> Comparators:
    """Return the comparators of S3: the same rule and grade from ten cases on, else the wider class, else none.

    Quartiles are outcomes that occurred: the rungs at ceil(n/4), ceil(n/2), ceil(3n/4) of the sorted list.
    """
    for kind, outcomes in ((ComparedWith.SAME_RULE_AND_GRADE, same), (ComparedWith.WIDER_CLASS, wider)):
        if len(outcomes) >= fewest:
            ordered = sorted(outcomes, key=lambda rung: rung.height)
            low, median, high = (ordered[-(-len(ordered) * part // 4) - 1] for part in (1, 2, 3))
            return Comparators(kind, len(ordered), low, median, high)
    return Comparators(ComparedWith.NONE, len(wider))

"""From recorded facts of an item to an answer per gate: what an assessor is shown first and may change.

Nothing is guessed: a fact nobody recorded leaves its gate unknown. The gates that need judgement (context,
relevance) read what an assessor recorded, never the text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from evenhand.codes import ActType
from evenhand.errors import UsageError
from evenhand.evidence.gates import Answer, AuthorLink, Gate, GateCode, GateResult, Jurisdiction, membership_gate
from evenhand.evidence.grades import Grade, Route, grade_of_capture

TIME_BAR_MONTHS: Final = 12


class Stance(StrEnum):
    """What the author did with the words in question, as an assessor recorded it."""

    OWN = "own"
    QUOTES = "quotes"
    CONDEMNS = "condemns"


class Seen(StrEnum):
    """Whether this item was here before, by its canonical id."""

    NEW = "new"
    DUPLICATE = "duplicate"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """What was recorded about one item; None and empty mean that nobody recorded it.

    `independent_facts`: how many consistent, independent facts link author and member. `namesake`: another
    person of that name was shown to be the author. `altered`: hash or comparison showed a change.
    """

    received_on: date
    route: Route | None = None
    locator: str = ""
    captured_on: date | None = None
    capturer: str = ""
    original_bytes: bool = False
    screenshot_only: bool = False
    altered: bool | None = None
    lawful_source: bool | None = None
    author_said_yes: bool = False
    account_verified: bool = False
    contact_match: bool = False
    independent_facts: int = 0
    resemblance: bool = False
    namesake: bool = False
    impostor: bool | None = None
    member_at_the_act: bool | None = None
    member_now: bool | None = None
    ever_member: bool | None = None
    deceased: bool = False
    acted_on: date | None = None
    known_on: date | None = None
    rule_start: date | None = None
    rule_end: date | None = None
    rule_named: bool = False
    late_exception: bool = False
    context_kept: bool = False
    context_reason: str = ""
    stance: Stance | None = None
    act: ActType | None = None
    elements: frozenset[str] | None = None
    seen: Seen | None = None
    only_needed_data: bool | None = None


def answer_gates(
    facts: ItemFacts, *, jurisdiction: Jurisdiction = Jurisdiction.BOTH, time_bar_months: int = TIME_BAR_MONTHS
) -> tuple[GateResult, ...]:
    """Return one result per gate, in order. `time_bar_months`: the organisation's time bar (default 12)."""
    answers: dict[Gate, Callable[[], GateResult]] = {
        Gate.G1: lambda: _located(facts),
        Gate.G2: lambda: _unchanged(facts),
        Gate.G3: lambda: _yes(Gate.G3, facts.lawful_source, GateCode.UNLAWFUL_SOURCE),
        Gate.G4: lambda: _existed(facts),
        Gate.G5: lambda: _author(facts),
        Gate.G6: lambda: _yes(Gate.G6, None if facts.impostor is None else not facts.impostor, GateCode.IMPOSTOR),
        Gate.G7: lambda: membership_gate(
            at_the_act=facts.member_at_the_act, now=facts.member_now, ever=facts.ever_member,
            deceased=facts.deceased, jurisdiction=jurisdiction,
        ),
        Gate.G8: lambda: _rule(facts),
        Gate.G9: lambda: _in_time(facts, time_bar_months),
        Gate.G10: lambda: _context(facts),
        Gate.G11: lambda: _result(Gate.G11, Answer.UNKNOWN if facts.act is None else Answer.PASS),
        Gate.G12: lambda: _yes(
            Gate.G12, None if facts.elements is None else bool(facts.elements), GateCode.IRRELEVANT
        ),
        Gate.G13: lambda: _new(facts),
        Gate.G14: lambda: _yes(Gate.G14, facts.only_needed_data, GateCode.EXCESSIVE),
    }  # fmt: skip
    return tuple(answers[gate]() for gate in Gate)


def _result(gate: Gate, answer: Answer, code: GateCode | None = None) -> GateResult:
    return GateResult(gate, answer, code)


def _yes(gate: Gate, fact: bool | None, code: GateCode) -> GateResult:
    if fact is None:
        return _result(gate, Answer.UNKNOWN)
    return _result(gate, Answer.PASS) if fact else _result(gate, Answer.FAIL, code)


def _located(facts: ItemFacts) -> GateResult:
    if not facts.locator:
        return _result(Gate.G1, Answer.FAIL, GateCode.NO_LOCATOR)
    known = facts.captured_on is not None and facts.capturer
    return _result(Gate.G1, Answer.PASS if known else Answer.UNKNOWN)


def _unchanged(facts: ItemFacts) -> GateResult:
    if facts.altered:
        return _result(Gate.G2, Answer.FAIL, GateCode.ALTERED)
    if facts.screenshot_only:
        return _result(Gate.G2, Answer.UNKNOWN, GateCode.SCREENSHOT_ONLY)
    return _result(Gate.G2, Answer.PASS if facts.original_bytes else Answer.UNKNOWN)


def _existed(facts: ItemFacts) -> GateResult:
    if facts.route is not None and grade_of_capture(facts.route).height >= Grade.C2.height:
        return _result(Gate.G4, Answer.PASS)
    # The author's own yes for this item is more than any capture.
    if facts.author_said_yes:
        return _result(Gate.G4, Answer.PASS)
    return _result(Gate.G4, Answer.UNKNOWN, GateCode.UNVERIFIED)


def _author(facts: ItemFacts) -> GateResult:
    if facts.namesake:
        return _result(Gate.G5, Answer.FAIL, GateCode.NAMESAKE)
    link = _link(facts)
    if link is not None and link.is_enough:
        return GateResult(Gate.G5, Answer.PASS, link=link)
    return GateResult(Gate.G5, Answer.UNKNOWN, GateCode.AUTHOR_UNKNOWN, link=link)


def _link(facts: ItemFacts) -> AuthorLink | None:
    if facts.author_said_yes or facts.account_verified:
        return AuthorLink.A
    if facts.contact_match:
        return AuthorLink.B
    if facts.independent_facts >= 2:
        return AuthorLink.C
    return AuthorLink.D if facts.resemblance else None


def _rule(facts: ItemFacts) -> GateResult:
    if facts.rule_start is None:
        return _result(Gate.G8, Answer.FAIL, GateCode.NO_RULE) if facts.rule_named else _result(Gate.G8, Answer.UNKNOWN)
    if facts.acted_on is None:
        return _result(Gate.G8, Answer.UNKNOWN)
    if facts.acted_on < facts.rule_start:
        return _result(Gate.G8, Answer.FAIL, GateCode.RULE_LATER)
    if facts.rule_end is not None and facts.acted_on >= facts.rule_end:
        return _result(Gate.G8, Answer.FAIL, GateCode.NO_RULE)
    return _result(Gate.G8, Answer.PASS)


def _in_time(facts: ItemFacts, months: int) -> GateResult:
    if facts.late_exception:
        return _result(Gate.G9, Answer.PASS)
    if facts.acted_on is None:
        return _result(Gate.G9, Answer.UNKNOWN)
    start = max(facts.acted_on, facts.known_on or facts.acted_on)
    if facts.received_on <= last_day_in_time(start, months):
        return _result(Gate.G9, Answer.PASS)
    return _result(Gate.G9, Answer.FAIL, GateCode.STALE)


def last_day_in_time(start: date, months: int) -> date:
    """Return the last day of a time bar: the same day so many months on, or that month's last day."""
    if months < 1:
        raise UsageError(f"{months} months is no time bar", mend="Give at least one month.")
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for day in range(start.day, 0, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return start


def _context(facts: ItemFacts) -> GateResult:
    if facts.stance is Stance.CONDEMNS:
        return _result(Gate.G10, Answer.FAIL, GateCode.CONDEMNS)
    if facts.stance is Stance.QUOTES:
        return _result(Gate.G10, Answer.FAIL, GateCode.QUOTES)
    if not (facts.context_kept or facts.context_reason.strip()):
        return _result(Gate.G10, Answer.UNKNOWN, GateCode.NO_CONTEXT)
    return _result(Gate.G10, Answer.PASS if facts.stance is Stance.OWN else Answer.UNKNOWN)


def _new(facts: ItemFacts) -> GateResult:
    if facts.seen is None:
        return _result(Gate.G13, Answer.UNKNOWN)
    code = {Seen.DUPLICATE: GateCode.DUPLICATE, Seen.DECIDED: GateCode.RES_JUDICATA}.get(facts.seen)
    return _result(Gate.G13, Answer.PASS if code is None else Answer.FAIL, code)

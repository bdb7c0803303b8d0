"""How long what is kept after a case has closed (PROCEDURE §7.4). An organisation may only shorten it, or raise it
on a ground its sector's law gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from evenhand.codes import Rung
from evenhand.errors import UsageError
from evenhand.procedure.clocks import Calendar, after
from evenhand.procedure.durations import Duration, duration
from evenhand.procedure.states import State


class KeptAs(StrEnum):
    """A row of the table: what kind of end a case had."""

    OUT_OF_SCOPE = "out_of_scope"
    NOTHING_FOUND = "nothing_found"
    MILD = "mild"
    GRAVE = "grave"
    LEFT = "left"


class CountedFrom(StrEnum):
    """From when a retention period runs."""

    WINDOW = "window"
    CLOSED = "closed"
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """One row: how long, counted from when, and its words."""

    kept_as: KeptAs
    period: Duration
    counted_from: CountedFrom
    words: str


_RULES: Final = (
    RetentionRule(
        KeptAs.OUT_OF_SCOPE,
        duration("30d"),
        CountedFrom.WINDOW,
        "out of scope, or no member: 30 days after the time for a check is over, then only the count",
    ),
    RetentionRule(
        KeptAs.NOTHING_FOUND, duration("12m"), CountedFrom.CLOSED, "dismissed, no case or not proved: 12 months"
    ),
    RetentionRule(KeptAs.MILD, duration("12m"), CountedFrom.SPENT, "L1 to L3: 12 months after it is spent"),
    RetentionRule(KeptAs.GRAVE, duration("72m"), CountedFrom.SPENT, "L4 to L6: 6 years after it is spent"),
    RetentionRule(KeptAs.LEFT, duration("72m"), CountedFrom.CLOSED, "stopped because membership ended: 6 years"),
)
RETENTION: Final[Mapping[KeptAs, RetentionRule]] = MappingProxyType({rule.kept_as: rule for rule in _RULES})

PERMANENT: Final = ("log hashes", "counting rows", "statistics")
"""What stays for ever; none of it names a person."""


def kept_as(end: State, rung: Rung | None = None) -> KeptAs:
    """Return the row that fits a case by its end and, where something was decided, its rung.

    A withdrawn or merged case is kept like one in which nothing was found. Raises UsageError for a state that is no
    end.
    """
    if end is State.OUT_OF_SCOPE:
        return KeptAs.OUT_OF_SCOPE
    if end is State.LEFT_UNDER_INVESTIGATION:
        return KeptAs.LEFT
    if end in (State.DECIDED, State.APPEAL_DECIDED):
        return _by_rung(rung)
    if end in (State.DISMISSED_UNFIT, State.NO_CASE, State.WITHDRAWN, State.MERGED):
        return KeptAs.NOTHING_FOUND
    raise UsageError("a case is kept by how it ended, and this one has not ended.")


def _by_rung(rung: Rung | None) -> KeptAs:
    if rung is None or rung in (Rung.NOTHING, Rung.REQUEST):
        return KeptAs.NOTHING_FOUND
    return KeptAs.MILD if rung.height <= Rung.WARNING.height else KeptAs.GRAVE


def keep_until(rule: RetentionRule, counted_from: datetime, calendar: Calendar, period: Duration | None = None) -> date:
    """Return the local day at whose end the data may go. `period` is the organisation's own, if it set one."""
    return calendar.day_of(after(counted_from, period or rule.period, calendar))

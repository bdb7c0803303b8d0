"""Deadlines: working days, calendar days, months and elapsed hours; pauses; and when a notice counts as served.

    calendar = Calendar("Europe/Dublin", frozenset({date(2026, 12, 25)}))
    due(start, default_clock(ClockId.EVIDENCE), calendar).bound

Every moment that goes in or comes out is aware; what comes out is UTC. Days are days of the organisation's own
calendar and end at 23:59:59 there; hours are elapsed hours, whatever the wall clock does (PROCEDURE §2.2).
"""

from __future__ import annotations

import calendar as month_lengths
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from evenhand.errors import UsageError
from evenhand.procedure.clock_rules import (
    CLOCKS,
    LONGEST_PATH,
    Clock,
    ClockId,
    ClockRule,
    Direction,
    default_clock,
)
from evenhand.procedure.durations import Duration, Unit, duration

__all__ = [
    "CLOCKS",
    "LONGEST_PATH",
    "Calendar",
    "Clock",
    "ClockId",
    "ClockRule",
    "Direction",
    "Due",
    "Duration",
    "Pause",
    "Served",
    "ServiceEvent",
    "ServiceKind",
    "Unit",
    "add_working_days",
    "after",
    "default_clock",
    "due",
    "duration",
    "end_of_day",
    "is_working_day",
    "served_at",
    "working_days_between",
]

_WEEKEND: Final = 5
# No organisation closes for a year: a calendar that full is a mistake, and must not become an endless loop.
_LONGEST_CLOSURE: Final = 366


@dataclass(frozen=True)
class Calendar:
    """The organisation's calendar: an IANA time zone and its holidays. Saturday and Sunday are no working days."""

    timezone: str
    holidays: frozenset[date] = field(default_factory=frozenset)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone; UsageError if there is none of that name."""
        try:
            return ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            raise UsageError(
                f"there is no time zone '{self.timezone[:60]}'.", mend='Write it as in "Europe/Dublin".'
            ) from None

    def day_of(self, moment: datetime) -> date:
        """Return the local day on which a moment falls; UsageError if the moment names no zone."""
        return _aware(moment).astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Due:
    """When a step is aimed at and when it is bound, both UTC; None while a pause stops the clock."""

    aim: datetime | None
    bound: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Say whether the bound has passed; false while paused."""
        return self.bound is not None and _aware(now) > self.bound


@dataclass(frozen=True, slots=True, order=True)
class Pause:
    """A time during which clocks stand; `end` is None while it lasts."""

    start: datetime
    end: datetime | None = None


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Say whether the organisation works on that day."""
    return day.weekday() < _WEEKEND and day not in calendar.holidays


def add_working_days(day: date, number: int, calendar: Calendar) -> date:
    """Return the `number`-th working day after `day` (the day itself does not count; 0 returns it).

    Raises UsageError for a negative number, or if the calendar has no working day within a year.
    Cost: linear in the days passed.
    """
    if number < 0:
        raise UsageError(f"{number} working days cannot be added.", mend="Count forwards.")
    found, idle = 0, 0
    while found < number:
        day += timedelta(days=1)
        found, idle = (found + 1, 0) if is_working_day(day, calendar) else (found, idle + 1)
        if idle > _LONGEST_CLOSURE:
            raise UsageError("the calendar has no working day within a year.", mend="Correct its list of holidays.")
    return day


def working_days_between(first: date, last: date, calendar: Calendar) -> int:
    """Return how many working days lie after `first` up to and including `last`; 0 if `last` is not later."""
    length = max(0, (last - first).days)
    return sum(is_working_day(first + timedelta(days=step), calendar) for step in range(1, length + 1))


def end_of_day(day: date, calendar: Calendar) -> datetime:
    """Return 23:59:59 of that local day in UTC; the later one where the wall clock shows it twice."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=calendar.zone).replace(fold=1).astimezone(UTC)


def after(start: datetime, length: Duration, calendar: Calendar) -> datetime:
    """Return when `length` from `start` is over, UTC: elapsed for hours, the end of the local day for the rest."""
    if length.unit is Unit.HOURS:
        return _aware(start).astimezone(UTC) + timedelta(hours=length.number)
    return end_of_day(_last_day(calendar.day_of(start), length, calendar), calendar)


def due(
    start: datetime, clock: Clock, calendar: Calendar, *, pauses: Iterable[Pause] = (), extended: bool = False
) -> Due:
    """Return the aim and the bound of a clock that started at `start`.

    The bound is the earliest of the clock's bounds. `extended` adds the clock's extension, counted from the day the
    unextended window ends (UsageError if it has none). `pauses` stop it: what was left when a pause began is left
    when it ends; during an open pause both are None. Cost: linear in the days counted.
    """
    if extended and clock.extension is None:
        raise UsageError(f"the clock '{clock.id}' cannot be extended.")
    more = clock.extension if extended else None
    stops = _merged(pauses)
    aim = _stopped(start, _window(start, clock.aim, more, calendar), clock.aim.unit, calendar, stops)
    bounds = [
        _stopped(start, _window(start, bound, more, calendar), bound.unit, calendar, stops) for bound in clock.bound
    ]
    known = [bound for bound in bounds if bound is not None]
    return Due(aim, min(known) if len(known) == len(bounds) else None)


def _window(start: datetime, length: Duration, more: Duration | None, calendar: Calendar) -> datetime:
    end = after(start, length, calendar)
    return after(end, more, calendar) if more else end


def _last_day(day: date, length: Duration, calendar: Calendar) -> date:
    if length.unit is Unit.WORKING_DAYS:
        return add_working_days(day, length.number, calendar)
    if length.unit is Unit.DAYS:
        return day + timedelta(days=length.number)
    year, month = divmod(day.month - 1 + length.number, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, month_lengths.monthrange(year, month)[1]))


def _stopped(start: datetime, end: datetime, unit: Unit, calendar: Calendar, stops: Sequence[Pause]) -> datetime | None:
    """Return the end moved by the pauses, or None if one of them still lasts."""
    for stop in stops:
        begun = max(stop.start, start)
        if begun > end or (stop.end is not None and stop.end <= start):
            continue
        if stop.end is None:
            return None
        end = _moved(end, begun, stop.end, unit, calendar)
    return end


def _moved(end: datetime, begun: datetime, resumed: datetime, unit: Unit, calendar: Calendar) -> datetime:
    if unit is Unit.HOURS:
        return end + (resumed - begun)
    first, last, back = calendar.day_of(begun), calendar.day_of(end), calendar.day_of(resumed)
    if unit is Unit.WORKING_DAYS:
        left = working_days_between(first, last, calendar)
        return end_of_day(add_working_days(back, left, calendar), calendar)
    return end_of_day(back + (last - first), calendar)


def _merged(pauses: Iterable[Pause]) -> list[Pause]:
    """Return the pauses in order, those that touch or overlap made one, so that none counts twice."""
    merged: list[Pause] = []
    for pause in sorted(pauses, key=lambda each: each.start):
        if pause.end is not None and pause.end < pause.start:
            raise UsageError("a pause ends before it begins.")
        last = merged[-1] if merged else None
        if last is None or (last.end is not None and last.end < pause.start):
            merged.append(pause)
        elif last.end is not None:
            merged[-1] = Pause(last.start, None if pause.end is None else max(last.end, pause.end))
    return merged


class ServiceKind(StrEnum):
    """What happened to a notice on its way: the reason words of the leaf `notice.served`."""

    DELIVERED = "delivered"
    POSTED = "posted"
    OPENED = "opened"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """One event of one attempt to serve a notice. `attempt` joins a bounce to what it undoes."""

    kind: ServiceKind
    at: datetime
    attempt: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """Whether and when a notice was served; `needs_task` when an attempt bounced and none has succeeded."""

    at: datetime | None
    how: ServiceKind | None
    needs_task: bool


def served_at(
    events: Iterable[ServiceEvent],
    calendar: Calendar,
    now: datetime,
    *,
    posted: Duration | None = None,
    delivered: Duration | None = None,
) -> Served:
    """Return when the notice counts as served, by the earliest attempt that did not bounce (INV-45).

    `opened` by the party's code counts at once, also after a bounce: it was read. `delivered` counts once it has
    not bounced for 24 hours, `posted` at the end of the third working day after posting; both windows may be
    longer. A window that is not over by `now` has served nothing yet. A bounce starts no clock.
    """
    known = [each for each in events if _aware(each.at) <= now]
    bounced = {each.attempt for each in known if each.kind is ServiceKind.BOUNCED}
    waits = {
        ServiceKind.POSTED: posted or default_clock(ClockId.SERVICE_POSTED).aim,
        ServiceKind.DELIVERED: delivered or default_clock(ClockId.SERVICE_DELIVERED).aim,
    }
    counted: list[tuple[datetime, ServiceKind]] = [
        (each.at.astimezone(UTC), each.kind) for each in known if each.kind is ServiceKind.OPENED
    ]
    counted += [
        (after(each.at, waits[each.kind], calendar), each.kind)
        for each in known
        if each.kind in waits and each.attempt not in bounced
    ]
    ripe = [(at, kind) for at, kind in counted if at <= now]
    if not ripe:
        return Served(None, None, needs_task=bool(bounced))
    at, kind = min(ripe)
    return Served(at, kind, needs_task=False)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise UsageError("a moment without a time zone cannot be placed.", mend="Use aware UTC times.")
    return moment

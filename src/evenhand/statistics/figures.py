"""A figure that may be published: a value that never travels without its five companions (PROCEDURE §1.3).

Unit, period, denominator, code version and interval. Units are never mixed: adding two of them is refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from evenhand.errors import UsageError
from evenhand.statistics.intervals import Interval, clopper_pearson, poisson, quantile_interval, wilson
from evenhand.statistics.periods import Period


class Unit(StrEnum):
    """What was counted. The first four are the units of count; complainants are counted beside them."""

    SUBMISSION = "submission"
    ITEM = "item"
    SUBJECT = "subject"
    CASE = "case"
    COMPLAINANT = "complainant"
    # What people in the procedure did, so that contacts are not passed off as cases.
    CONTACT = "contact"
    SEAT = "seat"
    BRIEFING = "briefing"
    PAUSE = "pause"

    def words(self, count: float) -> str:
        """The unit behind a number: `1 case`, `2 cases`; a subject is a person complained about."""
        return _UNIT_WORDS[self][0 if count == 1 else 1]

    @property
    def plural(self) -> str:
        """The unit without a number."""
        return _UNIT_WORDS[self][1]

    @property
    def counts_people(self) -> bool:
        """Whether each one is a person."""
        return self in (Unit.SUBJECT, Unit.COMPLAINANT)


_UNIT_WORDS = {
    Unit.SUBMISSION: ("submission", "submissions"),
    Unit.ITEM: ("item", "items"),
    Unit.SUBJECT: ("person complained about", "people complained about"),
    Unit.CASE: ("case", "cases"),
    Unit.COMPLAINANT: ("complainant", "complainants"),
    Unit.CONTACT: ("recorded contact", "recorded contacts"),
    Unit.SEAT: ("seat", "seats"),
    Unit.BRIEFING: ("briefing", "briefings"),
    Unit.PAUSE: ("pause of a clock", "pauses of clocks"),
}


class Statistic(StrEnum):
    """What the value is of its unit."""

    COUNT = "count"
    SHARE = "share"
    RATE = "per_10000_members"
    MEDIAN_DAYS = "median_days"
    P90_DAYS = "p90_days"
    MAX_DAYS = "max_days"


@dataclass(frozen=True, slots=True)
class Denominator:
    """Out of what: a number and the words that follow it, such as 412 `submissions received`."""

    size: float
    words: str

    def __post_init__(self) -> None:
        if self.size < 0 or not math.isfinite(self.size):
            raise UsageError(f"{self.size} is no denominator", mend="Count from 0.")
        if not self.words.strip():
            raise UsageError("the denominator has no words", mend="Say out of what, such as: submissions received.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value with its five companions; it cannot be built without them.

    `code_version` names the code that computed it. `n`: how many units stand behind it (for disclosure
    control); for a count it is the count. Raises UsageError for a missing or impossible companion.
    """

    value: float
    unit: Unit
    period: Period
    denominator: Denominator
    code_version: str
    interval: Interval
    statistic: Statistic = Statistic.COUNT
    n: int | None = None

    def __post_init__(self) -> None:
        companions = (
            (self.unit, Unit),
            (self.period, Period),
            (self.denominator, Denominator),
            (self.interval, Interval),
            (self.statistic, Statistic),
        )
        for given, kind in companions:
            if not isinstance(given, kind):
                raise UsageError(f"a figure needs its {kind.__name__.lower()}", mend="Give all five companions.")
        if not isinstance(self.code_version, str) or not self.code_version.strip():
            raise UsageError("a figure needs its code version", mend="Give all five companions.")
        if not math.isfinite(self.value) or self.value < 0:
            raise UsageError(f"{self.value} is no figure", mend="Count from 0.")
        if not self.interval.low - 1e-9 <= self.value <= self.interval.high + 1e-9:
            raise UsageError("the value lies outside its interval", mend="Compute both from the same counts.")

    @property
    def behind(self) -> int:
        """How many units stand behind it: a count's own value, otherwise `n`, or 0 where nobody said."""
        if self.statistic is Statistic.COUNT:
            return int(self.value)
        return self.n or 0

    def __add__(self, other: Figure) -> Figure:
        """Return the sum of two full counts of one unit, period and code; everything else is refused."""
        self._addable(other)
        words = self.denominator.words
        if words != other.denominator.words or self.denominator.size != other.denominator.size:
            raise UsageError("the two figures are of different wholes", mend="Publish them side by side.")
        value = self.value + other.value
        return Figure(
            value=value,
            unit=self.unit,
            period=self.period,
            denominator=self.denominator,
            code_version=self.code_version,
            interval=Interval.counted(value),
        )

    def _addable(self, other: Figure) -> None:
        if self.unit is not other.unit:
            raise MixedUnits(self.unit, other.unit)
        if (self.period, self.code_version) != (other.period, other.code_version):
            raise UsageError("the two figures are of different periods or codes", mend="Compute them together.")
        if {self.statistic, other.statistic} != {Statistic.COUNT} or not self.interval.is_counted:
            raise UsageError("only full counts can be added", mend="Compute the figure from the rows.")


class MixedUnits(UsageError):
    """Two units of count were about to be mixed."""

    def __init__(self, one: Unit, other: Unit) -> None:
        super().__init__(
            f"{one.plural} and {other.plural} are different units and cannot be put together",
            mend="Count both in one unit.",
        )


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes figures of one period by one code version, so that no computing function forgets either."""

    period: Period
    code_version: str

    def count(self, value: int, unit: Unit, whole: Denominator) -> Figure:
        """Return a full count."""
        return self._figure(value, unit, whole, Interval.counted(value), Statistic.COUNT, value)

    def share(self, part: int, whole: int, unit: Unit, words: str) -> Figure:
        """Return a share of `whole` units, 0 to 1, with its Wilson interval; UsageError for an empty whole."""
        found = wilson(part, whole)
        return self._figure(part / whole, unit, Denominator(whole, words), found, Statistic.SHARE, whole)

    def exact_share(self, part: int, whole: int, unit: Unit, words: str) -> Figure:
        """Return a share with its Clopper-Pearson interval."""
        found = clopper_pearson(part, whole)
        return self._figure(part / whole, unit, Denominator(whole, words), found, Statistic.SHARE, whole)

    def rate(self, count: int, unit: Unit, average_members: float) -> Figure:
        """Return a count per 10,000 average members with the exact Poisson interval of the count."""
        if not average_members > 0:
            raise UsageError("the average number of members is not above 0", mend="Give the average of the period.")
        each = 10_000 / average_members
        found = poisson(count)
        interval = Interval(found.low * each, found.high * each, found.method, found.level)
        whole = Denominator(average_members, "members on average")
        return self._figure(count * each, unit, whole, interval, Statistic.RATE, count)

    def quantile(self, days: list[int], share: float, unit: Unit, words: str) -> Figure:
        """Return the median (share .5) or another quantile in days, by nearest rank, with its interval."""
        interval = quantile_interval(days, share)
        value = median(days) if share == 0.5 else sorted(days)[max(0, math.ceil(share * len(days)) - 1)]
        kind = Statistic.MEDIAN_DAYS if share == 0.5 else Statistic.P90_DAYS
        held = Interval(min(interval.low, value), max(interval.high, value), interval.method, interval.level)
        return self._figure(value, unit, Denominator(len(days), words), held, kind, len(days))

    def longest(self, days: list[int], unit: Unit, words: str) -> Figure:
        """Return the longest of some lengths in days; UsageError without any."""
        if not days:
            raise UsageError("there are no lengths", mend="Leave the figure out.")
        value = max(days)
        whole = Denominator(len(days), words)
        return self._figure(value, unit, whole, Interval.counted(value), Statistic.MAX_DAYS, len(days))

    def _figure(  # noqa: PLR0917 private, called with all six above
        self, value: float, unit: Unit, whole: Denominator, interval: Interval, statistic: Statistic, n: int
    ) -> Figure:
        return Figure(
            value=value, unit=unit, period=self.period, denominator=whole, code_version=self.code_version,
            interval=interval, statistic=statistic, n=n,
        )  # fmt: skip

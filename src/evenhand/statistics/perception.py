"""The perception gap: what people guess beside what was counted (PROCEDURE §10.3). It refuses rather than flatters.

A guess of one thing beside a count of another is not a gap. Where base, statistic or unit are not known nothing
is drawn; where the units differ, that is printed across it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from evenhand.errors import UsageError
from evenhand.statistics.figures import Unit
from evenhand.statistics.intervals import Interval, clopper_pearson

CAPTIONS: Final = (
    "Complaints are not how often something happens; few complaints may mean that much is not reported.",
    "A guess about others is not what somebody lived through; see also what surveys of those affected found.",
)
# Only a guess about people can be set beside people.
_SAME: Final = Unit.SUBJECT


def question(about: str, period: str) -> str:
    """Return the survey question word for word; UsageError if it is left without its subject or period."""
    if not about.strip() or not period.strip():
        raise UsageError("the question names no rule or no period", mend="Give both.")
    return (
        f"Out of every 100 members, how many do you think had a complaint of {about.strip()} "
        f"made against them in {period.strip()}?"
    )


class SurveyStatistic(StrEnum):
    """What a survey's number is."""

    MEDIAN = "median"
    MEAN = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A survey of guesses, in members out of 100. What is None was not published by whoever asked.

    `base`: the share of those asked whose answers the number is of, with words such as `had heard of it`.
    """

    value: float
    statistic: SurveyStatistic | None = None
    base: float | None = None
    base_words: str = ""
    median: float | None = None
    quartiles: tuple[float, float] | None = None
    dont_know: float | None = None
    never_heard: float | None = None
    n: int | None = None
    mode: str = ""
    fieldwork: tuple[date, date] | None = None
    weighting: str = ""

    def lacking(self) -> tuple[str, ...]:
        """Return what a survey of one's own has to state, and this one does not."""
        stated: Mapping[str, bool] = {
            "median": self.median is not None or self.statistic is SurveyStatistic.MEDIAN,
            "quartiles": self.quartiles is not None,
            "“don't know”": self.dont_know is not None,
            "“never heard”": self.never_heard is not None,
            "number asked": self.n is not None,
            "base": self.base is not None,
            "way of asking": bool(self.mode),
            "dates of asking": self.fieldwork is not None,
            "weighting": bool(self.weighting),
        }
        return tuple(name for name, given in stated.items() if not given)


@dataclass(frozen=True, slots=True)
class Actual:
    """What was counted: so many of a unit, among so many members, in a period. `unit` None: nobody said."""

    count: int
    members: int
    unit: Unit | None
    period: str

    @property
    def per_hundred(self) -> float:
        """Per 100 members."""
        return 100 * self.count / self.members

    @property
    def interval(self) -> Interval:
        """The exact interval per 100 members."""
        found = clopper_pearson(min(self.count, self.members), self.members)
        return Interval(100 * found.low, 100 * found.high, found.method, found.level)


@dataclass(frozen=True, slots=True)
class Gap:
    """What may be drawn, on a log axis: both numbers, ratio and difference with their intervals, and the labels."""

    guessed: float
    actual: float
    ratio: float | None
    ratio_interval: tuple[float, float] | None
    difference: float
    difference_interval: tuple[float, float]
    labels: tuple[str, ...]
    captions: tuple[str, ...] = CAPTIONS


def perception_gap(survey: Survey, actual: Actual) -> Gap:
    """Return the gap to draw, with every label that must stand beside it.

    Raises UsageError without base, statistic or unit, and for numbers that cannot be. Where guesses of people
    stand beside a count of complaints, the label says so and there is no ratio: it would be of two different
    things. A median is used where there is one; a mean stands only with its name.
    """
    _drawable(survey, actual)
    guessed, statistic = survey.value, survey.statistic
    if statistic is SurveyStatistic.MEAN and survey.median is not None:
        guessed, statistic = survey.median, SurveyStatistic.MEDIAN
    same = actual.unit is _SAME
    low, high = actual.interval.low, actual.interval.high
    shown = actual.per_hundred
    return Gap(
        guessed=guessed,
        actual=shown,
        ratio=guessed / shown if same and shown else None,
        ratio_interval=(guessed / high, guessed / low) if same and low else None,
        difference=guessed - shown,
        difference_interval=(guessed - high, guessed - low),
        labels=_labels(survey, actual, statistic),
    )


def _drawable(survey: Survey, actual: Actual) -> None:
    lacking = [
        name
        for name, given in (
            ("base", survey.base is not None),
            ("statistic", survey.statistic is not None),
            ("unit", actual.unit is not None),
        )
        if not given
    ]
    if lacking:
        raise UsageError(
            f"nothing is drawn: the {' and the '.join(lacking)} is not known",
            where="perception gap",
            mend="Ask whoever published the number, or leave it out.",
        )
    possible = 0 <= survey.value <= 100 and 0 <= (survey.base or 0) <= 100
    if not possible or actual.members < 1 or actual.count < 0:
        raise UsageError("these numbers cannot be", where="perception gap", mend="Guesses and base go from 0 to 100.")


def _labels(survey: Survey, actual: Actual, statistic: SurveyStatistic | None) -> tuple[str, ...]:
    unit = actual.unit or _SAME
    base = f"base {survey.base:g} %" + (f" ({survey.base_words})" if survey.base_words else "")
    labels = [str(statistic), base]
    if statistic is SurveyStatistic.MEDIAN and survey.statistic is SurveyStatistic.MEAN:
        labels.append(f"mean {survey.value:g}, beside the median")
    if unit is not _SAME:
        counted = "complaints" if unit in (Unit.SUBMISSION, Unit.CASE, Unit.COMPLAINANT) else unit.plural
        labels.append(f"unit mismatch: {counted}, not subjects")
    labels.append(f"{actual.count:,} per {actual.members:,} ({actual.per_hundred:.2f} %), {actual.period}")
    if survey.lacking():
        labels.append(f"not stated: {', '.join(survey.lacking())}")
    return tuple(labels)

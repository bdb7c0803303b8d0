"""Calendar periods over which figures are counted. Days are calendar days of the organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from evenhand.errors import UsageError

_ORDINALS: Final[Mapping[int, str]] = {1: "first", 2: "second", 3: "third", 4: "fourth"}


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year, the finest time a published figure has."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 4 or not 1 <= self.year <= 9_998:
            raise UsageError(f"{self.year} Q{self.number} is no quarter", mend="Use 1 to 4.")

    @classmethod
    def of(cls, day: date) -> Quarter:
        """Return the quarter a day lies in."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @property
    def start(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def next(self) -> Quarter:
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def __str__(self) -> str:
        """Return `2026 Q1`."""
        return f"{self.year} Q{self.number}"


@dataclass(frozen=True, slots=True)
class Period:
    """One quarter or one calendar year. `first` and `last` quarter, both included."""

    first: Quarter
    last: Quarter

    def __post_init__(self) -> None:
        whole_year = self.first == Quarter(self.last.year, 1) and self.last.number == 4
        if self.first != self.last and not whole_year:
            raise UsageError("a period is one quarter or one year", mend="Use Period.quarter or Period.year.")

    @classmethod
    def quarter(cls, year: int, number: int) -> Period:
        """Return one quarter."""
        return cls(Quarter(year, number), Quarter(year, number))

    @classmethod
    def year(cls, year: int) -> Period:
        """Return one calendar year."""
        return cls(Quarter(year, 1), Quarter(year, 4))

    @property
    def is_year(self) -> bool:
        """Whether it is a whole year."""
        return self.first != self.last

    @property
    def start(self) -> date:
        """Its first day."""
        return self.first.start

    @property
    def end(self) -> date:
        """The first day after it."""
        return self.last.next.start

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    @property
    def words(self) -> str:
        """The period inside a sentence: `the first quarter of 2026`, `2026`."""
        return (
            f"{self.first.year}" if self.is_year else f"the {_ORDINALS[self.first.number]} quarter of {self.first.year}"
        )

    def holds(self, quarter: Quarter | None) -> bool:
        """Say whether a quarter lies in it; None lies nowhere."""
        return quarter is not None and self.first <= quarter <= self.last

    def __str__(self) -> str:
        """Return `2026 Q1` or `2026`."""
        return f"{self.first.year}" if self.is_year else str(self.first)

"""A length of time as the procedure writes it: `24h`, `14d`, `10wd`, `6m`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.errors import UsageError


class Unit(StrEnum):
    """What is counted: elapsed hours, calendar days, working days, calendar months."""

    HOURS = "h"
    DAYS = "d"
    WORKING_DAYS = "wd"
    MONTHS = "m"


MOST: Final = 9999
_FORM: Final = re.compile(r"([0-9]{1,4})(h|d|wd|m)")
_DAYS: Final = {Unit.HOURS: 1 / 24, Unit.DAYS: 1.0, Unit.WORKING_DAYS: 7 / 5, Unit.MONTHS: 365.25 / 12}
_WORDS: Final = {
    Unit.HOURS: ("hour", "hours"),
    Unit.DAYS: ("day", "days"),
    Unit.WORKING_DAYS: ("working day", "working days"),
    Unit.MONTHS: ("month", "months"),
}


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number of one unit."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        """Return the form of the procedure file: `10wd`."""
        return f"{self.number}{self.unit}"

    @property
    def words(self) -> str:
        """The duration in English words: "10 working days"."""
        one, many = _WORDS[self.unit]
        return f"{self.number} {one if self.number == 1 else many}"

    @property
    def rough_days(self) -> float:
        """About how many calendar days: five working days are seven, without counting holidays.

        Used for comparing and for the longest lawful path, never for a date somebody must keep.
        """
        return self.number * _DAYS[self.unit]


def duration(text: str) -> Duration:
    """Return the duration written as `24h`, `14d`, `10wd` or `6m`; raise UsageError for any other form."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise UsageError(
            f"'{text[:20]}' is not a length of time.",
            mend="Write hours as 24h, days 14d, working days 10wd, months 6m.",
        )
    return Duration(int(found[1]), Unit(found[2]))

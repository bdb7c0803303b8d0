"""Dates of tables: ISO, Unix time, X's own form, and day or month first, decided on the whole column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from evenhand.errors import Ambiguous
from evenhand.posts.reader import Choices
from evenhand.posts.times import UNPARSABLE, Moment, epoch_time, iso_time, local_us, x_time, zoned

_PARTS: Final = re.compile(
    r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:,?[ T](\d{1,2}):(\d\d)(?::(\d\d))?)?"
    r"(?: ?([AaPp])\.?[Mm]\.?)?(?: ?([+-]\d\d:?\d\d|[A-Z]{1,4}))?"
)
_NUMBER: Final = re.compile(r"\d{9,17}(?:\.\d{1,9})?")
_MOST: Final = 12
_CENTURY: Final = (946_684_800_000_000, 4_102_444_800_000_000)


def looks_like_a_date(value: Any) -> bool:
    """Return whether a cell is a date in one of the forms that are read, or a Unix time of this century."""
    text = str(value).strip()
    if _NUMBER.fullmatch(text):
        us = _epoch(float(text)).us
        return us is not None and _CENTURY[0] <= us <= _CENTURY[1]
    if not isinstance(value, str) or not 8 <= len(text) <= 40:
        return False
    return iso_time(text) is not UNPARSABLE or x_time(text) is not None or _PARTS.fullmatch(text) is not None


class DateReader:
    """Reads the dates of one file; asks the whole column only once a date does not say which part is the day."""

    def __init__(self, choices: Choices, column: Callable[[], Iterable[Any]], where: str) -> None:
        self._zone = choices.timezone
        self._order = choices.date_order
        self._column = column
        self._where = where

    def of_datetime(self, us: int, *, aware: bool) -> Moment:
        """Return the moment of a typed date: UTC if it has a zone, else as the operator chose."""
        return Moment(us, None, "utc") if aware else zoned(us, None, self._zone)

    def read(self, value: Any) -> Moment:
        """Return the moment of a date cell; raises Ambiguous if nothing tells day from month."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _epoch(float(value))
        if not isinstance(value, str):
            return UNPARSABLE
        text = value.strip()
        moment = iso_time(text, zone=self._zone)
        if moment is not UNPARSABLE:
            return moment
        if _NUMBER.fullmatch(text):
            return _epoch(float(text))
        us = x_time(text)
        if us is not None:
            return Moment(us, None, "utc")
        match = _PARTS.fullmatch(text)
        return self._in_parts(match) if match else UNPARSABLE

    def _in_parts(self, match: re.Match[str]) -> Moment:
        first, second = int(match[1]), int(match[2])
        # 31.12.2024: whoever writes dots begins with the day.
        dotted = match.string[match.end(1)] == "." and second <= _MOST
        order = self._order or ("dmy" if dotted else self._decide())
        day, month = (first, second) if order == "dmy" else (second, first)
        try:
            local = local_us((int(match[3]), month, day), _clock(match))
        except ValueError:
            return UNPARSABLE
        moment = zoned(local, match[8], self._zone)
        return Moment(moment.us, moment.local, moment.status, (*moment.flags, f"date_order_assumed:{order}"))

    def _decide(self) -> str:
        """Return the order that a date with a part over 12 shows; Ambiguous if none does."""
        for value in self._column():
            match = _PARTS.fullmatch(value.strip()) if isinstance(value, str) else None
            if match and (int(match[1]) > _MOST or int(match[2]) > _MOST):
                self._order = "dmy" if int(match[1]) > _MOST else "mdy"
                return self._order
        raise Ambiguous(
            "do the dates begin with the day or with the month? No date in the file tells",
            where=self._where,
            mend="Say --date-order dmy or --date-order mdy; nothing was imported.",
        )


def _epoch(number: float) -> Moment:
    return epoch_time(number) if abs(number) < 1e18 else UNPARSABLE


def _clock(match: re.Match[str]) -> tuple[int, ...]:
    hour, minute, second = int(match[4] or 0), int(match[5] or 0), int(match[6] or 0)
    if match[7]:
        hour = hour % 12 + (12 if match[7] in "Pp" else 0)
    return hour, minute, second

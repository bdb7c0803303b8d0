"""Times as UTC microseconds, read by slicing: `strptime` costs more than everything else about a post."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evenhand.errors import UsageError
from evenhand.posts.said import Said

SECOND: Final = 1_000_000
_MONTHS: Final = {
    **{"Jan": "01", "Feb": "02", "Mar": "03", "Apr": "04", "May": "05", "Jun": "06"},
    **{"Jul": "07", "Aug": "08", "Sep": "09", "Oct": "10", "Nov": "11", "Dec": "12"},
}
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: only differences are taken
_MICROSECOND: Final = timedelta(microseconds=1)
_FIXED: Final = frozenset({20, 24, 27})  # 2024-01-01T09:00:00Z, with milliseconds, with microseconds
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,30}))?)?)?"
    r"\s?(Z|z|[+-]\d\d:?\d\d|[+-]\d\d|[A-Z]{2,5})?"
)
# Fixed, because names of zones are ambiguous everywhere else; unlisted ones are unknown.
_ABBREVIATIONS: Final = {"UTC": 0, "GMT": 0, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300} | {
    "MST": -420,
    "MDT": -360,
    "PST": -480,
    "PDT": -420,
    "CET": 60,
    "CEST": 120,
    "BST": 60,
}
_LAST_DIGIT_EPOCHS = ((100_000_000_000_000, 1), (100_000_000_000, 1000), (0, SECOND))


class Moment(NamedTuple):
    """A time as read: UTC microseconds, or the naive local ones, how far to trust the zone, and flags.

    A tuple, because one is made per record and a frozen dataclass costs three times as much.
    """

    us: int | None = None
    local: int | None = None
    status: str = "none"
    flags: tuple[str, ...] = ()


NO_TIME: Final = Moment()
OUT_OF_RANGE: Final = Moment(flags=("date_out_of_range",))
UNPARSABLE: Final = Moment(flags=("date_unparsable",))


def x_time(text: str) -> int | None:
    """Return the microseconds of `Mon Jan 01 09:00:00 +0000 2024`, or None if it is not that."""
    month = _MONTHS.get(text[4:7])
    if month is None or text[19:26] != " +0000 " or len(text) != 30:
        return None
    return _utc(f"{text[26:]}-{month}-{text[8:10]}T{text[11:19]}")


def _utc(text: str) -> int | None:
    """Return the microseconds of a plain ISO text that is known to be UTC, or None; half a microsecond in C."""
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError):  # TypeError: it names a zone after all
        return None


def iso_time(text: str, *, zone: str | None = None) -> Moment:
    """Return the moment an ISO 8601 text names.

    A text without zone is `naive_unknown`, or `naive_assumed:<zone>` when an operator chose one. Over six
    fractional digits are cut; year 0000 and overflow give no time and the flag `date_out_of_range`.
    """
    if text[-1:] == "Z" and text[10:11] == "T" and len(text) in _FIXED:
        us = _utc(text[:-1])
        if us is not None:
            return Moment(us, None, "utc")
    match = _ISO.fullmatch(text.strip())
    if match is None:
        return UNPARSABLE
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    clock = tuple(int(part or 0) for part in (hour, minute, second))
    try:
        local = local_us((int(year), int(month), int(day)), clock)
    except ValueError:
        return OUT_OF_RANGE
    return zoned(local + int((fraction or "0")[:6].ljust(6, "0")), offset, zone)


def local_us(day: tuple[int, int, int], clock: tuple[int, ...]) -> int:
    """Return (year, month, day) and (hour, minute, second) as microseconds; ValueError if there is no such time."""
    hour, minute, second = clock
    # A leap second is no error of the source; it counts as the second before.
    moment = datetime(*day, hour, minute, min(second, 59))  # noqa: DTZ001 - naive on purpose
    return (moment - _EPOCH) // _MICROSECOND


def zoned(local: int, offset: str | None, zone: str | None) -> Moment:
    """Return the moment of `local` microseconds under an offset text, an abbreviation or a chosen zone."""
    if not offset:
        return _assumed(local, zone)
    if offset.upper() in {"Z", "UTC", "GMT"}:
        return Moment(local, None, "utc")
    if offset.upper() in _ABBREVIATIONS:
        minutes = _ABBREVIATIONS[offset.upper()]
    elif offset[0] in "+-":
        digits = offset[1:].replace(":", "").ljust(4, "0")
        minutes = (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if offset[0] == "-" else 1)
    else:
        return Moment(None, local, "naive_unknown", ("zone_unknown",))
    us = local - minutes * 60 * SECOND
    return Moment(us, None, "utc" if minutes == 0 else "offset") if _fits(us) else OUT_OF_RANGE


def _assumed(local: int, zone: str | None) -> Moment:
    if zone is None:
        return Moment(None, local, "naive_unknown")
    naive = _EPOCH + timedelta(microseconds=local)
    try:
        us = local - (naive.replace(tzinfo=zone_of(zone)).utcoffset() or timedelta()) // _MICROSECOND
    except OverflowError:
        return OUT_OF_RANGE
    return Moment(us, local, f"naive_assumed:{zone}") if _fits(us) else OUT_OF_RANGE


def _fits(us: int) -> bool:
    return -62_135_596_800 * SECOND <= us < 253_402_300_800 * SECOND


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return the named IANA zone; UsageError if there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(Said("'%(zone)s' is no time zone", zone=name), mend="Name one like Europe/London.") from error


def epoch_time(number: float) -> Moment:
    """Return the moment of a Unix time in seconds, milliseconds or microseconds, told apart by size."""
    for least, factor in _LAST_DIGIT_EPOCHS:
        if abs(number) >= least:
            us = int(number * factor)
            return Moment(us, None, "epoch") if _fits(us) else OUT_OF_RANGE
    return UNPARSABLE  # not a number


_CONFLICT: Final = 10 * 60 * SECOND


def check_clock(row: dict[str, Any], *known: int | None) -> None:
    """Mark a row of a live source whose own time is over 10 minutes off one that is known (in place): no accusation.

    Known is when a server saw it, and the time inside its id.
    """
    claimed = row.get("claimed_at")
    if claimed is None or all(time is None or abs(claimed - time) <= _CONFLICT for time in known):
        return
    row["flags"] = [*row.get("flags", ()), row["tz_status"]]
    row["tz_status"] = "server_vs_claimed_conflict"


def to_datetime(us: int | None) -> datetime | None:
    """Return microseconds as an aware UTC datetime."""
    return None if us is None else (_EPOCH + timedelta(microseconds=us)).replace(tzinfo=UTC)


def to_local_datetime(us: int | None) -> datetime | None:
    """Return naive local microseconds as a naive datetime."""
    return None if us is None else _EPOCH + timedelta(microseconds=us)


def to_us(moment: datetime | None) -> int | None:
    """Return a datetime (aware, or naive and then taken as it stands) as microseconds since 1970."""
    if moment is None:
        return None
    naive = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return (naive - _EPOCH) // _MICROSECOND


def iso_text(us: int | None) -> str | None:
    """Return microseconds as `2024-01-01T09:00:00.000000Z`."""
    return None if us is None else (_EPOCH + timedelta(microseconds=us)).isoformat(timespec="microseconds") + "Z"

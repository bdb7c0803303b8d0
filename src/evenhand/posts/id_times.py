"""The time inside an id, as four platforms make them: only ever a cross-check of the time that is claimed."""

from __future__ import annotations

from typing import Final

_TID: Final = "234567abcdefghijklmnopqrstuvwxyz"
_X_FIRST: Final = 29_700_859_247  # ids below, until November 2010, only count
_X_SINCE: Final = 1_288_834_974_657
_DISCORD_SINCE: Final = 1_420_070_400_000
_MASTODON_FIRST: Final = 1_400_000_000_000  # ms; below, ids only count (until version 2 of 2017)


def x_time(native_id: str | None) -> int | None:
    """Return the microseconds since 1970 in an id of X; None for one that only counts."""
    number = _number(native_id)
    return None if number is None or number < _X_FIRST else ((number >> 22) + _X_SINCE) * 1000


def discord_time(native_id: str | None) -> int | None:
    """Return the microseconds since 1970 in an id of Discord."""
    number = _number(native_id)
    return None if number is None else ((number >> 22) + _DISCORD_SINCE) * 1000


def mastodon_time(local_id: str | None) -> int | None:
    """Return the microseconds since 1970 in the id a Mastodon server gave; None for one that only counts."""
    number = _number(local_id)
    return None if number is None or number >> 16 < _MASTODON_FIRST else (number >> 16) * 1000


def tid_time(rkey: str) -> int | None:
    """Return the microseconds since 1970 in a record key of the AT Protocol; None if it is none."""
    if len(rkey) != 13 or rkey[0] not in _TID[:16]:
        return None
    number = 0
    for letter in rkey:
        digit = _TID.find(letter)
        if digit < 0:
            return None
        number = number << 5 | digit
    return number >> 10


def _number(text: str | None) -> int | None:
    """Return an id of up to 64 bits as a number."""
    if text is None or not (text.isascii() and text.isdecimal()) or len(text) > 20:
        return None
    number = int(text)
    return number if number < 1 << 64 else None

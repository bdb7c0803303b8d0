"""Filling the fields of a row: what every reader does the same way, whatever the platform."""

from __future__ import annotations

from typing import Any, Final

from evenhand.posts.reading_form import ENCODING, NORM_VERSION, Reading
from evenhand.posts.record import Row
from evenhand.posts.times import Moment

_UNCOUNTED: Final = dict.fromkeys(("likes", "reposts", "replies", "quotes", "views", "reactions"))


class Unusable(ValueError):
    """A record that cannot be taken; the text is the reason code."""


def put_text(row: Row, reading: Reading) -> None:
    """Fill the text fields of a row (in place)."""
    row["text_raw"] = reading.raw
    row["text_raw_encoding"] = ENCODING
    row["text_norm"] = reading.norm
    row["norm_version"] = NORM_VERSION
    row["norm_map"] = reading.map
    if reading.steps:
        row["text_norm_steps"] = list(reading.steps)
        flag(row, *reading.flags)


def put_moment(row: Row, raw: object, moment: Moment) -> None:
    """Fill the claimed time of a row (in place): as the source has it, and as it was read."""
    row["claimed_at_raw"] = str(raw)
    row["claimed_at"], row["claimed_at_local"], row["tz_status"] = moment.us, moment.local, moment.status
    flag(row, *moment.flags)


def flag(row: Row, *codes: str) -> None:
    """Add reason codes to a row, each once (in place)."""
    if codes:
        held = row.setdefault("flags", [])
        held += [code for code in dict.fromkeys(codes) if code not in held]


def side(row: Row, **said: str | None) -> None:
    """Add reader extras to a row, where they say something (in place)."""
    more = {name: value for name, value in said.items() if value is not None}
    if more:
        row["side"] = row.get("side", {}) | more


def key(platform: str, native_id: object) -> str | None:
    """Return the record key of a native id, or None for none."""
    found = id_of(native_id)
    return f"{platform}:{found}" if found else None


def put_id(row: Row, value: object) -> None:
    """Fill id and key of a row (in place); raises Unusable if the source has none, or a float in its place."""
    found = id_of(value)
    if found is None:
        raise Unusable("id_destroyed" if isinstance(value, float) else "id_missing")
    row["native_id"], row["record_key"] = found, f"{row['platform']}:{found}"


def id_of(value: object) -> str | None:
    """Return an id as text; None if it is missing, empty, or not text and not a whole number."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def text_of(value: object) -> str | None:
    """Return a text that says something, else None."""
    return value if isinstance(value, str) and value else None


def dict_of(value: object) -> dict[str, Any]:
    """Return a value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """Return a value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def number(value: object) -> int | None:
    """Return a count that came as a number or as digits; None if it is neither or negative."""
    if type(value) is int:
        return value if 0 <= value < 1 << 62 else None
    if isinstance(value, str) and value.isdecimal() and len(value) < 19:
        return int(value)
    return None


def counts(**named: object) -> dict[str, Any] | None:
    """Return the counts that are there, or None if none is."""
    found: dict[str, Any] = _UNCOUNTED.copy()
    said = False
    for name, value in named.items():
        count = found[name] = value if isinstance(value, dict) and value else number(value)
        said = said or count is not None
    return found if said else None


def put_counts(row: Row, precision: str = "exact", **named: object) -> None:
    """Fill the counts of a row and how exact they are (in place)."""
    row["counts"] = counts(**named)
    row["counts_precision"] = precision if row["counts"] else None


def mention(*, identity: str | None = None, handle: str | None = None, at: tuple[int, int] | None = None) -> Row:
    """Return one element of `mentions`; `at` counts code points of text_norm."""
    start, end = at or (None, None)
    return {"id": identity, "handle": handle, "start": start, "end": end}


def link(full: str, shown: str | None = None, record_key: str | None = None) -> Row:
    """Return one element of `urls`."""
    return {"url_full": full, "shown": shown, "record_key": record_key}


def attachment(uri: str | None, media_type: str | None = None, name: str | None = None) -> Row:
    """Return one element of `attachments`; nothing is fetched."""
    return {"name": name, "media_type": media_type, "sha256": None, "uri": uri}

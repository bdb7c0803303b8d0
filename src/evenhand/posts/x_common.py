"""What tweets share wherever they come from: the v1.1 object inside archives and API answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from evenhand.posts.fields import listed
from evenhand.posts.reading_form import Reading, to_norm
from evenhand.posts.record import Row
from evenhand.posts.times import x_time

STATUS_LINK: Final = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/(?:i/web|[A-Za-z0-9_]{1,20})/status(?:es)?/(\d{1,20})\b"
)
RETWEET: Final = re.compile(r"RT @([A-Za-z0-9_]{1,20}): ")
_RT_LENGTH: Final = 140


def key(native_id: object) -> str | None:
    """Return the record key of a tweet id, or None for none."""
    return f"x:{native_id}" if isinstance(native_id, str) and native_id else None


def put_time(row: Row, created_at: object) -> None:
    """Fill the claimed time of a row from `created_at` in X's own form (in place)."""
    if not isinstance(created_at, str):
        return
    row["claimed_at_raw"] = created_at
    us = x_time(created_at)
    if us is None:
        row.setdefault("flags", []).append("date_unparsable")
    else:
        row["claimed_at"] = us
        row["tz_status"] = "utc"


def mentions(entities: dict[str, Any], reading: Reading) -> list[dict[str, Any]]:
    """Return the mentions of a v1.1 `entities` object; offsets become code points of text_norm."""
    found = listed(entities.get("user_mentions"))
    shift = to_norm(reading.map) if found and reading.map else None
    return [_mention(item, shift) for item in found if isinstance(item, dict)]


def _mention(item: dict[str, Any], shift: Callable[[int], int] | None) -> dict[str, Any]:
    start, end = offsets(item.get("indices"), shift)
    return {"id": item.get("id_str"), "handle": item.get("screen_name"), "start": start, "end": end}


def offsets(pair: Any, shift: Callable[[int], int] | None) -> tuple[int | None, int | None]:
    """Return a pair of offsets, given as numbers or as digits in text, moved by `shift`."""
    try:
        first, last = pair
        start, end = int(first), int(last)
    except (TypeError, ValueError):
        return None, None
    if not 0 <= start <= end < 1 << 30:
        return None, None
    return (shift(start), shift(end)) if shift else (start, end)


def links(entities: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the links of an `entities` object; one to a post on X carries its record key."""
    return [_link(item) for item in listed(entities.get("urls")) if isinstance(item, dict)]


def _link(item: dict[str, Any]) -> dict[str, Any]:
    full = item.get("expanded_url") or item.get("unwound_url") or item.get("url")
    match = STATUS_LINK.match(full) if isinstance(full, str) else None
    return {
        "url_full": full,
        "shown": item.get("display_url"),
        "record_key": f"x:{match.group(1)}" if match else None,
    }


def attachments(media: object) -> list[dict[str, Any]]:
    """Return the media of a v1.1 object: type and address, nothing fetched."""
    return [
        {"name": None, "media_type": item.get("type"), "sha256": None, "uri": item.get("media_url_https")}
        for item in listed(media)
        if isinstance(item, dict)
    ]


def handle_of_retweet(text: str, entities: dict[str, Any]) -> str | None:
    """Return whose post `RT @user: …` repeats, if the first mention agrees, else None."""
    match = RETWEET.match(text)
    found = listed(entities.get("user_mentions"))
    if match is None or not found or not isinstance(found[0], dict):
        return None
    named = found[0].get("screen_name")
    return match.group(1) if isinstance(named, str) and named.lower() == match.group(1).lower() else None


def is_cut_retweet(text: str) -> bool:
    """Return whether the text of a repost was cut at 140 characters."""
    return text.endswith("…") and len(text) >= _RT_LENGTH - 1

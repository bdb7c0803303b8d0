"""Where a post stands on its platform, from its native id; the address a reader takes it from is evidence's matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from evenhand.posts import Row

_PLAIN_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>`\\]{4,2000}")


def address_of(record_key: str | None, row: Row) -> str | None:
    """Return the https address of a record, or None if the export does not hold enough of it."""
    platform, _, native_id = (record_key or "").partition(":")
    rule = _RULES.get(platform)
    return rule(native_id, row) if rule is not None and native_id else None


def address_of_row(row: Row) -> str | None:
    """Return where the owner finds what the record shows: the post, or the post that was liked."""
    is_own = not row.get("id_is_synthetic")
    return address_of(row.get("record_key") if is_own else row.get("share_of"), row) or _said_by_source(row)


def _said_by_source(row: Row) -> str | None:
    """Return the address the source itself gives for the post that was passed on."""
    said = [each.get("url_full") or "" for each in row.get("urls") or ()] if row.get("relation") in _SHARES else []
    return next((address for address in said if _PLAIN_ADDRESS.fullmatch(address)), None)


_SHARES: Final = frozenset({"like", "react", "repost", "forward"})


def _x(native_id: str, _row: Row) -> str | None:
    return f"https://x.com/i/status/{native_id}" if re.fullmatch(r"[0-9]{1,25}", native_id) else None


def _bluesky(native_id: str, _row: Row) -> str | None:
    match = re.fullmatch(r"at://(did:[a-z]+:[\w.:%-]+)/app\.bsky\.feed\.post/([\w.~-]{1,64})", native_id)
    return f"https://bsky.app/profile/{match[1]}/post/{match[2]}" if match else None


def _fediverse(native_id: str, _row: Row) -> str | None:
    return native_id if _PLAIN_ADDRESS.fullmatch(native_id) else None


def _reddit(native_id: str, row: Row) -> str | None:
    kind, _, identity = native_id.partition("_")
    _, _, root = (row.get("thread_root") or "").rpartition("t3_")
    if not re.fullmatch(r"[a-z0-9]{2,12}", identity):
        return None
    if kind == "t3":
        return f"https://www.reddit.com/comments/{identity}"
    known = kind == "t1" and re.fullmatch(r"[a-z0-9]{2,12}", root)
    return f"https://www.reddit.com/comments/{root}/_/{identity}" if known else None


def _youtube(native_id: str, row: Row) -> str | None:
    video = (row.get("side") or {}).get("video") or ""
    if row.get("record_kind") == "comment" and re.fullmatch(r"[\w-]{11}", video):
        return f"https://www.youtube.com/watch?v={video}&lc={quote(native_id, safe='')}"
    return None


_RULES: Final[Mapping[str, Callable[[str, Row], str | None]]] = {
    "x": _x,
    "bluesky": _bluesky,
    "activitypub": _fediverse,
    "reddit": _reddit,
    "youtube": _youtube,
}

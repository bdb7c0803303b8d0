"""Mastodon's notifications of one account, by polling (`GET /api/v1/notifications`): whoever mentions or quotes it.

The account's own token reads them (scope `read:notifications`). Edits come as notifications of kind `update`;
deletions are not told this way: for those, and for a list, there is `mastodon_stream`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from evenhand.live.adapter import Arrived, Polled, Unreachable
from evenhand.live.fetching import fetch
from evenhand.posts.json_bytes import Malformed, loads_exact

KINDS: Final = ("mention", "quote", "update")
PAGE: Final = 40
_NUMBER: Final = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Mastodon:
    """One account's notifications on one server."""

    server: str
    token: str
    reads_as: str | None = "mastodon_api"

    def poll(self, cursor: str) -> Polled:
        """Return the notifications after the cursor (the last notification's id), at most a page, oldest first.

        The first time none is read: what came before it was switched on stays where it is.
        """
        if not cursor:
            newest = self._page(limit=1)
            return Polled((), str(newest[0]["id"]) if newest else "0")
        found = sorted(self._page(limit=PAGE, min_id=cursor), key=number_of)
        with_post = [each for each in found if isinstance(each.get("status"), dict)]
        records = tuple(Arrived(json.dumps(each, ensure_ascii=True).encode()) for each in with_post)
        last = str(found[-1]["id"]) if found else cursor
        return Polled(records, last, len(found) - len(with_post), more=len(found) == PAGE)

    def _page(self, **asked: Any) -> list[dict[str, Any]]:
        return self.page("/api/v1/notifications", [*asked.items(), *(("types[]", kind) for kind in KINDS)])

    def page(self, path: str, query: Iterable[tuple[str, Any]]) -> list[dict[str, Any]]:
        """Return a page of things with numbers. Raises Unreachable, also for what is no such list."""
        try:
            page = loads_exact(self.get(f"{path}?{urlencode(list(query))}"))
        except Malformed:
            page = None
        if not isinstance(page, list) or not all(has_number(each) for each in page):
            raise Unreachable("the answer is no list of what was asked for", where=self.server)
        return page

    def get(self, path: str) -> bytes:
        """Return the answer to one question, asked with the token. Raises Unreachable."""
        return fetch(f"{self.server}{path}", {"Authorization": f"Bearer {self.token}"})


def has_number(value: Any) -> bool:
    """Return whether this is a thing of a Mastodon server: an object whose id is a number, as text."""
    return isinstance(value, dict) and isinstance(value.get("id"), str) and bool(_NUMBER.fullmatch(value["id"]))


def number_of(value: Mapping[str, Any]) -> int:
    """Return its number."""
    return int(value["id"])

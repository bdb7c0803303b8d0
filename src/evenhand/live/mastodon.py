"""Mastodon's notifications of one account, by polling (`GET /api/v1/notifications`): whoever mentions or quotes it.

The account's own token reads them (scope `read:notifications`). Edits come as notifications of kind `update`;
deletions are not told this way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from evenhand.live.adapter import Arrived, Polled, Unreachable
from evenhand.live.fetching import fetch
from evenhand.posts.json_bytes import Malformed, loads_exact

KINDS: Final = ("mention", "quote", "update")
PAGE: Final = 40


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
        found = sorted(self._page(limit=PAGE, min_id=cursor), key=_number)
        with_post = [each for each in found if isinstance(each.get("status"), dict)]
        records = tuple(Arrived(json.dumps(each, ensure_ascii=True).encode()) for each in with_post)
        last = str(found[-1]["id"]) if found else cursor
        return Polled(records, last, len(found) - len(with_post), more=len(found) == PAGE)

    def _page(self, **asked: Any) -> list[dict[str, Any]]:
        query = urlencode([*asked.items(), *(("types[]", kind) for kind in KINDS)])
        body = fetch(f"{self.server}/api/v1/notifications?{query}", {"Authorization": f"Bearer {self.token}"})
        try:
            page = loads_exact(body)
        except Malformed:
            page = None
        if not isinstance(page, list) or not all(isinstance(each, dict) and _has_id(each) for each in page):
            raise Unreachable("the answer is no list of notifications", where=self.server)
        return page


def _has_id(notification: dict[str, Any]) -> bool:
    return isinstance(notification.get("id"), str) and notification["id"].isascii() and notification["id"].isdigit()


def _number(notification: dict[str, Any]) -> int:
    return int(notification["id"])

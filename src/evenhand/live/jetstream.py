"""Bluesky's public stream (Jetstream): posts that name a declared account, and deletions, from a cursor on.

The stream carries everybody's posts. Each message is looked at in memory: one that names no declared account is
dropped on the spot; a deletion names only what was deleted and is kept only if we hold that post.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from evenhand.live.adapter import Arrived, Polled
from evenhand.live.websocket import Listening, listening

COLLECTION: Final = "app.bsky.feed.post"
LISTEN_SECONDS: Final = 60.0
MOST_RECORDS: Final = 2_000
OVERLAP_US: Final = 5_000_000
"""After a reconnection so much is heard again: messages of one moment may come in another order."""
_DID: Final = re.compile(rb"did:[a-z]+:[A-Za-z0-9._:%-]+")
_TIME: Final = re.compile(rb'"time_us"\s*:\s*(\d{1,16})')
_DELETED: Final = re.compile(rb'"operation"\s*:\s*"delete"')


@dataclass(frozen=True, slots=True)
class Jetstream:
    """One stream. `wanted`: the ids (DIDs) of the declared accounts; without any nobody is asked."""

    server: str
    wanted: frozenset[bytes]
    random: Callable[[int], bytes]
    seconds: float = LISTEN_SECONDS
    reads_as: str | None = "bluesky_jetstream"

    def poll(self, cursor: str) -> Polled:
        """Listen for a minute, from the cursor (microseconds of the last message) on, or from now the first time."""
        if not self.wanted:
            return Polled((), cursor)
        since = {"cursor": max(int(cursor) - OVERLAP_US, 0)} if cursor else {}
        query = urlencode({"wantedCollections": COLLECTION, **since})
        with listening(f"{self.server}?{query}", self.random) as stream:
            return self._heard(stream, int(cursor or 0))

    def _heard(self, stream: Listening, last: int) -> Polled:
        # How long to listen is no time that anything records.
        until = time.monotonic() + self.seconds
        records: list[Arrived] = []
        dropped = 0
        while len(records) < MOST_RECORDS and (left := until - time.monotonic()) > 0:
            message = stream.next(left)
            if message is None:
                break
            at = _TIME.search(message)
            last = max(last, int(at[1]) if at else 0)
            if _DELETED.search(message) or not self.wanted.isdisjoint(_DID.findall(message)):
                records.append(Arrived(message))
            else:
                dropped += 1
        return Polled(tuple(records), str(last) if last else "", dropped, more=bool(records or dropped))

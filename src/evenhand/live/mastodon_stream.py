"""A Mastodon stream (`user`, or one list): posts, edits and deletions as they happen, with nothing lost between looks.

A stream begins anew with every connection. So each look opens it first, then asks by ids for what came since the last
look, then listens. Deletions of posts that are held can fall between two looks all the same, and so can edits: a few
of those posts are asked for by their number at every look, in turn.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, TypeGuard
from urllib.parse import urlencode

from evenhand.errors import UsageError
from evenhand.live.adapter import Arrived, Known, NotThere, Polled, Unreachable
from evenhand.live.fetching import checked_address
from evenhand.live.mastodon import KINDS, PAGE, Mastodon, has_number, number_of
from evenhand.live.websocket import Listening, listening
from evenhand.posts.json_bytes import Malformed, loads_exact

STREAM: Final = re.compile(r"user|list:\d{1,20}")
LISTEN_SECONDS: Final = 60.0
MOST_RECORDS: Final = 2_000
MOST_PAGES: Final = 25
LOOKED_AGAIN: Final = 10
LATE: Final = 120_000 << 16
"""A post from elsewhere can arrive two minutes late with a number of its own time: so far back is asked again. A
number is the time in ms, shifted by 16 bits."""
_STATUSES: Final = frozenset({"update", "status.update"})


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The last post and notification seen, by number, and the held post that was asked for last."""

    post: str = "0"
    notification: str = "0"
    again: str = "0"


@dataclass(slots=True)
class _Look:
    """What one look has gathered so far."""

    cursor: _Cursor
    known: dict[str, Known]
    records: list[Arrived] = field(default_factory=list)
    names: dict[str, Known] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    dropped: int = 0

    def take(self, status: Mapping[str, Any], record: bytes) -> None:
        """Keep a record about a post, unless this version of it is held or was heard already."""
        number, new = str(status["id"]), Known(f"activitypub:{status['uri']}", str(status.get("edited_at") or ""))
        if self.known.get(number) != new:
            self.known[number] = self.names[number] = new
            self.gone.discard(number)
            self.records.append(Arrived(record))

    def delete(self, number: str, event: Mapping[str, Any]) -> None:
        """Keep the deletion of a post that is held or was just heard, with its address beside the number."""
        known = self.known.pop(number, None)
        if known is None:
            self.dropped += 1
            return
        self.gone.add(number)
        said = {**event, "status_uri": known.key.removeprefix("activitypub:")}
        self.records.append(_line(said))

    def seen(self, **numbers: str) -> None:
        """Move the cursor on, never back."""
        newer = {name: n for name, n in numbers.items() if int(n) > int(getattr(self.cursor, name))}
        self.cursor = replace(self.cursor, **newer)


@dataclass(frozen=True, slots=True)
class MastodonStream:
    """One stream of one account. `names`: the posts of it that are held, by their number on this server."""

    asked: Mastodon
    stream: str
    names: Mapping[str, Known]
    random: Callable[[int], bytes]
    seconds: float = LISTEN_SECONDS
    reads_as: str | None = "mastodon_api"

    def poll(self, cursor: str) -> Polled:
        """Catch up from the cursor, then listen for a minute. The first time only where everything stands is asked."""
        if not cursor:
            newest = _Look(_Cursor(), {})
            for status in self._posts(limit=1):
                newest.seen(post=status["id"])
            for notification in self._notifications(limit=1):
                newest.seen(notification=notification["id"])
            return Polled((), json.dumps(asdict(newest.cursor)), more=True)
        look = _Look(_Cursor(**json.loads(cursor)), dict(self.names))
        with listening(self._address(), self.random, bearer=self.asked.token) as stream:
            full = self._catch_up(look)
            self._look_again(look)
            if not full:
                self._listen(stream, look)
        after = json.dumps(asdict(look.cursor))
        return Polled(tuple(look.records), after, look.dropped, more=True, names=look.names, gone=frozenset(look.gone))

    def _address(self) -> str:
        """Return where the server says that its stream is; beside it where it says nothing."""
        plain = self.asked.server.startswith("http:")
        own = self.asked.server.replace("http", "ws", 1)
        try:
            said = loads_exact(self.asked.get("/api/v2/instance"))["configuration"]["urls"]["streaming"]
        except (NotThere, Malformed, KeyError, TypeError):
            said = own
        try:
            base = checked_address(str(said), self.asked.server, schemes=("wss", "ws" if plain else "wss"))
        except UsageError as error:
            raise Unreachable("the server names no encrypted stream", where=self.asked.server) from error
        kind, _, number = self.stream.partition(":")
        return f"{base}/api/v1/streaming?{urlencode({'stream': kind} | ({'list': number} if number else {}))}"

    def _catch_up(self, look: _Look) -> bool:
        """Ask for what came since the cursor, page by page; return whether there is more than a look takes."""
        since, full = str(max(int(look.cursor.post) - LATE, 0)), True
        for _ in range(MOST_PAGES):
            posts = sorted(self._posts(limit=PAGE, min_id=since), key=number_of)
            for status in posts:
                since = status["id"]
                look.seen(post=since)
                if _is_post(status):
                    look.take(status, _line(status).data)
            if not (full := len(posts) >= PAGE):
                break
        told = sorted(self._notifications(limit=PAGE, min_id=look.cursor.notification), key=number_of)
        for each in told:
            self._notified(each, _line(each).data, look)
        return full or len(told) >= PAGE

    def _notified(self, notification: Mapping[str, Any], record: bytes, look: _Look) -> None:
        look.seen(notification=str(notification["id"]))
        status = notification.get("status")
        if notification.get("type") in KINDS and _is_post(status):
            look.take(status, record)
        else:
            look.dropped += 1

    def _look_again(self, look: _Look) -> None:
        """Ask for a few of the held posts: one that is not there any more was deleted, one that differs was edited."""
        numbers = sorted((number for number in self.names if number.isdecimal()), key=int)
        later = [number for number in numbers if int(number) > int(look.cursor.again)]
        for number in (later or numbers)[:LOOKED_AGAIN]:
            look.cursor = replace(look.cursor, again=number)
            try:
                status = loads_exact(self.asked.get(f"/api/v1/statuses/{number}"))
            except NotThere:
                look.delete(number, {"event": "delete", "payload": number, "basis": "absent"})
            except Malformed:
                continue
            else:
                if _is_post(status) and str(status["id"]) == number:
                    look.take(status, _line(status).data)

    def _listen(self, stream: Listening, look: _Look) -> None:
        # How long to listen is no time that anything records.
        until = time.monotonic() + self.seconds
        while len(look.records) < MOST_RECORDS and (left := until - time.monotonic()) > 0:
            message = stream.next(left)
            if message is None:
                return
            self._heard(message, look)

    def _heard(self, message: bytes, look: _Look) -> None:
        event = _parsed(message)
        kind, payload = (event.get("event"), event.get("payload")) if isinstance(event, dict) else (None, None)
        if kind == "delete":
            look.delete(str(payload), event)
        elif kind in _STATUSES:
            status = _parsed(str(payload).encode())
            if not _is_post(status):
                return
            if kind == "update":
                look.seen(post=str(status["id"]))
            look.take(status, message)
        elif kind == "notification":
            notification = _parsed(str(payload).encode())
            if has_number(notification):
                self._notified(notification, message, look)

    def _posts(self, **asked: Any) -> list[dict[str, Any]]:
        kind, _, number = self.stream.partition(":")
        place = f"list/{number}" if kind == "list" else "home"
        return self.asked.page(f"/api/v1/timelines/{place}", asked.items())

    def _notifications(self, **asked: Any) -> list[dict[str, Any]]:
        if self.stream != "user":
            return []  # a list carries posts alone
        return self.asked.page("/api/v1/notifications", [*asked.items(), *(("types[]", kind) for kind in KINDS)])


def _line(value: Mapping[str, Any]) -> Arrived:
    return Arrived(json.dumps(value, ensure_ascii=True).encode())


def _parsed(data: bytes) -> Any:
    try:
        return loads_exact(data)
    except Malformed:
        return None


def _is_post(value: Any) -> TypeGuard[Mapping[str, Any]]:
    return has_number(value) and isinstance(value.get("uri"), str)

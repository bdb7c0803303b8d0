"""A Mastodon server on loopback: timelines, notifications, posts and the stream, as docs.joinmastodon.org has it.

What a test puts into `posts` and `notifications` is what the server holds; `events` is what the stream tells whoever
listens, after which it hangs up.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.live.fake_streams import JetstreamFake, JetstreamHandler

BASE = 1_772_438_400_000 << 16
"""The number of a post of 2 March 2026, 08:00 UTC: the time in ms, shifted."""


def post(number: int, text: str = "", *, mentions: str = "ana", edited: str | None = None) -> dict[str, Any]:
    words = text or f"a word {number}"
    return {
        "id": str(BASE + number), "uri": f"https://elsewhere.example/notes/{number}", "visibility": "public",
        "account": {"id": "900", "acct": "someone@elsewhere.example", "username": "someone", "display_name": "Some"},
        "created_at": "2026-03-02T08:00:00.000Z", "edited_at": edited, "content": f"<p>{words}</p>",
        "mentions": [{"id": "1", "acct": mentions, "username": mentions, "url": f"https://a.example/@{mentions}"}],
    }  # fmt: skip


def notified(number: int, status: dict[str, Any] | None, kind: str = "mention") -> dict[str, Any]:
    account = {"id": "900", "acct": "someone@elsewhere.example"}
    about = {"id": str(number), "type": kind, "created_at": "2026-03-02T08:00:00.000Z", "account": account}
    return about if status is None else about | {"status": status}


def told(event: str, payload: Any, stream: str = "user") -> dict[str, Any]:
    """Return an event as the stream tells it: the payload is JSON in a text, or a bare number."""
    return {"stream": [stream], "event": event, "payload": payload if isinstance(payload, str) else json.dumps(payload)}


@dataclass
class Server(JetstreamFake):
    """What one server holds. `port` is set once it is served; `names_stream`: whether it says where its stream is."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    notifications: list[dict[str, Any]] = field(default_factory=list)
    token: str = "a-token"
    port: int = 0
    names_stream: bool = True

    def answer(self, path: str, query: dict[str, list[str]]) -> Any:
        if path == "/api/v2/instance":
            urls = {"streaming": f"ws://127.0.0.1:{self.port}"} if self.names_stream else {}
            return {"configuration": {"urls": urls}}
        if path in {"/api/v1/timelines/home", "/api/v1/timelines/list/12"}:
            return page(self.posts, query)
        if path == "/api/v1/notifications":
            return page([n for n in self.notifications if n["type"] in query["types[]"]], query)
        return next((each for each in self.posts if path == f"/api/v1/statuses/{each['id']}"), None)


def page(found: list[dict[str, Any]], query: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Newest first; with `min_id` those immediately newer than it (docs.joinmastodon.org/api/guidelines)."""
    limit = min(int(query.get("limit", ["20"])[0]), 40)
    oldest_first = sorted(found, key=lambda each: int(each["id"]))
    if "min_id" in query:
        after = [each for each in oldest_first if int(each["id"]) > int(query["min_id"][0])]
        return after[:limit][::-1]
    return oldest_first[-limit:][::-1]


class ServerHandler(JetstreamHandler):
    """One connection to a Server: a question over HTTP, or a listener."""

    def handle(self) -> None:
        self.fake: Server = self.server.fake  # type: ignore[attr-defined]
        target, headers = self.rfile.readline().decode().split()[1], {}
        while (line := self.rfile.readline().decode().strip()) != "":
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        self.fake.asked.append(target)
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        allowed = headers.get("authorization") == f"Bearer {self.fake.token}"
        if path == "/api/v1/streaming" and allowed:
            self.stream(headers["sec-websocket-key"].encode())
            return
        answer = self.fake.answer(path, query) if allowed else None
        status = 401 if not allowed else 404 if answer is None else 200
        body = json.dumps(answer).encode()
        head = f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.wfile.write(head.encode() + body)

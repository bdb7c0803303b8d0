"""A Mastodon server's notifications and a Jetstream, on loopback, as their documentation says they behave."""

from __future__ import annotations

import base64
import hashlib
import json
import socketserver
import struct
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class MastodonFake:
    """`GET /api/v1/notifications`: newest first, `min_id` (the oldest after it), `types[]`, `limit` (40 at most)."""

    notifications: list[dict[str, Any]] = field(default_factory=list)
    token: str = "a-token"
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def page(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        limit = min(int(query.get("limit", ["40"])[0]), 80)
        found = [n for n in self.notifications if n["type"] in query.get("types[]", [])]
        if "min_id" in query:
            # docs.joinmastodon.org/api/guidelines: results immediately newer than this id.
            after = [n for n in found if int(n["id"]) > int(query["min_id"][0])]
            return sorted(sorted(after, key=lambda n: int(n["id"]))[:limit], key=lambda n: -int(n["id"]))
        return sorted(found, key=lambda n: -int(n["id"]))[:limit]


class MastodonHandler(socketserver.StreamRequestHandler):
    """One question to a MastodonFake."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        fake: MastodonFake = self.server.fake  # type: ignore[attr-defined]
        target = self.rfile.readline().decode().split()[1]
        headers = {}
        while (line := self.rfile.readline().decode().strip()) != "":
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        fake.asked.append(target)
        status, body = fake.status, b"[]"
        if headers.get("authorization") != f"Bearer {fake.token}":
            status = 401
        elif urlsplit(target).path != "/api/v1/notifications":
            status = 404
        else:
            body = json.dumps(fake.page(parse_qs(urlsplit(target).query))).encode()
        extra = "Location: http://127.0.0.1:9/elsewhere\r\n" if status == 302 else ""
        head = f"HTTP/1.1 {status} x\r\n{extra}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.wfile.write(head.encode() + body)


@dataclass
class JetstreamFake:
    """`/subscribe?wantedCollections=…&cursor=…`: every event from the cursor on, then silence; then a close, if told.

    `cut_after`: hang up in the middle of the message after so many.
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    closes: bool = True
    pings: bool = False
    fragments: bool = False
    cut_after: int | None = None
    accept: bool = True
    asked: list[str] = field(default_factory=list)
    pongs: list[bytes] = field(default_factory=list)


class JetstreamHandler(socketserver.StreamRequestHandler):
    """One listener of a JetstreamFake."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.fake: JetstreamFake = self.server.fake  # type: ignore[attr-defined]
        target, key = self.rfile.readline().decode().split()[1], b""
        while (line := self.rfile.readline().strip()) != b"":
            if line.lower().startswith(b"sec-websocket-key: "):
                key = line[19:]
        self.fake.asked.append(target)
        cursor = int(parse_qs(urlsplit(target).query).get("cursor", ["0"])[0])
        self.stream(key, since=cursor)

    def stream(self, key: bytes, *, since: int = 0) -> None:
        """Upgrade the connection, tell every event from a moment on, and end as the fake is told to."""
        digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        accept = base64.b64encode(digest if self.fake.accept else b"other").decode()
        self.wfile.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        for number, event in enumerate(each for each in self.fake.events if each.get("time_us", 0) >= since):
            if number == self.fake.cut_after:
                self.wfile.write(bytes([0x81, 100]) + b"half")
                return
            self.send(json.dumps(event).encode())
        if self.fake.pings:
            self.frame(9, b"are you there")
            self.fake.pongs.append(self.masked())
        if self.fake.closes:
            self.frame(8, struct.pack("!H", 1000))
        else:
            self.rfile.read(1)

    def send(self, message: bytes) -> None:
        if self.fake.fragments:
            self.frame(1, message[:10], final=False)
            self.frame(0, message[10:])
        else:
            self.frame(1, message)

    def frame(self, code: int, payload: bytes, *, final: bool = True) -> None:
        size = len(payload)
        head = bytes([size]) if size < 126 else bytes([126]) + struct.pack("!H", size)
        self.wfile.write(bytes([(0x80 if final else 0) | code]) + head + payload)

    def masked(self) -> bytes:
        """Return the payload of the one frame a listener sends; RFC 6455 §5.1: it must be masked."""
        first, second = self.rfile.read(2)
        assert (first, second & 0x80) == (0x8A, 0x80)
        mask = self.rfile.read(4)
        return bytes(byte ^ mask[n % 4] for n, byte in enumerate(self.rfile.read(second & 0x7F)))

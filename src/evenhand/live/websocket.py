"""The listening half of a WebSocket (RFC 6455): connect, read messages, answer pings. Nothing else is ever sent."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from evenhand.live.adapter import Unreachable

CONNECT_SECONDS: Final = 10.0
MOST_BYTES: Final = 4 << 20
"""A message larger than this ends the connection."""
_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CONTINUED, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_HEAD_BYTES: Final = 16 << 10


@dataclass(slots=True)
class Listening:
    """An open connection."""

    sock: socket.socket
    random: Callable[[int], bytes]
    rest: bytes = b""
    parts: list[bytes] = field(default_factory=list)

    def next(self, seconds: float) -> bytes | None:
        """Return the next text message (UTF-8 bytes); None once `seconds` passed without one, or at the end.

        What of a message has come when the time is over is lost; whoever listens on asks from a cursor anew.
        Raises Unreachable for what is no WebSocket, or too large.
        """
        self.sock.settimeout(max(seconds, 0.001))
        try:
            while True:
                final, code, payload = self._frame()
                if code == _CLOSE:
                    return None
                if code == _PING:
                    self._pong(payload)
                elif code in (_TEXT, _BINARY, _CONTINUED):
                    self.parts.append(payload)
                    if sum(map(len, self.parts)) > MOST_BYTES:
                        raise Unreachable("the stream sent a message larger than 4 MiB")
                    if final:
                        whole = b"".join(self.parts)
                        self.parts.clear()
                        return whole
        except (TimeoutError, ssl.SSLWantReadError, EOFError):
            return None
        except OSError as error:
            raise Unreachable(f"the stream broke off ({type(error).__name__})") from None

    def _frame(self) -> tuple[bool, int, bytes]:
        first, second = self._exactly(2)
        size = second & 0x7F
        if size >= 126:
            size = int(struct.unpack("!H" if size == 126 else "!Q", self._exactly(2 if size == 126 else 8))[0])
        if second & 0x80 or first & 0x70 or size > MOST_BYTES:
            raise Unreachable("the stream sent what is no message")
        return bool(first & 0x80), first & 0x0F, self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        while len(self.rest) < size:
            chunk = self.sock.recv(1 << 16)
            if not chunk:
                raise EOFError
            self.rest += chunk
        found, self.rest = self.rest[:size], self.rest[size:]
        return found

    def _pong(self, payload: bytes) -> None:
        mask = self.random(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.sock.sendall(bytes([0x80 | _PONG, 0x80 | len(payload)]) + mask + masked)


@contextmanager
def listening(url: str, random: Callable[[int], bytes], *, bearer: str = "") -> Iterator[Listening]:
    """Connect to ws:// or wss:// and give the connection. Raises Unreachable.

    `bearer`: a token for whoever wants to know who listens; it travels in a header, never in the address.
    """
    parts = urlsplit(url)
    host, encrypted = parts.hostname or "", parts.scheme == "wss"
    try:
        sock = socket.create_connection((host, parts.port or (443 if encrypted else 80)), CONNECT_SECONDS)
    except OSError as error:
        raise Unreachable(f"the stream cannot be reached ({type(error).__name__})", where=host) from None
    with sock:
        try:
            safe = ssl.create_default_context().wrap_socket(sock, server_hostname=host) if encrypted else sock
            with safe:
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                head = f"Authorization: Bearer {bearer}\r\n" if bearer else ""
                yield Listening(safe, random, _upgraded(safe, parts.netloc, path, random(16), head))
        except OSError as error:
            raise Unreachable(f"the stream cannot be opened ({type(error).__name__})", where=host) from None


def _upgraded(sock: socket.socket, host: str, path: str, nonce: bytes, more: str) -> bytes:
    """Ask for the upgrade, with more lines in its head, and return what came behind the server's head."""
    key = base64.b64encode(nonce)
    sock.sendall(
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key.decode()}\r\nSec-WebSocket-Version: 13\r\n{more}\r\n".encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        chunk = sock.recv(4096)
        if not chunk or len(head) > _HEAD_BYTES:
            raise Unreachable("the stream did not open", where=host)
        head += chunk
    head, _, rest = head.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    if not status.startswith(b"HTTP/1.1 101") or fields.get(b"sec-websocket-accept") != accept:
        raise Unreachable("the stream did not open", where=host)
    return rest

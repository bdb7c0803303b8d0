"""A small HTTP/1.1 server for the service alone: a thread a connection, so many at most, and no patience with drips.

It knows nothing of scoring; it turns sockets into Request and Response. TLS is the business of a proxy in front.
"""

from __future__ import annotations

import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import responses
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from evenhand.perspective import refusals
from evenhand.perspective.messages import MOST_BODY, Request, Response

MOST_CONNECTIONS: Final = 256
PATIENCE: Final = 20.0  # seconds for a request to arrive whole, idle time before it included
MOST_POURED: Final = 8 * MOST_BODY
_BACKLOG: Final = 128
_MOST_PARTINGS: Final = 32  # clients at a time who are told that all places are taken; more are closed without a word
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_MOST_FIELDS: Final = 100  # parameters of a query that are read

Handle = Callable[[Request], Response]
# What is said of each answer, if anything: method, path without its query, status, milliseconds.
Said = Callable[[str, str, int, float], None]


def query_of(text: str) -> dict[str, str]:
    """Return the first value of each parameter of a query string; what cannot be read is left out."""
    with suppress(ValueError):
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        return dict(reversed(pairs))
    return {}


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Serves `handle` on one address. `port` 0 takes a free one; see `address`. Raises OSError if it is taken."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = _BACKLOG

    def __init__(
        self, host: str, port: int, handle: Handle, *, said: Said | None = None, most: int = MOST_CONNECTIONS
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)
        self.handle_one = handle
        self.said = said
        self._places = threading.BoundedSemaphore(most)
        self._partings = threading.BoundedSemaphore(_MOST_PARTINGS)
        self._awaited: dict[socket.socket, float] = {}

    @property
    def address(self) -> str:
        """Return 'http://host:port' as the server takes itself to be."""
        host, port = self.server_address[0], self.server_address[1]
        name = host.decode() if isinstance(host, bytes) else str(host)
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the connection a thread, or say at once that all places are taken."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        elif self._partings.acquire(blocking=False):
            threading.Thread(target=self._part, args=(request,), daemon=True).start()
        else:
            self.shutdown_request(request)

    def _part(self, request: socket.socket) -> None:
        """Say that all places are taken, after the client's first words: closed over them, TCP would drop ours."""
        try:
            with suppress(OSError):
                request.settimeout(1)
                request.recv(MOST_BODY)
                request.sendall(wire(refusals.overloaded().response(), close=True))
                request.shutdown(socket.SHUT_WR)
                until = time.monotonic() + 2
                while time.monotonic() < until and request.recv(MOST_BODY):
                    pass
        finally:
            self.shutdown_request(request)
            self._partings.release()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection, then free its place."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._awaited.pop(request, None)
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that went away is not an event, and a traceback could hold its words."""

    def awaiting(self, connection: socket.socket, *, begins: bool) -> None:
        """Note that a request is being waited for on a connection, or that it arrived whole."""
        if begins:
            self._awaited[connection] = time.monotonic()
        else:
            self._awaited.pop(connection, None)

    def service_actions(self) -> None:
        """Close connections whose request does not arrive; called twice a second by serve_forever."""
        oldest = time.monotonic() - PATIENCE
        for connection, since in list(self._awaited.items()):
            if since < oldest:
                self._awaited.pop(connection, None)
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every second answer waits 40 ms for an acknowledgement
    timeout = PATIENCE
    server: Server

    def handle_one_request(self) -> None:
        self.server.awaiting(self.connection, begins=True)
        try:
            super().handle_one_request()
        finally:
            self.server.awaiting(self.connection, begins=False)

    def __getattr__(self, name: str) -> Any:
        # Every method is answered by the service, which knows the right one for each address.
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        began = time.perf_counter()
        target, _, query = self.path.partition("?")
        try:
            self._check_framing()
            request = self._request(target, query)
            self.server.awaiting(self.connection, begins=False)
            response = self.server.handle_one(request)
        except refusals.Refusal as refusal:
            self.close_connection = True
            response = refusal.response()
        self._send(response)
        if self.server.said is not None:
            self.server.said(self.command, target, response.status, (time.perf_counter() - began) * 1e3)

    def _check_framing(self) -> None:
        """Raise Refusal unless the end of the body is declared once and plainly: else a proxy might read another."""
        lengths = self.headers.get_all("content-length", [])
        if "transfer-encoding" in self.headers:
            raise refusals.length_required()
        if len(lengths) > 1 or not all(_LENGTH.fullmatch(length) for length in lengths):
            raise refusals.malformed("Content-Length must be one whole number.")

    def _request(self, target: str, query: str) -> Request:
        headers: Mapping[str, str] = {name.lower(): value for name, value in self.headers.items()}
        body, oversized = self._body(int(headers.get("content-length", "0")))
        return Request(
            self.command, unquote(target, errors="replace"), query_of(query), headers, body,
            peer=self.client_address[0], address=self.server.address, oversized=oversized,
        )  # fmt: skip

    def _body(self, length: int) -> tuple[bytes, bool]:
        """Return the body and whether it is too long to be read; then the connection ends with the answer."""
        if length > MOST_BODY:
            self.close_connection = True
            self._pour_away(min(length, MOST_POURED))
            return b"", True
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError
        return body, False

    def _pour_away(self, length: int) -> None:
        # A connection closed over unread bytes is reset, and the client never sees why.
        while length > 0 and (piece := self.rfile.read(min(length, 1 << 16))):
            length -= len(piece)

    def _send(self, response: Response) -> None:
        self.wfile.write(wire(response, close=self.close_connection, head=self.command == "HEAD"))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request line or headers that cannot be read; the words of the request are not repeated."""
        del message, explain
        self.close_connection = True
        known = {414: refusals.headers_too_large(), 431: refusals.headers_too_large()}
        refusal = known.get(code, refusals.malformed("This is not a request that can be read."))
        self.wfile.write(wire(refusal.response(), close=True))

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the request line holds the key. See `Said`."""


def wire(response: Response, *, close: bool, head: bool = False) -> bytes:
    """Return a response as bytes for the wire, in one piece."""
    lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, '')}"]
    lines += [f"{name}: {value}" for name, value in response.all_headers()]
    lines += ["Connection: close"] if close else []
    top = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    return top if head else top + response.body

"""The witness over HTTP, by the standard library alone: one POST, one GET, everything else is not found.

Put a web server that speaks TLS in front of it; what it signs is safe to hear for anybody.
"""

from __future__ import annotations

import sqlite3
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from evenhand.witness.request import MAX_BODY
from evenhand.witness.rules import Answer, Witness

_SECONDS: Final = 10
_ADD: Final = "/add-checkpoint"
_LAST: Final = "/checkpoint"


def serve(witness: Witness, host: str, port: int, prefix: str = "") -> ThreadingHTTPServer:
    """Return a server bound to the address (port 0: a free one); call its `serve_forever`."""
    return _Server((host, port), _handler(witness, prefix.rstrip("/")))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def _handler(witness: Witness, prefix: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SECONDS
        server_version, sys_version = "evenhand-witness", ""

        def do_POST(self) -> None:
            """Cosign a checkpoint."""
            body = self._body() if self.path == f"{prefix}{_ADD}" else b""
            if self.path != f"{prefix}{_ADD}":
                self._send(Answer(HTTPStatus.NOT_FOUND, b"not found\n"))
            elif body is None:
                self._send(Answer(HTTPStatus.BAD_REQUEST, f"a body of 1 to {MAX_BODY} bytes, please\n".encode()))
            else:
                self._send(_guarded(witness, body))

        def do_GET(self) -> None:
            """Give the last cosigned note of a log."""
            digest = self.path.removeprefix(f"{prefix}/").removesuffix(_LAST)
            if self.path != f"{prefix}/{digest}{_LAST}":
                self._send(Answer(HTTPStatus.NOT_FOUND, b"not found\n"))
            else:
                self._send(witness.last_checkpoint(digest))

        def _body(self) -> bytes | None:
            """Return the body, or None where its length is missing, wrong or too large; nothing is read then."""
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdigit()) or not 0 < int(length) <= MAX_BODY:
                return None
            body = self.rfile.read(int(length))
            return body if len(body) == int(length) else None

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep no access log."""

    return Handler


def _guarded(witness: Witness, body: bytes) -> Answer:
    """Return the answer; a memory that cannot be written signs nothing, and says so."""
    try:
        return witness.add_checkpoint(body)
    except sqlite3.Error:
        return Answer(HTTPStatus.SERVICE_UNAVAILABLE, b"the witness cannot write its memory; nothing was cosigned\n")

"""The door of the key service: a Unix socket in a folder of ours alone, one thread per question."""

from __future__ import annotations

import contextlib
import os
import socketserver
from pathlib import Path

from evenhand.web.home import Home
from evenhand.web.record.keyservice.protocol import private_folder, receive, send, socket_path
from evenhand.web.record.keyservice.service import KeyService


class _Door(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        """Answer questions until the caller hangs up."""
        while (question := receive(self.request)) is not None:
            send(self.request, self.server.service.answer(question))

    def finish(self) -> None:
        """Leave quietly."""


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Serves one KeyService at the home's socket. The caller makes sure that it is the only one."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, home: Home, service: KeyService) -> None:
        self.service = service
        self.path: Path = socket_path(home)
        private_folder(self.path.parent)
        self.path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            super().__init__(str(self.path), _Door)
        finally:
            os.umask(before)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a caller that hung up is no event, and a traceback could show a question."""

    def server_close(self) -> None:
        """Close the socket and take its name away."""
        super().server_close()
        self.service.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

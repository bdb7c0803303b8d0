"""The key service in a thread of this process: for tests and benchmarks. Same service, socket and protocol."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from evenhand.context import Context
from evenhand.web.home import Home
from evenhand.web.record.keyservice.server import Server
from evenhand.web.record.keyservice.service import KeyService


@contextmanager
def threaded_key_service(home: Home, ctx: Context | None = None) -> Iterator[KeyService]:
    """Serve the home's keys from a thread for the duration; gives the service."""
    server = Server(home, KeyService(home, ctx or Context.system()))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""`python -m evenhand.web.record.keyservice`: the key service of the home that EVENHAND_DATA names."""

from __future__ import annotations

import contextlib
import fcntl
import signal
import sys
import threading

from evenhand.context import Context
from evenhand.errors import EvenhandError
from evenhand.web.home import Home
from evenhand.web.record.keyservice.process import the_only_one
from evenhand.web.record.keyservice.protocol import private_folder
from evenhand.web.record.keyservice.server import Server
from evenhand.web.record.keyservice.service import KeyService


def main() -> int:
    """Serve until the starter and the last user have gone, or until SIGTERM; return the exit code."""
    home = Home.here()
    try:
        private_folder(home.key_store.parent)
        lock = the_only_one(home)
        if lock is None:
            return 0  # another one serves this home
        server = Server(home, KeyService(home, Context.system()))
    except EvenhandError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    signal.signal(signal.SIGTERM, lambda *_: _stop(server))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; we end after the others
    threading.Thread(target=_leave_with_the_last_user, args=(home, server), daemon=True).start()
    try:
        server.serve_forever(0.05)
    finally:
        server.server_close()
        lock.close()
    return 0


def _leave_with_the_last_user(home: Home, server: Server) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stdin.buffer.read()  # ends when our starter closes its end, or dies
    users = (home.key_store.parent / "users").open("a")
    fcntl.flock(users, fcntl.LOCK_EX)  # granted when nobody holds the shared lock
    # Kept until the process ends: whoever comes now waits, finds no service and starts their own.
    server.shutdown()
    server.server_close()


def _stop(server: Server) -> None:
    threading.Thread(target=server.shutdown, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())

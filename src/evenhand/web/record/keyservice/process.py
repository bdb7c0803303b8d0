"""Starting the key service as a child process and finding one that runs."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from evenhand.errors import UsageError
from evenhand.web.home import Home
from evenhand.web.record.keyservice.protocol import NoKeyService, ask, private_folder

_START_SECONDS: Final = 20


@contextmanager
def key_service(home: Home) -> Iterator[None]:
    """Make sure that a key service answers for the duration; a running one is used, else a child is started.

    Everyone who uses it holds a shared lock on `keys/users`; the child ends after its starter has gone and the
    last user with it. Raises UsageError with the child's own words if it cannot start.
    """
    private_folder(home.key_store.parent)
    with (home.key_store.parent / "users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        child = None if is_running(home) else _start(home)
        try:
            yield
        finally:
            if child is not None and child.stdin is not None:
                child.stdin.close()
            fcntl.flock(users, fcntl.LOCK_UN)
            if child is not None:
                _reap(child)


def is_running(home: Home) -> bool:
    """Return whether a key service answers at the home's socket."""
    try:
        return "pid" in ask(home, {"op": "ping"})
    except NoKeyService:
        return False


def the_only_one(home: Home) -> IO[str] | None:
    """Return the lock that makes this process the home's key service, or None if another one holds it."""
    lock = (home.key_store.parent / "service").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def _start(home: Home) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-m", "evenhand.web.record.keyservice"],
        env={**os.environ, "EVENHAND_DATA": str(home.root)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if is_running(home):
            return child
        if child.poll() not in (None, 0):
            break
        time.sleep(0.02)
    raise UsageError(_last_words(child), where="key service")


def _last_words(child: subprocess.Popen[bytes]) -> str:
    child.kill()
    _, words = child.communicate()
    return words.decode(errors="replace").strip() or "the key service did not start"


def _reap(child: subprocess.Popen[bytes]) -> None:
    # Others may still use it; then it ends by itself later.
    try:
        child.wait(2)
    except subprocess.TimeoutExpired:
        return
    finally:
        if child.stderr is not None:
            child.stderr.close()

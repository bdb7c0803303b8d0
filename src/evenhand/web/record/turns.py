"""Writers of one SQLite file take turns before they begin: SQLite itself has no queue.

Who finds the file locked naps and looks again, and each nap is longer than the gap between two units of a busy writer:
among eight of them one slept through every gap for twenty seconds and was refused. Here at most one waits at the door,
and whoever has just written goes to the end of the room.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

# As long as SQLite would wait; after that it has the last word, and says that it is locked.
PATIENCE: Final = 20.0
NAP: Final = 0.001


@contextmanager
def taking_turns(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold this file's turn to write while the block runs; on any database but a SQLite file just run it.

    Waits at most PATIENCE seconds, and runs without a turn then or where no lock can be made: SQLite has the last word.
    A process that dies gives its turn back. Cost where nobody waits: seven system calls.
    """
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or name.startswith(("file:", ":memory:")):
        yield
        return
    with ExitStack() as held:
        with suppress(OSError):
            _wait(held, name)
        yield


def _wait(held: ExitStack, name: str) -> None:
    """Wait in the room, then alone at the door; leave the room as the door opens."""
    until = time.monotonic() + PATIENCE
    with ExitStack() as waiting:
        if _taken(waiting, f"{name}-room", until):
            _taken(held, f"{name}-door", until)


def _taken(held: ExitStack, path: str, until: float) -> bool:
    """Take the lock of a file until `held` ends, and say whether it came before the time was over."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    held.callback(os.close, lock)
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(NAP)

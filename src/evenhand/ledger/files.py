"""Files that must survive a power cut: temporary name, write, fsync, rename, fsync of the directory."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from evenhand.errors import UsageError
from evenhand.ledger.errors import SignerBusy

_OPEN_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write `data` to `path` whole or not at all, and return when it is on the disk, directories included."""
    make_directories(path.parent)
    temporary = path.with_name(f".{path.name}.part")
    temporary.unlink(missing_ok=True)  # left by a cut; reused it would keep its old mode
    descriptor = os.open(temporary, _OPEN_NEW, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def make_directories(path: Path) -> None:
    """Create a directory and its parents; each new name is synced into its parent."""
    if path.is_dir():
        return
    make_directories(path.parent)
    path.mkdir(exist_ok=True)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Return when the names in a directory are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_secret(path: Path) -> str:
    """Return the one line of a private file; refuses a file that others may read (wider than 0600)."""
    if path.stat().st_mode & 0o077:
        raise UsageError("other users can read this key file", where=str(path), mend=f"Run: chmod 600 {path}")
    return path.read_text("ascii").strip()


@contextlib.contextmanager
def only_signer(path: Path) -> Iterator[None]:
    """Hold the lock of the one process that signs while the block runs; refuses at once where another has it."""
    make_directories(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise SignerBusy("another process is signing a checkpoint", where=str(path), mend="Try again.") from None
    finally:
        os.close(descriptor)

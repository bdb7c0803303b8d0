"""Making one backup: pack, check, encrypt, open it again and compare, then rename. Whole, or not there."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from evenhand import age
from evenhand.backup.form import About
from evenhand.backup.packing import Part, pack
from evenhand.backup.unpacking import check
from evenhand.errors import DoesNotHold, UsageError
from evenhand.ledger.files import sync_directory

_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who can open a backup: holders of keys (`age1…`), or of a passphrase; one of the two."""

    keys: tuple[str, ...] = ()
    passphrase: str | None = None

    def check(self) -> None:
        """Refuse what nobody, or anybody, could open; UsageError."""
        if bool(self.keys) == (self.passphrase is not None):
            raise UsageError(
                "say who can open the backup", mend="Name --age KEY (make one: age-keygen) or --passphrase-file FILE."
            )
        if self.passphrase is not None and len(self.passphrase) < 12:
            raise UsageError("the passphrase is too short", mend="Take at least 12 signs; six words are better.")
        age.check_recipients(self.keys)


def make_backup(
    target: Path,
    about: About,
    parts: Iterator[Part],
    to: Recipients,
    *,
    dump: Callable[[Path], None] | None = None,
) -> int:
    """Write a backup to a path that does not exist yet and return how many files it holds.

    `dump` writes a PostgreSQL database to the path it is given. What is encrypted is opened again and compared before
    the file gets its name. Needs room for it twice beside the target. Raises UsageError, DoesNotHold.
    """
    to.check()
    if target.exists() or target.is_symlink():
        raise UsageError("there is something already", where=str(target), mend="Name a path that does not exist yet.")
    if not target.parent.is_dir():
        raise UsageError("the folder is not there", where=str(target.parent), mend="Make it, or name another.")
    with _workplace(target) as work:
        plain, sealed, copy = work / "plain", work / "sealed", work / "database.pgdump"
        if dump is not None:
            dump(copy)
        count = pack(plain, about, parts, copy if dump is not None else None)
        check(plain, about.kind)
        _encrypt(plain, sealed, to)
        _sync(sealed)
        sealed.rename(target)
        sync_directory(target.parent)
    return count


def _encrypt(plain: Path, sealed: Path, to: Recipients) -> None:
    """Encrypt and open again: for recipients by one key more, made for this one check and then forgotten."""
    opened = sealed.with_name("opened")
    if to.passphrase is not None:
        age.encrypt_by_passphrase(plain, sealed, to.passphrase)
        age.decrypt_file(sealed, opened, passphrase=to.passphrase)
    else:
        identity, public = age.new_identity()
        age.encrypt_file(plain, sealed, to=(*to.keys, public))
        age.decrypt_file(sealed, opened, identities=[identity])
    if _digest(opened) != _digest(plain):
        raise DoesNotHold(
            "what was written cannot be read back", where=str(sealed), mend="Look at the disk; try again."
        )
    sealed.chmod(0o600)


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """Give a private folder beside the target; an interrupted run's is emptied, one that still works refused."""
    work = target.with_name(f".{target.name}.part")
    work.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(work, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise UsageError("another backup is being written there", where=str(target), mend="Wait for it.") from None
    try:
        for path in work.iterdir():
            path.unlink()
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        os.close(lock)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _digest(path: Path) -> bytes:
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.digest()

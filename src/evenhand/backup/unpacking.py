"""Reading a backup: every member against the list at its end, before anything of it counts."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from evenhand.age import decrypt_file
from evenhand.backup.form import FIRST, LAST, MOST_JSON, About, Kind, is_safe, parse_about, parse_manifest
from evenhand.errors import UsageError

_BLOCK: Final = 1 << 20
_BROKEN: Final = "this backup is damaged or was cut short"
_MEND: Final = "Take another copy of it, or an older backup."


@contextmanager
def opened_backup(
    file: Path, work: Path, *, identities: tuple[str, ...] = (), passphrase: str | None = None
) -> Iterator[Path]:
    """Decrypt a backup into a folder of work and give the path of the plain one, which is removed at the end.

    Raises UsageError for another key or passphrase, and for a file that is no backup or was changed or cut.
    """
    plain = work / f"{file.name}.plain"
    try:
        decrypt_file(file, plain, identities=identities, passphrase=passphrase)
        yield plain
    finally:
        plain.unlink(missing_ok=True)


def check(plain: Path, kind: Kind) -> About:
    """Return what a backup says of itself, if every member is what its list says; else UsageError."""
    return _walk(plain, kind, lambda _member: None)


def unpack(plain: Path, target: Path, kind: Kind) -> About:
    """Write a backup's files below an empty folder and return what it says of itself.

    Raises UsageError where it does not hold; then the folder is half full and the caller removes it.
    """

    def place(member: tarfile.TarInfo) -> IO[bytes]:
        path = target / member.name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        return os.fdopen(descriptor, "wb")

    return _walk(plain, kind, place)


def _walk(plain: Path, kind: Kind, place: Callable[[tarfile.TarInfo], IO[bytes] | None]) -> About:
    try:
        with plain.open("rb") as file, tarfile.open(fileobj=file, mode="r|") as tar:
            return _members(tar, kind, place)
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise UsageError(_BROKEN, where=plain.name, mend=_MEND) from error


def _members(tar: tarfile.TarFile, kind: Kind, place: Callable[[tarfile.TarInfo], IO[bytes] | None]) -> About:
    members = iter(tar)
    first = next(members, None)
    if first is None or first.name != FIRST:
        raise UsageError("this is no backup of Evenhand", mend="Name a file that `evenhand backup` wrote.")
    about = parse_about(_small(tar, first))
    if about.kind is not kind:
        words = {Kind.HOME: "this file holds keys, not an installation", Kind.KEYS: "this file holds no keys"}
        raise UsageError(words[kind], mend="See: evenhand restore --help.")
    found: dict[str, tuple[str, int]] = {}
    listed: dict[str, tuple[str, int]] | None = None
    for member in members:
        if listed is not None or member.name in found or not member.isreg():
            raise UsageError(_BROKEN, where=member.name[:200], mend=_MEND)
        if member.name == LAST:
            listed = parse_manifest(_small(tar, member))
        elif is_safe(member.name, kind):
            found[member.name] = _copy(tar, member, place(member))
        else:
            raise UsageError("this backup holds a path it must not hold", where=ascii(member.name)[:200], mend=_MEND)
    if listed != found:
        raise UsageError(_BROKEN, mend=_MEND)
    return about


def _small(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    source = tar.extractfile(member) if member.isreg() and member.size <= MOST_JSON else None
    if source is None:
        raise UsageError(_BROKEN, where=member.name[:200], mend=_MEND)
    return source.read()


def _copy(tar: tarfile.TarFile, member: tarfile.TarInfo, target: IO[bytes] | None) -> tuple[str, int]:
    source = tar.extractfile(member)
    assert source is not None
    digest, size = sha256(), 0
    try:
        while block := source.read(_BLOCK):
            digest.update(block)
            size += len(block)
            if target is not None:
                target.write(block)
        if target is not None:
            target.flush()
            os.fchmod(target.fileno(), member.mode & 0o777)
            os.utime(target.fileno(), (member.mtime, member.mtime))
            os.fsync(target.fileno())
    finally:
        if target is not None:
            target.close()
    return digest.hexdigest(), size

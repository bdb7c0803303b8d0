"""Which files go into a backup, and writing them into a tar file with the list of what they hold.

The databases come first: whatever a row names was durable before the row, so it is still there when its turn comes.
"""

from __future__ import annotations

import io
import sqlite3
import tarfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from evenhand.backup.form import FIRST, LAST, About, encode_manifest
from evenhand.errors import DoesNotHold, UsageError

NEVER: Final = frozenset({"keys", "exports", "log"})
"""Folders of a home that no backup holds: keys lie apart; waiting bundles and the exported log are made again."""
_PASSING: Final = ("-wal", "-shm", "-journal", ".lock", ".part")
_SQLITE: Final = ".sqlite3"
_PRIVATE: Final = b"PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class Part:
    """One file that goes in: under which path, and where it lies."""

    path: str
    source: Path

    @property
    def is_database(self) -> bool:
        """Whether it is a SQLite file: copied by SQLite itself, whoever writes to it meanwhile."""
        return self.source.name.endswith(_SQLITE)


def home_parts(home: Path, secrets: Collection[Path]) -> Iterator[Part]:
    """Yield the files of a home, its databases first. `secrets`: key files, which stay out wherever they lie.

    Links, sockets and passing files (locks, journals, unfinished ones) stay out too.
    """
    apart = {_identity(path) for path in secrets if path.exists()}
    near = {path.parent.resolve() for path in secrets} - {home.resolve()}
    found = [path for path in sorted(home.rglob("*")) if _belongs(home, path) and path.parent.resolve() not in near]
    kept = [Part(f"home/{path.relative_to(home).as_posix()}", path) for path in found if _identity(path) not in apart]
    yield from (part for part in kept if part.is_database)
    yield from (part for part in kept if not part.is_database)


def key_parts(files: Mapping[str, Path]) -> Iterator[Part]:
    """Yield the files of keys that are there, under their names. Never the high-water file: it lies outside backups."""
    for name, path in files.items():
        if path.exists():
            yield Part(f"keys/{name}", path)


def pack(target: Path, about: About, parts: Iterator[Part], dump: Path | None = None) -> int:
    """Write a tar file of these parts and return how many; a file that vanished meanwhile stays out.

    `dump`: the copy of a PostgreSQL database. Raises DoesNotHold where a SQLite file is damaged, UsageError where a
    private key would go along with what it protects.
    """
    listed: dict[str, tuple[str, int]] = {}
    with target.open("xb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add_bytes(tar, FIRST, about.encode())
        if dump is not None:
            listed["database.pgdump"] = _add_file(tar, "database.pgdump", dump)
        for part in parts:
            if part.is_database:
                listed[part.path] = _add_database(tar, part, target.with_suffix(".copy"))
            else:
                try:
                    listed[part.path] = _add_file(tar, part.path, part.source, secret=part.path.startswith("keys/"))
                except FileNotFoundError:
                    continue  # erased, or replaced by a newer one, while this was running
        _add_bytes(tar, LAST, encode_manifest(listed))
    return len(listed)


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite file as it stands at one moment, and check the copy; DoesNotHold where it is damaged."""
    target.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=60)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        said = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if said != "ok":
        raise DoesNotHold(f"the database is damaged ({said})", where=str(source), mend="Restore an older backup.")


def _belongs(home: Path, path: Path) -> bool:
    parts = path.relative_to(home).parts
    if parts[0] in NEVER or any(part.startswith(".") for part in parts) or path.name.endswith(_PASSING):
        return False
    return path.is_file() and not path.is_symlink()


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _add_database(tar: tarfile.TarFile, part: Part, copy: Path) -> tuple[str, int]:
    try:
        copy_database(part.source, copy)
        return _add_file(tar, part.path, copy, like=part.source)
    except sqlite3.Error as error:
        raise DoesNotHold(f"the database cannot be copied ({error})", where=str(part.source)) from error
    finally:
        copy.unlink(missing_ok=True)


def _add_file(
    tar: tarfile.TarFile, path: str, source: Path, *, like: Path | None = None, secret: bool = True
) -> tuple[str, int]:
    """Add one file and return its digest and size. `secret` False: refused where it begins as a private key."""
    with source.open("rb") as file:
        member = tar.gettarinfo(arcname=path, fileobj=file)
        found = (like or source).stat()
        member.mtime, member.mode = int(found.st_mtime), found.st_mode & 0o777
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        if not secret and file.read(len(_PRIVATE)) == _PRIVATE:
            raise UsageError("a private key lies among what is backed up", where=str(source), mend="Move it away.")
        file.seek(0)
        counted = _Counted(file)
        tar.addfile(member, counted)
        return counted.digest.hexdigest(), member.size


def _add_bytes(tar: tarfile.TarFile, path: str, data: bytes) -> None:
    member = tarfile.TarInfo(path)
    member.size, member.mode = len(data), 0o600
    tar.addfile(member, io.BytesIO(data))


class _Counted:
    """A file being read, and the digest of what was read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data

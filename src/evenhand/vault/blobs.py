"""The blob store: sealed files by names that tell nothing, whole or absent, never written twice.

    made = store.write(stream, key=key, context=blob_id, salt=salt, name=…)  # hash, encrypt, fsync, link
    reader = store.open(made.name, key=key, context=blob_id)  # seekable, checked chunk by chunk

A name is hex HMAC-SHA-256(K_name, scope id || SHA-256(plaintext)), because a plain hash could be guessed; a file lies
at `ab/cd/<64 hex>`, mode 0440. The same bytes in the same scope are one blob. No plaintext touches the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from evenhand.errors import DoesNotHold
from evenhand.ledger.files import make_directories, sync_directory
from evenhand.vault.chunks import Damaged, Readable, SealedReader, seal_chunks
from evenhand.vault.straight import StraightFile

_NAME: Final = re.compile(r"[0-9a-f]{64}")
_HALF: Final = "work"
_READ_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Written:
    """What came to lie in the store: its name, the digest (32 bytes) and size of the plaintext.

    `new` is False where the scope held these bytes already: then they lie there under the key of whoever came first.
    """

    name: str
    sha256: bytes
    size: int
    new: bool


class Gone(DoesNotHold):
    """A blob that should be there is not."""


def blob_name(name_key: bytes, scope: bytes, sha256: bytes) -> str:
    """Return the name of bytes in a scope: 64 lower-case hex digits. `scope`: 16 bytes."""
    return hmac.new(name_key, scope + sha256, hashlib.sha256).hexdigest()


class BlobStore:
    """The blobs below one folder. Safe for several processes: a name is linked into place, once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Return where a blob lies. ValueError for what is no name: nobody else's file is ever reached."""
        if not _NAME.fullmatch(name):
            raise ValueError("not the name of a blob")
        return self.folder / name[:2] / name[2:4] / name

    def write(
        self, plain: Readable, *, key: bytes, context: bytes, salt: bytes, name: Callable[[bytes], str]
    ) -> Written:
        """Seal a stream into the store and return what lies there; durable on return. RSS: a block of 1 MiB.

        `name`: gives the name for the SHA-256 of the plaintext, which is known at the end only. Raises OSError.
        """
        make_directories(self.folder / _HALF)
        half = self.folder / _HALF / f"{context.hex()}.half"
        counted = _Counted(plain)
        try:
            with StraightFile(half, 0o440) as file:
                for piece in seal_chunks(counted, key=key, context=context, salt=salt):
                    file.write(piece)
                file.sync()
            digest = counted.digest.digest()
            return Written(name(digest), digest, counted.size, self._place(half, name(digest)))
        finally:
            half.unlink(missing_ok=True)

    def open(self, name: str, *, key: bytes, context: bytes) -> SealedReader:
        """Return a reader of a blob's plaintext. Raises Gone, or Damaged for another key or a changed file."""
        try:
            file = self.path(name).open("rb")
        except FileNotFoundError as error:
            raise Gone("the sealed file is not there", where=name[:12]) from error
        try:
            return SealedReader(file, key=key, context=context)
        except BaseException:
            file.close()
            raise

    def delete(self, name: str) -> bool:
        """Remove a blob and return whether it was there; gone from the folder durably."""
        path = self.path(name)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        sync_directory(path.parent)
        return True

    def names(self) -> Iterator[tuple[str, float]]:
        """Yield (name, time written in seconds) of every blob, in no order."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(FileNotFoundError):
                yield path.name, path.stat().st_mtime

    def sweep_halves(self, before: float) -> int:
        """Remove what a crash left half-written before a time, and return how many files that were."""
        stray = [half for half in (self.folder / _HALF).glob("*.half") if half.stat().st_mtime < before]
        for half in stray:
            half.unlink(missing_ok=True)
        return len(stray)

    def _place(self, half: Path, name: str) -> bool:
        """Give the whole file its name and return True; False if the name is taken, which is then left as it is."""
        path = self.path(name)
        make_directories(path.parent)
        try:
            os.link(half, path)  # unlike a rename it never replaces
        except FileExistsError:
            return False
        sync_directory(path.parent)
        return True


class _Counted:
    """A stream that hashes and counts what is read from it."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.digest.update(data)
        self.size += len(data)
        return data


def digest_of(reader: BinaryIO | SealedReader) -> bytes:
    """Return the SHA-256 of a whole stream from its first byte, and go back there. Raises Damaged."""
    reader.seek(0)
    found = hashlib.sha256()
    while piece := reader.read(_READ_AT_ONCE):
        found.update(piece)
    reader.seek(0)
    return found.digest()


def check_digest(reader: SealedReader, sha256: bytes) -> None:
    """Raise Damaged unless the whole plaintext has this digest; the reader is at its first byte afterwards."""
    if not hmac.compare_digest(digest_of(reader), sha256):
        raise Damaged

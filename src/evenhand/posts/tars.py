"""Tar archives from strangers, plain or gzipped, under the same rules as zips: streams, never a name on disk."""

from __future__ import annotations

import gzip
import io
import tarfile
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, Final, Self, cast
from urllib.parse import quote_from_bytes

from evenhand.errors import UsageError
from evenhand.posts.archives import SAFE_LETTERS, name_is_unsafe
from evenhand.posts.limits import Limits
from evenhand.posts.said import Said

GZIP_MAGIC: Final = b"\x1f\x8b"
TAR_DAMAGED: Final = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError)
_MAGIC_AT: Final = 257
_STEP: Final = 1 << 22
_HEADER_BYTES: Final = 1 << 16
_PLAIN: Final = frozenset({tarfile.REGTYPE, tarfile.AREGTYPE})
_LONG_HEADERS: Final = frozenset(
    {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
)


@dataclass(frozen=True, slots=True)
class TarMember:
    """One member of a tar: its name (percent-escaped where it is not plain) and its size."""

    path: str
    name: str
    size_declared: int
    info: tarfile.TarInfo = field(repr=False, compare=False)


def is_tar(start: bytes) -> bool:
    """Return whether these first bytes (1 KiB) are those of a tar, plain or gzipped."""
    if start.startswith(GZIP_MAGIC):
        try:
            start = zlib.decompressobj(31).decompress(start, 1024)
        except zlib.error:
            return False
    return start[_MAGIC_AT : _MAGIC_AT + 5] == b"ustar"


class _Info(tarfile.TarInfo):
    """A member's header, which may be followed by a long name, but not by gigabytes of it."""

    @classmethod
    def frombuf(cls, *args: Any, **kwargs: Any) -> Self:
        found = super().frombuf(*args, **kwargs)
        if found.type in _LONG_HEADERS and found.size > _HEADER_BYTES:
            raise tarfile.ReadError("the header of a member is too long")
        return found


class Tar:
    """The safe members of an open tar, and what was wrong with the others."""

    def __init__(self, stream: BinaryIO, limits: Limits, where: str) -> None:
        self._limits = limits
        self._where = where
        packed = stream.read(2) == GZIP_MAGIC
        stream.seek(0)
        whole = cast("IO[bytes]", gzip.GzipFile(fileobj=stream) if packed else stream)
        self._stream = _Counted(whole, limits, stream, where)
        self.unsafe: list[tuple[str, str]] = []
        self.members: dict[str, TarMember] = {}
        self._folded: dict[str, str] = {}
        try:
            self._tar = tarfile.open(  # noqa: SIM115 - lives as long as this object
                fileobj=self._stream, mode="r:", tarinfo=_Info, errorlevel=2
            )
            self._take_members()
        except TAR_DAMAGED as error:
            raise self._refusal("this tar file is damaged or cut short", "Download it again.") from error

    def _refusal(self, what: str, mend: str) -> UsageError:
        return UsageError(what, where=self._where, mend=mend)

    def _take_members(self) -> None:
        for number, entry in enumerate(self._tar):
            if number >= self._limits.members:
                raise self._refusal(
                    Said("archive_bomb: over %(limit)s members", limit=f"{self._limits.members:,}"), "Nothing was read."
                )
            if not entry.isdir():
                self._take(entry)

    def _take(self, entry: tarfile.TarInfo) -> None:
        # A tar made with `tar -C folder .` names its members `./outbox.json`: that is plain.
        name = entry.name.removeprefix("./")
        path = quote_from_bytes(name.encode("utf-8", "surrogateescape"), safe=SAFE_LETTERS)
        reason = self._reason(entry, name, path)
        if reason is not None:
            if self._limits.refuses_unsafe:
                raise self._refusal(Said(f"{reason}: %(place)s", place=path), "Remove that member and try again.")
            self.unsafe.append((path, reason))
        elif path in self.members:
            raise self._refusal(
                Said("archive_duplicate: two members are named %(place)s", place=path), "Pack it again."
            )
        elif entry.size > self._limits.member_bytes:
            raise self._refusal(Said("archive_bomb: %(place)s is too large", place=path), "Nothing was kept.")
        else:
            self.members[path] = TarMember(path, name, entry.size, entry)

    def _reason(self, entry: tarfile.TarInfo, name: str, path: str) -> str | None:
        """Return why a member may not be touched: our rule for names, or the standard library's filter for data."""
        # A sparse member could fill a disk with zeros that no byte of the file stands for.
        if entry.type not in _PLAIN or name_is_unsafe(name, self._limits):
            return "archive_unsafe_member"
        try:
            tarfile.data_filter(entry, "/nowhere")
        except tarfile.FilterError:
            return "archive_unsafe_member"
        folded = unicodedata.normalize("NFC", name).casefold()
        return None if self._folded.setdefault(folded, path) == path else "archive_same_name"

    @contextmanager
    def open(self, member: TarMember) -> Iterator[BinaryIO]:
        """Give the bytes of a member as a stream."""
        stream = self._tar.extractfile(member.info)
        if stream is None:
            raise ValueError(member.path)
        with stream:
            yield cast("BinaryIO", stream)  # it is a buffered reader already


class _Counted(io.RawIOBase):
    """The unpacked tar, which may be read twice; stops a bomb by how far into it somebody has come."""

    def __init__(self, stream: IO[bytes], limits: Limits, packed: BinaryIO, where: str) -> None:
        self._stream = stream
        self._limits = limits
        self._packed = packed
        self._where = where

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        aim = offset + (self._stream.tell() if whence == io.SEEK_CUR else 0)
        # Forward in steps, so that a gzip that unpacks to a petabyte is stopped on the way.
        while (here := self._stream.tell()) < aim:
            self._stream.seek(min(aim, here + _STEP))
            self._spend()
            if self._stream.tell() == here:
                break
        return self._stream.seek(aim)

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._spend()
        return len(data)

    def _spend(self) -> None:
        out = self._stream.tell()
        limits = self._limits
        ratio = out > limits.ratio_after and out > limits.ratio * max(self._packed.tell(), 1)
        if ratio or out > limits.archive_bytes:
            raise UsageError(
                "archive_bomb: the archive unpacks to too much", where=self._where, mend="Nothing was kept."
            )

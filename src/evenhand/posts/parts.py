"""An export as it arrived: one file, packed or not, or the members of a zip or tar, each read as a stream."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property, partial
from typing import Any, BinaryIO, Final

from evenhand.posts.archives import DAMAGED, Archive
from evenhand.posts.limits import Limits
from evenhand.posts.packed import open_packed, packing_of
from evenhand.posts.reader import Report, Source
from evenhand.posts.record import Row
from evenhand.posts.tars import TAR_DAMAGED, Tar, is_tar

ZIP_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
BROKEN: Final = (*DAMAGED, *TAR_DAMAGED)
"""What reading a damaged member raises."""
_READ: Final = 1 << 20


class Part:
    """One file to read records from: the source itself (`path` is None), or a member of it."""

    def __init__(
        self,
        source: Source,
        opened: Callable[[], AbstractContextManager[BinaryIO]],
        *,
        size: int,
        path: str | None = None,
    ) -> None:
        self.source = source
        self.path = path
        self.size = size  # as the archive declares it: a hint, never a budget
        self.open = opened

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.source.name if self.path is None else f"{self.source.name}, {self.path}"

    @property
    def limits(self) -> Limits:
        """How much it may ask of us."""
        return self.source.limits

    @cached_property
    def sha256(self) -> str:
        """SHA-256 (hex) of its bytes; reads it once."""
        if self.path is None:
            return self.source.sha256
        digest = hashlib.sha256()
        with self.open() as stream:
            while chunk := stream.read(_READ):
                digest.update(chunk)
        return digest.hexdigest()

    def small(self) -> bytes | None:
        """Return all its bytes, or None if they are more than a document may have that is held whole."""
        with self.open() as stream:
            data = stream.read(self.limits.document_bytes + 1)
        if len(data) > self.limits.document_bytes:
            return None
        if self.path is not None:
            self.__dict__["sha256"] = hashlib.sha256(data).hexdigest()  # it has just been read: no second time
        return data

    def base(self, platform: str, source_format: str, provenance: str) -> Row:
        """Return the fields that all rows of this part share."""
        return {
            "platform": platform,
            "source_format": source_format,
            "record_kind": "post",
            "source_sha256": self.source.sha256,
            "member_path": self.path,
            "member_sha256": self.sha256,
            "provenance_class": provenance,
        }

    def at(self, locator: str) -> str:
        """Return a locator for the list of refused records: with the member, if it is one."""
        return locator if self.path is None else f"{self.path};{locator}" if locator else self.path


@contextmanager
def opened(source: Source, report: Report) -> Iterator[dict[str, Part]]:
    """Give the parts of an export by path, the source itself under "" if it is no archive.

    Unsafe members are refused by name and left out. Nothing is read yet, and nothing is ever written.
    """
    with source.open() as stream:
        start = stream.read(1024)
        stream.seek(0)
        archive = archive_in(stream, start, source.limits, source.name)
        if archive is None:
            yield {"": Part(source, _whole(source, start), size=source.size)}
            return
        for path, reason in archive.unsafe:
            report.refuse(path, reason)
        found: list[tuple[str, Any]] = sorted(archive.members.items())
        opens: Any = archive.open  # each archive opens its own members
        yield {
            path: Part(source, partial(opens, member), size=member.size_declared, path=path) for path, member in found
        }


def archive_in(stream: BinaryIO, start: bytes, limits: Limits, where: str) -> Archive | Tar | None:
    """Return the archive a stream holds, told by how it starts; None if it is a file by itself."""
    if start.startswith(ZIP_MAGIC):
        return Archive(stream, limits, where)
    return Tar(stream, limits, where) if is_tar(start) else None


def _whole(source: Source, start: bytes) -> Callable[[], AbstractContextManager[BinaryIO]]:
    return source.open if packing_of(start) is None else partial(_unpacked, source)


@contextmanager
def _unpacked(source: Source) -> Iterator[BinaryIO]:
    with source.open() as stream, open_packed(stream, source.limits, source.name) as unpacked:
        yield unpacked

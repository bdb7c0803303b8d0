"""Zip archives from strangers, read without ever extracting by name.

Members come as streams. An unsafe member is skipped and named (profile `import`) or refuses the file
(`upload`); a bomb, an encrypted archive, overlapping entries or two different members of one name always
refuse the file.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, Final
from urllib.parse import quote_from_bytes

from evenhand.errors import UsageError
from evenhand.posts.limits import Limits

_LOCAL_HEADER: Final = 30
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive: its name (percent-escaped where it is not plain) and packed size."""

    path: str
    name: str
    packed: int
    size_declared: int
    info: zipfile.ZipInfo = field(repr=False, compare=False)


class Archive:
    """The safe members of an open zip file, and what was wrong with the others."""

    def __init__(self, stream: BinaryIO, limits: Limits, where: str) -> None:
        self._limits = limits
        self._where = where
        self._produced: dict[str, int] = {}
        try:
            self._zip = zipfile.ZipFile(stream)
        except DAMAGED as error:
            raise self._refusal("this zip file is damaged or cut short", "Download it again.") from error
        self.unsafe: list[tuple[str, str]] = []
        self.members: dict[str, Member] = {}
        self._take_members()

    def _refusal(self, what: str, mend: str) -> UsageError:
        return UsageError(what, where=self._where, mend=mend)

    def _take_members(self) -> None:
        entries = self._zip.infolist()
        if len(entries) > self._limits.members:
            raise self._refusal(
                f"archive_bomb: {len(entries):,} members, over {self._limits.members:,}", "Nothing was read."
            )
        self._check_overlap(entries)
        for entry in entries:
            if entry.is_dir() and unsafe_reason(entry, self._limits) is None:
                continue
            self._take(entry)

    def _take(self, entry: zipfile.ZipInfo) -> None:
        reason = unsafe_reason(entry, self._limits)
        path = quote_from_bytes(_name_bytes(entry), safe="/ ._-()[]+,=@~!'")
        if reason is not None:
            if self._limits.refuses_unsafe:
                raise self._refusal(f"{reason}: {path}", "Remove that member and try again.")
            self.unsafe.append((path, reason))
            return
        if entry.flag_bits & 1:
            raise self._refusal(f"archive_encrypted: {path}", "Unpack it with its password and pack it again.")
        earlier = self.members.get(path)
        if earlier and (earlier.info.CRC, earlier.size_declared) != (entry.CRC, entry.file_size):
            raise self._refusal(f"archive_duplicate: two different members are named {path}", "Pack it again.")
        self.members[path] = Member(path, entry.filename, entry.compress_size, entry.file_size, entry)

    def _check_overlap(self, entries: list[zipfile.ZipInfo]) -> None:
        end = 0
        for entry in sorted(entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < end:
                raise self._refusal("archive_bomb: members overlap", "Nothing was read.")
            end = entry.header_offset + _LOCAL_HEADER + len(_name_bytes(entry)) + entry.compress_size

    @contextmanager
    def open(self, member: Member) -> Iterator[BinaryIO]:
        """Give the unpacked bytes of a member as a stream that counts them and stops a bomb."""
        with self._zip.open(member.info) as stream:
            yield io.BufferedReader(_Counted(stream, member, self), buffer_size=1 << 16)

    def spend(self, member: Member, produced: int) -> None:
        """Count bytes that came out of a member; UsageError when they pass a budget."""
        limits = self._limits
        self._produced[member.path] = max(produced, self._produced.get(member.path, 0))
        ratio = produced > limits.ratio_after and produced > limits.ratio * max(member.packed, 1)
        if ratio or produced > limits.member_bytes or sum(self._produced.values()) > limits.archive_bytes:
            raise self._refusal(f"archive_bomb: {member.path} unpacks to too much", "Nothing was kept.")


class _Counted(io.RawIOBase):
    """A member's stream that reports every byte it gives out."""

    def __init__(self, stream: IO[bytes], member: Member, archive: Archive) -> None:
        self._stream = stream
        self._member = member
        self._archive = archive
        self._produced = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._produced += len(data)
        self._archive.spend(self._member, self._produced)
        return len(data)


def _name_bytes(entry: zipfile.ZipInfo) -> bytes:
    encoding = "utf-8" if entry.flag_bits & 0x800 else "cp437"
    return entry.orig_filename.encode(encoding, "surrogateescape")


def unsafe_reason(entry: zipfile.ZipInfo, limits: Limits) -> str | None:
    """Return why a member may not be touched, as a reason code, or None if its name and kind are plain."""
    name = entry.orig_filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    parts = name.rstrip("/").split("/")
    too_long = len(_name_bytes(entry)) > limits.path_bytes
    if (
        (kind and not stat.S_ISREG(kind) and not stat.S_ISDIR(kind))
        or name.startswith("/")
        or "\\" in name
        or any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in name)
        or any(part in {"..", ""} or len(part.encode()) > limits.path_part_bytes for part in parts)
        or (len(name) > 1 and name[1] == ":" and name[0].isalpha())
        or too_long
    ):
        return "archive_unsafe_member"
    return None

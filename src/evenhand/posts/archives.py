"""Zip archives from strangers, read without ever extracting by name.

Members come as streams. An unsafe member is skipped and named (profile `import`) or refuses the file
(`upload`); a bomb, an encrypted archive, overlapping entries or two different members of one name always
refuse the file.
"""

from __future__ import annotations

import io
import lzma
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, BinaryIO, Final, cast
from urllib.parse import quote_from_bytes

from evenhand.errors import UsageError
from evenhand.posts.limits import Limits
from evenhand.posts.metering import Meter, Tally
from evenhand.posts.said import Said

SAFE_LETTERS: Final = "/ ._-()[]+,=@~!'"
_TAIL: Final = 22 + 65_535 + 20 + 56
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_LOCAL_START: Final = b"PK\x03\x04"
_LATER: Final = 0x08  # flag: sizes and checksum follow the data instead
_LOCKED: Final = 0x2041  # flags: encrypted, strongly encrypted, header masked
_WIDE: Final = 0xFFFFFFFF  # "the size stands in the extra field"
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError)


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
        self._meter = Meter(limits, where)
        self._tally = Tally(stream)
        self._check_count(stream)
        try:
            self._zip = zipfile.ZipFile(cast("IO[bytes]", self._tally))
        except DAMAGED as error:
            raise self._refusal("this zip file is damaged or cut short", "Download it again.") from error
        self.unsafe: list[tuple[str, str]] = []
        self.members: dict[str, Member] = {}
        self._folded: dict[str, str] = {}
        self._take_members()

    def _refusal(self, what: str, mend: str) -> UsageError:
        return UsageError(what, where=self._where, mend=mend)

    def _check_count(self, stream: BinaryIO) -> None:
        """Refuse a directory that is longer than its most members could need, before it is read into memory."""
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, size - _TAIL))
        tail = stream.read(_TAIL)
        stream.seek(0)
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or at + 22 > len(tail):
            return  # zipfile says what is wrong with it
        (members,) = struct.unpack_from("<H", tail, at + 10)
        (long_directory,) = struct.unpack_from("<L", tail, at + 12)
        wide = tail.rfind(b"PK\x06\x06", 0, at)
        if wide >= 0 and wide + 56 <= len(tail):
            members, long_directory = struct.unpack_from("<QQ", tail, wide + 32)
        if members > self._limits.members or long_directory > size:
            self._too_many(members)

    def _too_many(self, members: int) -> None:
        words = Said(
            "archive_bomb: %(count)s members, over %(limit)s", count=f"{members:,}", limit=f"{self._limits.members:,}"
        )
        raise self._refusal(words, "Nothing was read.")

    def _take_members(self) -> None:
        entries = self._zip.infolist()
        if len(entries) > self._limits.members:
            self._too_many(len(entries))
        heads = self._heads(entries)
        for entry in entries:
            if entry.filename.endswith("/") and unsafe_reason(entry, self._limits) is None:
                continue
            self._take(entry, heads[id(entry)])

    def _take(self, entry: zipfile.ZipInfo, agrees: bool) -> None:
        reason = unsafe_reason(entry, self._limits)
        path = quote_from_bytes(_name_bytes(entry), safe=SAFE_LETTERS)
        if reason is None and entry.flag_bits & _LOCKED:
            raise self._refusal(
                Said("archive_encrypted: %(place)s", place=path), "Unpack it with its password and pack it again."
            )
        if reason is None and not agrees:
            reason = "archive_headers_differ"
        twin = self._folded.setdefault(unicodedata.normalize("NFC", entry.filename).casefold(), path)
        if reason is None and twin != path:
            reason = "archive_same_name"
        if reason is not None:
            if self._limits.refuses_unsafe:
                raise self._refusal(Said(f"{reason}: %(place)s", place=path), "Remove that member and try again.")
            self.unsafe.append((path, reason))
            return
        earlier = self.members.get(path)
        if earlier and (earlier.info.CRC, earlier.size_declared) != (entry.CRC, entry.file_size):
            raise self._refusal(
                Said("archive_duplicate: two different members are named %(place)s", place=path), "Pack it again."
            )
        self.members[path] = Member(path, entry.filename, entry.compress_size, entry.file_size, entry)

    def _heads(self, entries: list[zipfile.ZipInfo]) -> dict[int, bool]:
        """Return of each member whether its own header says what the directory says.

        UsageError where two members, or a member and the directory, lie over one another.
        """
        agrees: dict[int, bool] = {}
        end = 0
        for entry in sorted(entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < end:
                raise self._refusal("archive_bomb: members overlap", "Nothing was read.")
            self._tally.seek(entry.header_offset)
            head = self._tally.read(_LOCAL.size)
            length = _LOCAL.size + len(_name_bytes(entry))
            if len(head) == _LOCAL.size:
                name_length, extra = _LOCAL.unpack(head)[9:]
                name = self._tally.read(name_length)
                length = _LOCAL.size + name_length + extra
                agrees[id(entry)] = _agrees(entry, head, name)
            else:
                agrees[id(entry)] = False
            end = entry.header_offset + length + entry.compress_size
        if end > self._zip.start_dir:
            raise self._refusal("archive_bomb: members overlap", "Nothing was read.")
        return agrees

    @contextmanager
    def open(self, member: Member) -> Iterator[BinaryIO]:
        """Give the unpacked bytes of a member as a stream that counts them and stops a bomb."""
        with self._zip.open(member.info) as stream:
            yield cast(
                "BinaryIO", self._meter.counted(member.path, stream, lambda: self._tally.consumed - _held(stream))
            )


def _held(stream: IO[bytes]) -> int:
    """Return how many packed bytes were read ahead but not unpacked yet: they excuse nothing that came out."""
    return len(getattr(getattr(stream, "_decompressor", None), "unconsumed_tail", b""))


def _agrees(entry: zipfile.ZipInfo, head: bytes, name: bytes) -> bool:
    """Return whether a member's own header names the same method, flags, name, checksum and sizes."""
    start, _version, flags, method, _time, _date, crc, packed, size, _name, _extra = _LOCAL.unpack(head)
    if start != _LOCAL_START or method != entry.compress_type or name != _name_bytes(entry):
        return False
    if (flags ^ entry.flag_bits) & 1:
        return False
    if flags & _LATER and not (crc or packed or size):
        return True
    said = ((crc, entry.CRC), (packed, entry.compress_size), (size, entry.file_size))
    return all(mine == theirs or (mine == _WIDE and place > 0) for place, (mine, theirs) in enumerate(said))


def _name_bytes(entry: zipfile.ZipInfo) -> bytes:
    encoding = "utf-8" if entry.flag_bits & 0x800 else "cp437"
    return entry.orig_filename.encode(encoding, "surrogateescape")


def name_is_unsafe(name: str, limits: Limits) -> bool:
    """Return whether a member's name leads out of its folder, holds control characters, or is too long."""
    parts = name.rstrip("/").split("/")
    return (
        name.startswith("/")
        or "\\" in name
        or any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in name)
        or any(
            part in {"..", ""} or len(part.encode(errors="surrogateescape")) > limits.path_part_bytes for part in parts
        )
        or (len(name) > 1 and name[1] == ":" and name[0].isalpha())
        or len(name.encode(errors="surrogateescape")) > limits.path_bytes
    )


def unsafe_reason(entry: zipfile.ZipInfo, limits: Limits) -> str | None:
    """Return why a member may not be touched, as a reason code, or None if its name and kind are plain."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    odd = kind and not stat.S_ISREG(kind) and not stat.S_ISDIR(kind)
    too_long = len(_name_bytes(entry)) > limits.path_bytes
    return "archive_unsafe_member" if odd or too_long or name_is_unsafe(entry.orig_filename, limits) else None

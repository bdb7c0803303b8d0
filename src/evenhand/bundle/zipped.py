"""Whether a ZIP file is just what it lists, in order, so that every way to unpack it gives the same files.

The list stands at the end of a ZIP file; who unpacks a stream never sees it and goes by what stands before each file.
Between, before and after the listed files other files can hide, and inside of what is packed as well.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from struct import calcsize, error, unpack
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from evenhand.ledger.errors import Malformed

_LOCAL: Final = "<4s5H3I2H"
_END: Final = "<4s4H2IH"
_LARGE_END: Final = "<4sQ2H2I4Q"
_LOCATOR: Final = "<4sIQI"
_FIXED_IN_LIST: Final = 46
_ENCRYPTED: Final = 0x001
_LATER: Final = 0x008
_UTF8: Final = 0x800
_LEVEL: Final = 0x006
_FULL_COUNT, _FULL_SIZE = 0xFFFF, 0xFFFFFFFF
_ADDITIONS: Final = {
    b"UT": (5, 9, 13), b"ux": (11,), b"UX": (8, 12), b"\xfe\xca": (0,), b"\x0a\0": (32,), b"\x01\0": (8, 16, 24),
}  # fmt: skip
"""What may stand beside an entry, with its sizes: times, owners, large sizes. Nothing that gives a second name."""


def check_container(path: Path, archive: ZipFile) -> None:
    """Raise Malformed where a ZIP file holds anything but its listed files, or packs them in an unusual way."""
    try:
        with path.open("rb") as file:
            listed = archive.infolist()
            if any(each.flag_bits & _ENCRYPTED for each in listed):
                raise Malformed("this ZIP file is encrypted")
            for entry in listed:
                _check_entry(file, entry)
            start = file.tell()
            file.seek(archive.start_dir)
            length = sum(_FIXED_IN_LIST + len(_name(each)) + len(each.extra) for each in listed)
            file.seek(length, 1)
            _expect(start == archive.start_dir and _ends(file.read(256), len(listed), start, length))
    except (error, zlib.error, UnicodeError, OverflowError):
        _expect(False)


def idle_folders(names: Iterable[str]) -> list[str]:
    """Return the folders (names that end with a slash) that hold nothing: no bundle has one; its name could speak."""
    ordered = sorted(names)
    return [
        one.removesuffix("/")
        for one, other in pairwise([*ordered, ""])
        if one.endswith("/") and not other.startswith(one)
    ]


def _expect(holds: bool) -> None:
    if not holds:
        raise Malformed("this ZIP file is not just the files it lists, or it is packed in an unusual way")


def _name(entry: ZipInfo) -> bytes:
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF8 else "cp437")


def _check_entry(file: IO[bytes], entry: ZipInfo) -> None:
    """Read one file where the one before it ended; what stands before it must be what the list says of it."""
    _expect(file.tell() == entry.header_offset)
    mark, _, flags, method, _, _, *sizes, named, added = unpack(_LOCAL, file.read(calcsize(_LOCAL)))
    name, addition = file.read(named), file.read(added)
    _expect(mark == b"PK\3\4" and name == _name(entry) and not entry.comment)
    _expect(b"\\" not in name)  # to some programs that divides folders, to others it is a letter
    _expect(flags == entry.flag_bits and not flags & ~(_LATER | _UTF8 | _LEVEL))
    _expect(method == entry.compress_type and all(map(_is_plain, (addition, entry.extra))))
    _expect(not entry.filename.endswith("/") or entry.file_size == 0)
    said = [entry.CRC, entry.compress_size, entry.file_size]
    _expect(sizes in ([0, 0, 0], [0, 0, entry.file_size]) if flags & _LATER else sizes == said)
    if method == ZIP_STORED:
        _expect(entry.compress_size == entry.file_size and not flags & _LATER)
        file.seek(entry.compress_size, 1)
    else:
        _expect(method == ZIP_DEFLATED and _unpacked(file, entry.compress_size, entry.file_size) == entry.file_size)
    if flags & _LATER:
        mark, *later = unpack("<4s3I", file.read(16))
        _expect(mark == b"PK\x07\x08" and later == said)


def _is_plain(addition: bytes) -> bool:
    """Return whether what stands beside an entry is of known kinds and sizes."""
    at = 0
    while at < len(addition):
        kind, size = addition[at : at + 2], int.from_bytes(addition[at + 2 : at + 4], "little")
        at += 4 + size
        if size not in _ADDITIONS.get(kind, ()) or at > len(addition):
            return False
    return True


def _pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0 and (piece := file.read(min(size, 1 << 16))):
        size -= len(piece)
        yield piece


def _unpacked(file: IO[bytes], packed: int, most: int) -> int:
    """Return the size of a deflated stream that is exactly `packed` bytes long; -1 where it is not, or over `most`."""
    stream, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    for piece in _pieces(file, packed):
        rest = piece
        while rest:
            size += len(stream.decompress(rest, 1 << 20))
            rest = stream.unconsumed_tail
            if size > most:
                return -1
    size += len(stream.flush())
    return size if stream.eof and not stream.unused_data else -1


def _ends(data: bytes, count: int, start: int, length: int) -> bool:
    """Return whether this is the end of a ZIP file with so many files, whose list is so long and begins there."""
    if data[:4] == b"PK\6\6":
        large, locator = data[: calcsize(_LARGE_END)], data[calcsize(_LARGE_END) :][: calcsize(_LOCATOR)]
        _, size, _, _, *numbers = unpack(_LARGE_END, large)
        if (size, numbers) != (len(large) - 12, [0, 0, count, count, length, start]):
            return False
        if unpack(_LOCATOR, locator) != (b"PK\6\7", 0, start + length, 1):
            return False
        data = data[len(large) + len(locator) :]
    if len(data) != calcsize(_END):
        return False
    few, small, first = min(count, _FULL_COUNT), min(length, _FULL_SIZE), min(start, _FULL_SIZE)
    return unpack(_END, data) == (b"PK\5\6", 0, 0, few, few, small, first, 0)

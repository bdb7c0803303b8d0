"""Single packed files (.gz, .bz2, .xz, .zst) as streams that count what comes out and stop a bomb.

What a file is, its first bytes say, never its name. The memory an unpacker may ask for is bounded too: a few bytes
of .xz or .zst can declare a dictionary of gigabytes.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from typing import IO, Any, BinaryIO, Final, cast

from evenhand.errors import UsageError
from evenhand.posts.limits import Limits
from evenhand.posts.metering import Damage, Meter, Tally
from evenhand.posts.said import INSTALL, Said

_MAGICS: Final = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zst"))
_PIECE: Final = 1 << 16
_BROKEN: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, MemoryError, ValueError)


def packing_of(start: bytes) -> str | None:
    """Return how a file is packed (gz, bz2, xz, zst) by its first six bytes; None for one that is not."""
    found = next((name for magic, name in _MAGICS if start.startswith(magic)), None)
    return None if found == "bz2" and start[3:4] not in b"123456789" else found


def open_packed(stream: BinaryIO, limits: Limits, where: str) -> BinaryIO:
    """Return the unpacked bytes of a single packed file, counted; several parts behind one another count as one.

    Raises UsageError for a bomb, for one that is damaged or cut short, and for one that needs more memory than its
    profile allows. A .zst that is cut short ends early: its format need not say where it ends. `stream` is seekable
    and stands at its start.
    """
    start = stream.read(6)
    stream.seek(0)
    packing = packing_of(start)
    if packing is None:
        raise UsageError("this file is not packed in a way we know", where=where, mend="Send it unpacked.")
    tally = Tally(stream)
    refusal = UsageError(
        Said("this .%(packing)s file is damaged or cut short", packing=packing),
        where=where,
        mend="Pack it again, or send it unpacked.",
    )
    unpacked = _unpacked(packing, tally, limits)
    meter = Meter(limits, where)
    return cast("BinaryIO", meter.counted(where, unpacked, lambda: tally.consumed, Damage(_BROKEN, refusal)))


def _unpacked(packing: str, tally: Tally, limits: Limits) -> IO[bytes]:
    source = cast("IO[bytes]", tally)
    if packing == "gz":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=source, mode="rb"))
    if packing == "bz2":
        return cast("IO[bytes]", bz2.BZ2File(source))
    if packing == "xz":
        return io.BufferedReader(_Xz(tally, limits.window_bytes))
    return _zst(tally, limits)


def _zst(tally: Tally, limits: Limits) -> IO[bytes]:
    try:
        import zstandard
    except ImportError as error:
        raise UsageError("this is a .zst file, and zstandard is not installed", mend=INSTALL) from error
    opener = zstandard.ZstdDecompressor(max_window_size=limits.window_bytes)
    reader = opener.stream_reader(cast("IO[bytes]", tally), read_across_frames=True, closefd=False)
    return io.BufferedReader(_Zst(reader, zstandard.ZstdError))


class _Zst(io.RawIOBase):
    """The reader of the library, with its errors as those of the others."""

    def __init__(self, reader: Any, error: type[Exception]) -> None:
        self._reader = reader
        self._error = error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            return int(self._reader.readinto(buffer))
        except self._error as error:
            raise OSError(str(error)) from error


class _Xz(io.RawIOBase):
    """An .xz stream under a limit of memory, which the standard library's file does not take."""

    def __init__(self, tally: Tally, memory: int) -> None:
        self._tally = tally
        self._memory = memory
        self._opener = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=memory)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            if self._opener.eof and not self._next():
                return 0
            data = self._rest or (self._tally.read(_PIECE) if self._opener.needs_input else b"")
            if not data and self._opener.needs_input:
                raise EOFError("cut short")
            self._rest = b""
            out = self._opener.decompress(data, len(buffer))
            if out:
                buffer[: len(out)] = out
                return len(out)

    def _next(self) -> bool:
        """Begin the part that follows, if there is one; zeros between parts are padding."""
        self._rest = (self._opener.unused_data or self._tally.read(_PIECE)).lstrip(b"\0")
        if not self._rest:
            return False
        self._opener = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=self._memory)
        return True

"""Lines of a byte stream in bounded memory: split on LF only, over-long ones skipped and named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

_READ: Final = 1 << 20
BOM: Final = b"\xef\xbb\xbf"


class TooLong(bytes):
    """Stands in for a line over the limit: it holds nothing, its offset is in the stream."""


def read_lines(stream: BinaryIO, limit: int, *, keep_ends: bool = False) -> Iterator[tuple[int, bytes]]:
    """Yield (line number from 1, bytes without LF or CRLF) of each line; blank lines too.

    A line longer than `limit` comes as an empty `TooLong`, and reading goes on after its LF. A BOM at the
    start is dropped. Memory: `limit` plus 1 MiB.
    """
    number = 0
    pending = b""
    skipping = False
    while chunk := stream.read(_READ):
        if number == 0 and not pending and chunk.startswith(BOM):
            chunk = chunk[3:]
        lines = (pending + chunk).split(b"\n")
        pending = lines.pop()
        for line in lines:
            number += 1
            if skipping:
                skipping = False
                yield number, TooLong()
            else:
                kept = line + b"\n" if keep_ends else line.removesuffix(b"\r")
                yield number, TooLong() if len(line) > limit else kept
        if len(pending) > limit:
            pending, skipping = b"", True
        elif skipping:
            pending = b""
    if pending or skipping:
        kept = pending if keep_ends else pending.removesuffix(b"\r")
        yield number + 1, TooLong() if skipping or len(pending) > limit else kept

"""How the bytes of a table become text: BOM, then strict UTF-8, then a guess that is flagged."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final

from charset_normalizer import from_bytes

from evenhand.posts.reader import Source

_READ: Final = 1 << 20
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CANDIDATES: Final = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "utf_16_le", "utf_16_be"]


class TooLongText(str):
    """Stands in for a line over the limit."""


def encoding_of(source: Source) -> tuple[str, bool]:
    """Return (encoding, whether it was guessed) of a text file. Reads it once, in 1 MiB of memory."""
    with source.open() as stream:
        start = stream.read(4)
        for mark, name in _BOMS:
            if start.startswith(mark):
                return name, False
        stream.seek(0)
        if _is_utf8(stream):
            return "utf-8", False
        stream.seek(0)
        return guess(stream.read(source.limits.sniff_bytes)), True


def _is_utf8(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(_READ):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def guess(sample: bytes) -> str:
    """Return the likeliest encoding of bytes that are not UTF-8; Windows Western where nothing says more."""
    if sample[1::2].count(0) > len(sample) // 5:
        return "utf-16-le"
    if sample[0::2].count(0) > len(sample) // 5:
        return "utf-16-be"
    if _decodes(sample, "cp1252"):
        return "cp1252"
    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return best.encoding if best else "latin-1"


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def text_lines(stream: BinaryIO, encoding: str, limit: int) -> Iterator[str]:
    """Yield the lines of a stream with their LF; split on LF only, BOM dropped, over-long ones as `TooLongText`.

    Raises UnicodeDecodeError where the bytes are not of this encoding: nothing is ever replaced.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    pending = ""
    first, skipping = True, False
    while True:
        chunk = stream.read(_READ)
        text = decoder.decode(chunk, final=not chunk)
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        lines = (pending + text).split("\n")
        pending = lines.pop()
        for line in lines:
            yield TooLongText() if skipping or len(line) > limit else line + "\n"
            skipping = False
        if skipping or len(pending) > limit:
            pending, skipping = "", True
        if not chunk:
            break
    if pending or skipping:
        yield TooLongText() if skipping else pending

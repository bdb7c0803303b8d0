"""What is blanked of a stream: ranges of bytes that keep their length, laid over it as it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

_READ: Final = 1 << 20


class Why(StrEnum):
    """Why a file cannot be blanked record by record; a word of the leaf that says so."""

    SHAPE = "shape_not_blankable"  # blocks bound by hashes, columns packed together, a record that is the whole file
    UNREAD = "not_read_again"  # its reader wants what only the person who brought it in knew, or it is damaged
    ALONE = "nothing_else_in_it"  # no other record is left that the copy could prove
    OTHERS = "others_would_change"  # the record stands inside another one, whose hash covers it
    TEXT = "text_elsewhere_in_it"  # its words stand in the file outside every record that was read
    BESIDE = "texts_beside_it"  # other texts are sealed under the same key and must go with it


class CannotBlank(Exception):  # no failure: the copy goes whole
    """No truthful copy without these records can be made of this file."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


class Readable(Protocol):
    """A stream to read from."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


class Edit(NamedTuple):
    """A range of bytes to blank: `head`, then `pad` again and again up to the very length it had."""

    start: int
    end: int
    head: bytes = b""
    pad: bytes = b" "

    def filler(self) -> Iterator[bytes]:
        """Yield the bytes that stand there instead."""
        yield self.head
        times, rest = divmod(self.end - self.start - len(self.head), len(self.pad))
        if times < 0 or rest:
            raise CannotBlank(Why.SHAPE)
        while times > 0:
            at_once = min(times, _READ // len(self.pad))
            yield self.pad * at_once
            times -= at_once


def overlaid(stream: Readable, edits: Iterable[Edit]) -> Iterator[bytes]:
    """Yield a stream's bytes with the edits laid over it; they must not overlap. Memory: 1 MiB and the edits."""
    place = 0
    for edit in sorted(edits):
        if edit.start < place:
            raise CannotBlank(Why.OTHERS)
        for chunk in _taken(stream, edit.start - place):
            yield chunk
        yield from edit.filler()
        for _ in _taken(stream, edit.end - edit.start):
            pass
        place = edit.end
    while chunk := stream.read(_READ):
        yield chunk


def _taken(stream: Readable, size: int) -> Iterator[bytes]:
    while size:
        chunk = stream.read(min(size, _READ))
        if not chunk:
            raise CannotBlank(Why.SHAPE)
        size -= len(chunk)
        yield chunk

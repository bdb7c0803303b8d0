"""Bytes in memory that the readers take for a file: what is dropped afterwards never lay on a disk."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evenhand.corpus.aim import SHIELD
from evenhand.posts import IMPORT, Direction, Reader, Recognised, Row, Source
from evenhand.posts.reader import Head, ReaderAround
from evenhand.posts.recognition import recognise_head


@dataclass(frozen=True, slots=True)
class HeldSource(Source):
    """A source whose bytes are in memory; `path` is only what messages call it."""

    data: bytes = b""

    def open(self) -> BinaryIO:
        """Return a new stream over the bytes, at the start."""
        return io.BufferedReader(io.BytesIO(self.data))  # every stream of a source can be peeked into

    def fraction(self) -> float:
        """Return 1: it is there whole."""
        return 1.0


def recognise_bytes(
    data: bytes, name: str, *, as_format: str | None = None, more: tuple[Reader, ...] = ()
) -> Recognised:
    """Return the reader for bytes in memory, as `evenhand.posts.recognise` does for a file; same errors."""
    source = HeldSource(Path(name), hashlib.sha256(data).hexdigest(), len(data), data=data)
    return recognise_head(source, Head(name, data[: IMPORT.sniff_bytes], len(data)), as_format=as_format, more=more)


@dataclass(frozen=True, slots=True)
class HandedIn(ReaderAround):
    """A reader whose rows say which protected person handed them in."""

    person: str

    @property
    def direction(self) -> Direction:
        """What others wrote to the person who hands it in."""
        return Direction.INCOMING

    def row(self, row: Row) -> Row:
        """Return the inner reader's row with the person's id."""
        return row | {"side": dict(row.get("side") or {}) | {SHIELD: self.person}}

    def needs_basis(self, head: Head) -> bool:
        """Return False: what a person hands in about themselves is no bulk data."""
        return False


def handed_in(recognised: Recognised, person: str) -> Recognised:
    """Return the same source, read as what a protected person handed in."""
    return Recognised(recognised.source, recognised.head, HandedIn(recognised.reader, person), recognised.sign)

"""Web archives (WARC), record by record: what was captured, when, and whether each payload is what its digest says.

Nothing is replayed and no page becomes a post. What the library only warns about (a wrong length, an end that comes too
early) is checked here. Specification: WARC 1.1 (ISO 28500); FORMATS §4.18.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, Final

from evenhand.errors import UsageError
from evenhand.posts.limits import Limits
from evenhand.posts.metering import Meter, Tally

HOLDS: Final = "holds"
DIFFERS: Final = "differs"
NO_DIGEST: Final = "none given"
_PIECE: Final = 1 << 16
_MOST_TEXT: Final = 2_000
_DAMAGED: Final = (EOFError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """One record: its place (from 1), kind, address, time of capture as written, size, and what its digest says."""

    place: int
    kind: str
    uri: str
    date: str
    size: int
    digest: str


@dataclass(slots=True)
class WarcReport:
    """What is wrong with a web archive: (code, place) in file order. Empty: every record is whole."""

    problems: list[tuple[str, int]] = field(default_factory=list)

    def add(self, code: str, place: int) -> None:
        """Note one problem; a thousand are enough."""
        if len(self.problems) < 1_000:
            self.problems.append((code, place))


def is_warc(start: bytes) -> bool:
    """Return whether a file begins like a WARC that is not packed."""
    return start.startswith((b"WARC/1.", b"WARC/0."))


def warc_records(stream: BinaryIO, limits: Limits, where: str, report: WarcReport) -> Iterator[WarcRecord]:
    """Yield the records of a web archive, packed record by record or not at all; problems go to `report`.

    Codes: `warc_not_chunked` (one gzip around everything), `warc_truncated`, `warc_length_wrong`,
    `warc_digest_differs`, `warc_damaged`. Payloads are read and forgotten. UsageError for a bomb and where the library
    is not installed.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise UsageError(
            "this is a web archive, and warcio is not installed", mend="Install it with: pip install 'evenhand[web]'."
        ) from error
    tally, meter = Tally(stream), Meter(limits, where)
    records = ArchiveIterator(tally, check_digests=True)
    place = produced = 0
    while True:
        place += 1
        try:
            record = _next(records)
            if record is None:
                return
            size, whole = _read(record, meter, where, produced, tally)
        except ArchiveLoadFailed as error:
            unchunked = "non-chunked" in str(error)
            report.add("warc_not_chunked" if unchunked else "warc_damaged", place)
            return
        except _DAMAGED:
            report.add("warc_damaged", place)
            return
        produced += size
        if not whole:
            report.add("warc_truncated", place)
        digest = _digest(record)
        if digest is DIFFERS and whole:
            report.add("warc_digest_differs", place)
        yield _told(record, place, size, digest)
        before = records.err_count
        with _silenced(), contextlib.suppress(*_DAMAGED):
            records.read_to_end(record)
        if records.err_count > before:
            report.add("warc_length_wrong", place)


def _next(records: Any) -> Any:
    with _silenced():
        return next(iter(records), None)


def _silenced() -> Any:
    return contextlib.redirect_stderr(io.StringIO())


def _read(record: Any, meter: Meter, where: str, before: int, tally: Tally) -> tuple[int, bool]:
    """Read a record's payload to its end; return its size and whether all that was promised came."""
    size = 0
    stream: IO[bytes] = record.raw_stream
    while piece := stream.read(_PIECE):
        size += len(piece)
        meter.spend(where, before + size, tally.consumed)
    promised = record.payload_length if record.payload_length >= 0 else record.length
    return size, promised is None or size >= promised


def _digest(record: Any) -> str:
    passed = getattr(record.digest_checker, "passed", None)
    return NO_DIGEST if passed is None else HOLDS if passed else DIFFERS


def _told(record: Any, place: int, size: int, digest: str) -> WarcRecord:
    def said(name: str) -> str:
        return str(record.rec_headers.get_header(name) or "")[:_MOST_TEXT]

    return WarcRecord(place, str(record.rec_type or ""), said("WARC-Target-URI"), said("WARC-Date"), size, digest)

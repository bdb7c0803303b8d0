"""Web archives (WARC), record by record: what was captured, when, and whether each payload is what its digest says.

Nothing is replayed and no page becomes a post. What the library only warns about (a wrong length, an end that comes
too early) is checked here. Specification: WARC 1.1 (ISO 28500); FORMATS §4.18.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, Final

from evenhand.errors import UsageError
from evenhand.posts.limits import Limits
from evenhand.posts.metering import Meter, Tally
from evenhand.posts.said import INSTALL

HOLDS: Final = "holds"
DIFFERS: Final = "differs"
NO_DIGEST: Final = "none given"
NOT_CHUNKED: Final = "warc_not_chunked"
DAMAGED: Final = "warc_damaged"
TRUNCATED: Final = "warc_truncated"
LENGTH_WRONG: Final = "warc_length_wrong"
DIGEST_DIFFERS: Final = "warc_digest_differs"
_PIECE: Final = 1 << 16
_MOST_TEXT: Final = 2_000
_MOST_HEAD: Final = 1 << 17  # the head of one record
_KEPT: Final = 1 << 20  # the library reads ahead by 16 KiB
_BETWEEN: Final = 4  # two line ends follow a record that is not packed
_BROKEN: Final = (EOFError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """One record: its place (from 1), kind, address, time of capture as written, size, and what its digest says.

    `offset` and `raw_sha256` are of the record as it lies in the file, packed if it is; `payload_sha256` of what was
    captured, without the answer's head. `problem`: the code of what is wrong with it, "" if it is whole.
    """

    place: int
    kind: str
    uri: str
    date: str
    size: int
    digest: str
    offset: int = 0
    raw_sha256: str = ""
    payload_sha256: str = ""
    record_id: str = ""
    media_type: str = ""
    status: str = ""
    problem: str = ""


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
    `warc_digest_differs`, `warc_damaged`. A record has one at most; after the first and the last of them nothing
    follows. Payloads are read and forgotten. UsageError for a bomb and where the library is not installed.
    """
    window = _Window(stream)
    records, failed = _library(window)
    meter = Meter(limits, where)
    place = produced = 0
    while True:
        place += 1
        try:
            with _silenced():
                record = next(iter(records), None)
            if record is None:
                return
            found = _read(records, record, meter, (where, produced), window)
        except failed as error:
            report.add(NOT_CHUNKED if "non-chunked" in str(error) else DAMAGED, place)
            return
        except _BROKEN:
            report.add(DAMAGED, place)
            return
        produced += found.size
        told = _told(record, place, found)
        if told.problem:
            report.add(told.problem, place)
        yield told


@dataclass(frozen=True, slots=True)
class _Found:
    """What reading one record to its end showed."""

    size: int
    payload_sha256: str
    offset: int
    raw_sha256: str
    problem: str


def _read(records: Any, record: Any, meter: Meter, budget: tuple[str, int], window: _Window) -> _Found:
    where, before = budget
    window.begin(records.offset)
    size, payload = 0, hashlib.sha256()
    stream: IO[bytes] = record.raw_stream
    while piece := stream.read(_PIECE):
        size += len(piece)
        payload.update(piece)
        meter.spend(where, before + size, window.consumed)
    promised = record.payload_length if record.payload_length >= 0 else record.length
    begun, faults = records.offset, records.err_count
    packed = records.reader.decompressor
    ended = packed is None or bool(packed.eof)
    with _silenced():
        records.read_to_end(record)
    offset, length = records.member_info
    odd = records.err_count > faults or _odd_gap(packed, records.offset - begun - length, records.next_line)
    problem = _problem(record, short=promised is not None and size < promised, ended=ended, odd=odd)
    if problem == TRUNCATED and packed is not None and ended:
        problem = LENGTH_WRONG  # it ends where its packing ends: it is not cut off, it never was so long
    return _Found(size, payload.hexdigest(), offset, window.cut(offset + length), problem)


def _problem(record: Any, *, short: bool, ended: bool, odd: bool) -> str:
    """Return the code of what is wrong with a record that was read to its end; the nearest cause comes first."""
    if not record.rec_type:
        return DAMAGED
    if short or not ended:
        return TRUNCATED
    if odd:
        return LENGTH_WRONG
    return DIGEST_DIFFERS if _digest(record) is DIFFERS else ""


def _odd_gap(packed: Any, gap: int, next_line: bytes | None) -> bool:
    """Return whether a record that is not packed is followed by another at a distance that its length does not say."""
    return packed is None and next_line is not None and gap != _BETWEEN


def _digest(record: Any) -> str:
    passed = getattr(record.digest_checker, "passed", None)
    return NO_DIGEST if passed is None else HOLDS if passed else DIFFERS


def _told(record: Any, place: int, found: _Found) -> WarcRecord:
    answer = record.http_headers
    head = answer or record.rec_headers

    def said(headers: Any, name: str) -> str:
        return str(headers.get_header(name) or "")[:_MOST_TEXT]

    return WarcRecord(
        place=place,
        kind=str(record.rec_type or ""),
        uri=said(record.rec_headers, "WARC-Target-URI"),
        date=said(record.rec_headers, "WARC-Date"),
        size=found.size,
        digest=_digest(record),
        offset=found.offset,
        raw_sha256=found.raw_sha256,
        payload_sha256=found.payload_sha256,
        record_id=said(record.rec_headers, "WARC-Record-ID").strip("<>"),
        media_type=said(head, "Content-Type").partition(";")[0].strip().lower(),
        status=str(answer.get_statuscode() or "")[:3] if answer else "",
        problem=found.problem,
    )


def _library(window: _Window) -> tuple[Any, type[Exception]]:
    """Return the library's walk through a web archive, and what it raises for one that it cannot walk."""
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.bufferedreaders import DecompressingBufferedReader
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise UsageError("this is a web archive, and warcio is not installed", mend=INSTALL) from error

    class Bounded(DecompressingBufferedReader):  # type: ignore[misc]  # the library is untyped
        """Stops at a head that never ends: the library reads heads whole, and one may unpack to gigabytes."""

        held = 0

        def readline(self, length: int | None = None) -> bytes:
            line: bytes = super().readline(_MOST_HEAD if length is None else min(length, _MOST_HEAD))
            self.held += len(line)
            if self.held > _MOST_HEAD or (len(line) > _PIECE and not line.endswith(b"\n")):
                raise ValueError("the head of a record does not end")
            return line

    class Walk(ArchiveIterator):  # type: ignore[misc]  # the library is untyped
        def __init__(self) -> None:
            super().__init__(window, check_digests=True)
            self.reader = Bounded(self.fh)

        def _next_record(self, next_line: bytes | None) -> Any:
            self.reader.held = 0
            return super()._next_record(next_line)

    return Walk(), ArchiveLoadFailed


def _silenced() -> Any:
    return contextlib.redirect_stderr(io.StringIO())


class _Window(Tally):
    """Counts what is read, and hashes it record by record: where one ends is known a little after it was read."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self._held = bytearray()
        self._from = 0  # where the held bytes begin
        self._digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = super().read(size)
        self._held += data
        if len(self._held) > 2 * _KEPT:
            self._digest.update(self._held[:-_KEPT])
            self._from += len(self._held) - _KEPT
            del self._held[:-_KEPT]
        return data

    def tell(self) -> int:
        return self.consumed

    def begin(self, start: int) -> None:
        """Forget the line ends before a record."""
        del self._held[: start - self._from]
        self._from = start

    def cut(self, end: int) -> str:
        """Return the SHA-256 (hex) of the bytes since the record began."""
        self._digest.update(self._held[: end - self._from])
        del self._held[: end - self._from]
        self._from = end
        found, self._digest = self._digest.hexdigest(), hashlib.sha256()
        return found

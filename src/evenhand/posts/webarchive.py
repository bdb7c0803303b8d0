"""Reader of web archives: each page captured in a WARC or WACZ is one row, with its address, time and digest.

A page is not parsed into posts: what it shows, a person marks. A row says that this was captured then, and the archive
in which it lies proves no more than its signature does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO, Final

from evenhand.errors import UsageError
from evenhand.posts.archives import Archive
from evenhand.posts.fields import attachment, flag, link, put_id, side
from evenhand.posts.ids import SyntheticIds
from evenhand.posts.packed import packing_of
from evenhand.posts.parts import Part, opened
from evenhand.posts.reader import Direction, Head, Report, Sign, Source
from evenhand.posts.record import Row
from evenhand.posts.said import Said
from evenhand.posts.times import iso_time
from evenhand.posts.wacz import MANIFEST, Wacz, check_wacz
from evenhand.posts.warc import DAMAGED, NOT_CHUNKED, WarcRecord, WarcReport, is_warc, warc_records

_CAPTURES: Final = frozenset({"response", "resource", "revisit"})
_FOLDER: Final = "archive/"


class WebArchive:
    """Captured pages of a WARC, or of a WACZ whose list, digests and signature hold."""

    source_format = "web_archive/1"
    direction = Direction.BOTH
    note = (
        "A web archive holds pages as a program captured them: no post is read from a page, a person marks what in it "
        "matters. A page that nobody signed may have been changed before it was packed."
    )

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign for `WARC/1.`, packed or not, and for a zip with a list and an archive folder."""
        if is_warc(head.start):
            return Sign(self.source_format, 1.0, ("begins with WARC/1.",))
        if MANIFEST in head.members and any(path.startswith(_FOLDER) for path in head.members):
            return Sign(self.source_format, 1.0, ("datapackage.json beside the folder archive/",))
        return None

    def needs_basis(self, head: Head) -> bool:
        """Return False: no text of anybody is read from a page."""
        return False

    def rows(self, source: Source, report: Report) -> Iterator[Row]:
        """Yield a row per captured page; UsageError, with nothing taken, for a WACZ that is not as its list says."""
        report.note(self.note)
        with opened(source, report) as parts:
            alone = parts.get("")
            if alone is not None:
                yield from self._captures(alone, _as_it_lies(alone), "third_party_collection", report)
                return
            found = _checked(source)
            provenance = "signed_container" if found.signed else "third_party_collection"
            for path, part in parts.items():
                if path.startswith(_FOLDER):
                    yield from self._captures(part, part.open(), provenance, report)

    def _captures(
        self, part: Part, opening: AbstractContextManager[BinaryIO], provenance: str, report: Report
    ) -> Iterator[Row]:
        base = part.base("web", self.source_format, provenance)
        base |= {"record_kind": "capture", "relation": "system"}
        ids, problems, place = SyntheticIds(part.sha256), WarcReport(), 0
        with opening as stream:
            for record in warc_records(stream, part.limits, part.name, problems):
                locator, place = f"warc:{record.offset}", record.place
                if record.problem:
                    report.refuse(part.at(locator), record.problem)
                elif record.kind in _CAPTURES:
                    yield _row(record, base | {"locator": locator}, ids)
                else:
                    report.control += 1
        _tell_end(part, [problem for problem in problems.problems if problem[1] > place], report)


def _tell_end(part: Part, problems: list[tuple[str, int]], report: Report) -> None:
    """Refuse what could not be walked through to its end: the file, or the rest of it by name."""
    for code, place in problems:
        if code == NOT_CHUNKED:
            raise UsageError(
                Said("%(code)s: this web archive is packed as one piece, not record by record", code=NOT_CHUNKED),
                where=part.name,
                mend="Make a copy that is, with: warcio recompress FILE COPY.warc.gz. Keep the file as it came.",
            )
        if code == DAMAGED and place == 1:
            raise UsageError(
                Said("%(code)s: no record of this web archive can be read", code=DAMAGED),
                where=part.name,
                mend="Make it again.",
            )
        report.refuse(part.at(f"warc:record {place}"), code)


def _checked(source: Source) -> Wacz:
    """Return what a WACZ says of itself; UsageError for any difference between it and its own list."""
    with source.open() as stream:
        found = check_wacz(Archive(stream, source.limits, source.name), source.limits, keep=0)
    if found.whole:
        return found
    code, about = found.problems[0]
    raise UsageError(
        Said("%(code)s: this web archive is not as its own list says (%(about)s)", code=code, about=about),
        where=source.name,
        mend="Nothing was taken. Download it again; if it stays so, somebody changed it after it was made.",
    )


@contextmanager
def _as_it_lies(part: Part) -> Iterator[BinaryIO]:
    """Give the bytes of a single file: packed record by record as it came, otherwise unpacked."""
    with part.source.open() as stream:
        packing = packing_of(stream.read(6))
        stream.seek(0)
        if packing in (None, "gz"):
            yield stream
            return
    with part.open() as stream:
        yield stream


def _row(record: WarcRecord, row: Row, ids: SyntheticIds) -> Row:
    moment = iso_time(record.date)
    row |= {"flags": [], "observed_at": moment.us, "raw_record_sha256": record.raw_sha256}
    flag(row, *moment.flags)
    if record.uri:
        row["urls"] = [link(record.uri)]
    if record.kind != "revisit":
        captured = attachment(None, record.media_type or None)
        row["attachments"] = [captured | {"sha256": record.payload_sha256}]
    side(row, capture=record.kind, digest=record.digest, status=record.status or None, size=str(record.size))
    if record.record_id:
        put_id(row, record.record_id)
    else:
        row["id_is_synthetic"] = True
        row["native_id"] = ids.make(row, record.uri)
        row["record_key"] = f"web:{row['native_id']}"
    return row

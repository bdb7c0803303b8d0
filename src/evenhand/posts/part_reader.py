"""What readers of exports share that come as one file or as an archive of many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from evenhand.errors import UsageError
from evenhand.posts.documents import document
from evenhand.posts.fields import Unusable
from evenhand.posts.json_records import Damaged, JsonRecord, peek_members
from evenhand.posts.parts import BROKEN, Part, opened
from evenhand.posts.reader import ODD, Direction, Head, Report, Sign, Source
from evenhand.posts.record import Row
from evenhand.posts.said import sign_at

Build = Callable[[JsonRecord, Row], Row]
"""Makes the row of a record from the fields it starts with; raises Unusable, or anything of ODD, if it cannot."""


class PartReader:
    """A reader that goes through the parts of an export; a damaged part is refused by name, the others are read."""

    source_format: ClassVar[str]
    direction: ClassVar[Direction] = Direction.BOTH
    platform: ClassVar[str]
    provenance: ClassVar[str] = "owner_export"
    bulk: ClassVar[bool] = False  # bulk data about third persons
    kinds: ClassVar[tuple[str, ...]] = (".json",)  # members that may hold records, by how their names end
    note: ClassVar[str] = ""  # what the format cannot show

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if the first records of the file, or of a member, are of this format."""
        for path, values in peek_members(head):
            for value in values:
                reason = self.known(value)
                if reason:
                    return Sign(self.source_format, 0.95, (sign_at(reason, path),))
        return None

    def known(self, value: Any) -> str | None:
        """Return by what a JSON value is one of this format, or None if it is not; a reader has this or `sniff`."""
        raise NotImplementedError

    def needs_basis(self, head: Head) -> bool:
        """Return whether this is bulk data about third persons."""
        return self.bulk

    def rows(self, source: Source, report: Report) -> Iterator[Row]:
        """Yield the rows of all parts."""
        if self.note:
            report.note(self.note)
        with opened(source, report) as parts:
            yield from self.all_rows(parts, report)

    def all_rows(self, parts: dict[str, Part], report: Report) -> Iterator[Row]:
        """Yield the rows of these parts; a reader that must look into one before the others begins here."""
        for path, part in parts.items():
            if not path or path.lower().endswith(self.kinds):
                yield from safely(self.rows_of(part, report), part, report)

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield the rows of one part; a reader has this or `all_rows`."""
        raise NotImplementedError

    def base(self, part: Part) -> Row:
        """Return the fields that all rows of a part share."""
        return part.base(self.platform, self.source_format, self.provenance)


def safely(rows: Iterable[Row], part: Part, report: Report) -> Iterator[Row]:
    """Yield rows; if a member of an archive cannot be read to its end, refuse it by name and stop there."""
    try:
        yield from rows
    except Damaged:
        if part.path is None:
            raise
        report.refuse(part.path, "member_malformed")
    except BROKEN as error:
        if part.path is None:
            mend = "Download it again."
            raise UsageError("this file is damaged or cut short", where=part.name, mend=mend) from error
        report.refuse(part.path, "member_damaged")


def value_of_member(part: Part, report: Report) -> Any:
    """Return a small member as one JSON value; None if it is too large, and refused by name if it is damaged."""
    try:
        record = document(part)
    except (Damaged, *BROKEN) as error:
        report.refuse(part.at(""), "member_malformed" if isinstance(error, Damaged) else "member_damaged")
        return None
    return record.value if record else None


def built(build: Build, record: JsonRecord, base: Row, report: Report, part: Part) -> Iterator[Row]:
    """Yield the row of a record, or refuse the record: by the reason it gives, or because its parts are odd."""
    row = base | {"flags": []}
    record.locate(row)
    try:
        row = build(record, row)
    except Unusable as error:
        report.refuse(part.at(row["locator"]), str(error))
        return
    except ODD:
        report.refuse(part.at(row["locator"]), "record_malformed")
        return
    yield row

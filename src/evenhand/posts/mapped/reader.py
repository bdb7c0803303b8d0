"""The one reader behind all formats that a mapping file describes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from evenhand.errors import UsageError
from evenhand.posts.documents import plain_values
from evenhand.posts.json_records import peek
from evenhand.posts.mapped.lookup import fits, knows, value_at, value_of
from evenhand.posts.mapped.shape import Shape
from evenhand.posts.reader import ODD, Direction, Head, Report, Sign, Source
from evenhand.posts.record import Row
from evenhand.posts.rows.lens import Lens
from evenhand.posts.rows.plain import PlainRows
from evenhand.posts.rows.tables import TableRow, columns_of, table_rows
from evenhand.posts.said import Said, by_keys


class Mapped:
    """Reads the files of one format by its mapping; a record is refused by the same rules as a plain row."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapped) and self.shape == other.shape

    def __hash__(self) -> int:
        return hash(self.shape.format)

    @property
    def source_format(self) -> str:
        """Name and version, as the mapping says."""
        return self.shape.format

    @property
    def direction(self) -> Direction:
        """Whose words the format holds, as the mapping says."""
        return self.shape.direction

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if all names the mapping asks for are there."""
        shape = self.shape
        if head.members or head.packed:
            return None
        names = _names_in(head, shape.records)
        if len(knows(shape.signs_all, names.columns)) < len(shape.signs_all):
            return None
        chosen = knows(shape.signs_any, names.columns)
        document = knows(shape.signs_document, names.document)
        if (shape.signs_any and not chosen) or len(document) < len(shape.signs_document):
            return None
        return Sign(shape.format, 0.9, (by_keys(*dict.fromkeys((*shape.signs_all, *chosen, *document))),))

    def needs_basis(self, head: Head) -> bool:
        """Return whether the mapping says that this is bulk data about third persons."""
        return self.shape.needs_basis

    def rows(self, source: Source, report: Report) -> Iterator[Row]:
        """Yield a row per record."""

        def read(told: Report) -> Iterator[TableRow]:
            return table_rows(source, told, records=self.shape.records)

        if self.shape.note:
            report.note(self.shape.note)
        plain = PlainRows(source, report, ShapeLens(self.shape), read)
        for table_row in read(report):
            try:
                row: Row | str = plain.row(table_row)
            except ODD:
                row = "record_malformed"
            if isinstance(row, str):
                report.refuse(table_row.locator, row)
            else:
                yield self._more(row, table_row)
        plain.finish()

    def _more(self, row: Row, table_row: TableRow) -> Row:
        """Return the row with what the mapping says beside the columns."""
        said = {name: _constant_or_value(path, table_row) for name, path in self.shape.side.items()}
        scores = _scores(self.shape.scores, table_row.cells)
        if scores:
            said["external_scores"] = orjson.dumps(scores).decode()
        said = {name: value for name, value in said.items() if value}
        if said:
            row["side"] = row.get("side", {}) | said
        return row


def check_fits(shape: Shape, head: Head, where: str) -> None:
    """Raise UsageError if a line of a mapping leads nowhere in the first records of a file."""
    names = _names_in(head, shape.records)
    if not names.columns:
        return  # the start of the file does not tell
    for name, rule in shape.columns.items():
        if not any(_leads(path, names, whole=head.is_whole) for path in rule.paths):
            words = " or ".join(f"'{path}'" for path in rule.paths)
            raise UsageError(
                Said("%(field)s: no record has %(columns)s", field=name, columns=words),
                where=where,
                mend=Said("The file has: %(columns)s. Nothing was imported.", columns=", ".join(names.columns[:20])),
            )


class _Names(NamedTuple):
    """What the start of a file shows: names of a record, of the document, and of values beside the list of records."""

    columns: tuple[str, ...]
    document: tuple[str, ...] = ()
    around: tuple[str, ...] = ()


def _leads(path: str, names: _Names, *, whole: bool) -> bool:
    if path.startswith("^."):
        return path.removeprefix("^.") in names.around or not whole  # it may stand behind the list
    return path in names.columns or path.partition(".")[0] in names.columns


def _names_in(head: Head, records: str) -> _Names:
    if not records:
        return _Names(columns_of(head))
    columns: dict[str, None] = {}
    document: dict[str, None] = {}
    around: dict[str, None] = {}
    for value in peek(head):
        if not isinstance(value, dict):
            continue
        document.update(dict.fromkeys(value))
        holder = value_at(value, records.rpartition(".")[0], {}) if "." in records else value
        around.update(dict.fromkeys(plain_values(holder) if isinstance(holder, dict) else ()))
        inner = value_at(value, records, {})
        for record in inner[:20] if isinstance(inner, list) else []:
            columns.update(dict.fromkeys(record if isinstance(record, dict) else ()))
    return _Names(tuple(columns), tuple(document), tuple(around))


def _constant_or_value(path: str, table_row: TableRow) -> str | None:
    if path.startswith("="):
        return path[1:]
    value = value_at(table_row.cells, path, table_row.beside)
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "" else None


def _scores(names: tuple[str, ...], cells: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the scores another tool gave: a label that is missing is unknown, never 0."""
    found = []
    for column, value in cells.items():
        if not any(fits(name, column) for name in names) or value is None or value == "":
            continue
        name, _, version = column.partition("@")
        found.append({"name": name, "version": version or None, "value": str(value)})
    return found


class ShapeLens(Lens):
    """Sees the fields of a record through a mapping of a whole format."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.platform = shape.platform
        self.zone = shape.zone
        self.entities = shape.entities
        self.author_basis = shape.author_basis
        self.base = {
            "source_format": shape.format,
            "record_kind": shape.record_kind,
            "provenance_class": shape.provenance,
            "visibility": shape.visibility,
        }
        self.estimated_times = shape.estimated_times
        self.rounded_counts = shape.rounded_counts

    def values(self, table_row: TableRow, report: Report) -> dict[str, Any]:
        """Return field -> value for one record."""
        cells, beside = table_row.cells, table_row.beside
        found = {name: value_of(rule, cells, beside) for name, rule in self.shape.columns.items()}
        return {name: value for name, value in found.items() if value is not None}

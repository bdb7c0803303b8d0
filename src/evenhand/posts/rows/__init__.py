"""Reader of plain rows: JSONL, JSON, CSV, TSV and Parquet whose columns bear known names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evenhand.posts.reader import ODD, Direction, Head, Report, Sign, Source
from evenhand.posts.record import Row
from evenhand.posts.rows.columns import is_bulk, score
from evenhand.posts.rows.lens import Columns
from evenhand.posts.rows.plain import PlainRows
from evenhand.posts.rows.records import is_record, row_of_record
from evenhand.posts.rows.tables import PARQUET_MAGIC, TableRow, columns_of, table_rows


class Rows:
    """Tables of posts: the plain columns and their synonyms, and our own `records` export read back."""

    source_format: Final = "rows/1"
    direction: Final = Direction.BOTH

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if the columns of the table are those of posts."""
        if head.members or head.packed or head.start.startswith(b"PK\x03\x04"):
            return None
        if head.start.startswith(PARQUET_MAGIC):
            return Sign(self.source_format, 0.75, ("Parquet",))
        columns = columns_of(head)
        if is_record(columns):
            return Sign(self.source_format, 1.0, ("our own records export",))
        sure, reasons = score(columns)
        return Sign(self.source_format, sure, reasons) if sure else None

    def needs_basis(self, head: Head) -> bool:
        """Return whether the columns are those of a mass collection about third persons."""
        return is_bulk(columns_of(head))

    def rows(self, source: Source, report: Report) -> Iterator[Row]:
        """Yield a row per table row; a row whose id a spreadsheet destroyed is refused."""

        def read(told: Report) -> Iterator[TableRow]:
            return table_rows(source, told)

        plain = PlainRows(source, report, Columns(source), read)
        for table_row in read(report):
            cells = table_row.cells
            try:
                row = row_of_record(cells) if is_record(cells) else plain.row(table_row)
            except ODD:
                row = "record_malformed"
            if isinstance(row, str):
                report.refuse(table_row.locator, row)
            else:
                yield row
        plain.finish()

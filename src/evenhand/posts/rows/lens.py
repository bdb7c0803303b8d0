"""How the fields of a post are seen in a record: by the names of its columns, or by a mapping of a whole format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from evenhand.posts.reader import Report, Source
from evenhand.posts.record import Row
from evenhand.posts.rows.columns import mapping_of
from evenhand.posts.rows.tables import TableRow
from evenhand.posts.said import Said


class Lens(ABC):
    """What the records of one file share, and where their fields are."""

    platform: str = "dataset"
    zone: str | None = None  # of times without one, where the format documents it
    entities: bool = False  # < > & are written &lt; &gt; &amp;
    author_basis: str = "claimed"
    estimated_times: bool = False
    rounded_counts: bool = False
    base: Row

    @abstractmethod
    def values(self, table_row: TableRow, report: Report) -> dict[str, Any]:
        """Return field -> value for one record; fields that say nothing are left out."""


class Columns(Lens):
    """Plain names, synonyms, or what a person chose; says in the report which column was read as what."""

    def __init__(self, source: Source) -> None:
        self._told: tuple[str, ...] = ()
        self._chosen = None if source.choices.columns is None else dict(source.choices.columns)
        self.base = {
            "source_format": "rows/1",
            "record_kind": "post",
            "provenance_class": "third_party_collection",
        }

    def values(self, table_row: TableRow, report: Report) -> dict[str, Any]:
        """Return field -> value for one record."""
        columns = tuple(table_row.cells)
        mapping = mapping_of(columns) if self._chosen is None else self._chosen
        if columns != self._told:
            self._tell(columns, mapping, report)
        cells = unescaped(table_row.cells)
        return {field: cells[column] for field, column in mapping.items() if cells.get(column) is not None}

    def _tell(self, columns: tuple[str, ...], mapping: dict[str, str], report: Report) -> None:
        self._told = columns
        for field, column in mapping.items():
            if field != column and column in columns:
                report.note(Said("column '%(column)s' read as %(field)s", column=column, field=field))
        unused = [name for name in columns if name not in mapping.values() and not name.startswith("_")]
        if unused:
            report.note(Said("columns not used: %(columns)s", columns=", ".join(sorted(unused)[:20])))


def unescaped(cells: dict[str, Any]) -> dict[str, Any]:
    """Return the cells as they were before our own CSV export protected them from spreadsheets."""
    nulls, escaped = cells.get("_nulls"), cells.get("_escaped")
    if not nulls and not escaped:
        return cells
    cells = dict(cells)
    for name in _names(escaped):
        if isinstance(cells.get(name), str):
            cells[name] = cells[name].removeprefix("'")
    for name in _names(nulls):
        cells[name] = None
    return cells


def _names(value: Any) -> list[str]:
    return value.split(" ") if isinstance(value, str) and value else []

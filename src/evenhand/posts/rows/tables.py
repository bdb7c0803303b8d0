"""CSV, TSV, JSONL, JSON and Parquet as rows of named cells, each with its locator and raw hash."""

from __future__ import annotations

import base64
import csv
import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.errors import UsageError
from evenhand.posts.documents import elements, elements_in
from evenhand.posts.json_bytes import Malformed, loads
from evenhand.posts.json_records import JsonRecord, peek, read_json_records
from evenhand.posts.lines import BOM, TooLong, read_lines
from evenhand.posts.parts import Part
from evenhand.posts.reader import Head, Report, Source
from evenhand.posts.rows.columns import mapping_of
from evenhand.posts.rows.encodings import TooLongText, encoding_of, guess, text_lines
from evenhand.posts.said import Said

PARQUET_MAGIC: Final = b"PAR1"
_DELIMITERS: Final = (",", ";", "\t", "|")
_BATCH: Final = 2048


class TableRow(NamedTuple):
    """One row of a table: its cells by column, where it stood, the hash of its bytes, what was odd.

    A tuple, because one is made per record and a frozen dataclass costs three times as much.
    """

    cells: dict[str, Any]
    locator: str
    sha256: str
    flags: tuple[str, ...] = ()
    beside: Mapping[str, Any] = MappingProxyType({})  # plain values that stand beside a list of records


def table_rows(source: Source, report: Report, records: str = "") -> Iterator[TableRow]:
    """Yield the rows of a table file, whichever of the four forms it has.

    `records` names the list in a JSON document that holds them; else the document is the list, or its lines are.
    """
    with source.open() as stream:
        start = stream.read(source.limits.sniff_bytes)
    if start.startswith(PARQUET_MAGIC):
        return _parquet(source)
    if _is_json(start):
        return _json(_json_records(source, report, records), report)
    return _delimited(source, report, start)


def _is_json(start: bytes) -> bool:
    start = start.removeprefix(BOM).lstrip()
    if start[:1] in {b"{", b"["}:
        return True
    # A broken record may stand at the start of sound lines.
    first, _, rest = start.partition(b"\n")
    return rest.lstrip()[:1] == b"{" and _is_value(first)


def _is_value(line: bytes) -> bool:
    """Return whether a line is JSON by itself."""
    try:
        loads(line)
    except Malformed:
        return False
    return True


def columns_of(head: Head) -> tuple[str, ...]:
    """Return the column names of a table, as far as its start tells; () for Parquet, whose end tells."""
    if head.start.startswith(PARQUET_MAGIC):
        return ()
    if head.start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
        keys: dict[str, None] = {}
        for value in peek(head):
            if isinstance(value, dict):
                keys.update(dict.fromkeys(value))
        return tuple(keys)
    return header_of(head)


def header_of(head: Head) -> tuple[str, ...]:
    """Return the column names of a delimited file's first line; () if it has none."""
    encoding = guess(head.start) if not _utf8(head.start) else "utf-8"
    text = head.start.removeprefix(b"\xef\xbb\xbf").decode(_of_bom(head.start) or encoding, "replace")
    first = text.lstrip("\ufeff").split("\n", 1)[0].rstrip("\r")
    return tuple(_cells(first, delimiter_of(first))) if first else ()


def _utf8(start: bytes) -> bool:
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(start) - 4  # only the last letter is cut
    return True


def _of_bom(start: bytes) -> str | None:
    if start.startswith(b"\xff\xfe"):
        return "utf-16-le"
    return "utf-16-be" if start.startswith(b"\xfe\xff") else None


def delimiter_of(header: str) -> str:
    """Return the delimiter that gives a header line the most known columns, else the most columns."""

    def fitness(delimiter: str) -> tuple[int, int]:
        cells = _cells(header, delimiter)
        return len(mapping_of(tuple(cells))), len(cells)

    return max(_DELIMITERS, key=fitness)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _json_records(source: Source, report: Report, records: str) -> Iterator[JsonRecord]:
    part = Part(source, source.open, size=source.size)
    if records and not _has_lines(source):
        return elements(part, report, records)
    found = read_json_records(source, report, page_keys=("data", "rows", "posts", "comments"))
    return (inner for record in found for inner in elements_in(record, part, report, records)) if records else found


def _has_lines(source: Source) -> bool:
    """Return whether a file is JSON lines: its first line is a value, and there is a second one."""
    with source.open() as stream:
        all_lines = (line for _, line in read_lines(stream, source.limits.document_bytes))
        lines = (line for line in all_lines if isinstance(line, TooLong) or line.strip())
        first = next(lines, b"")
        return not isinstance(first, TooLong) and _is_value(first) and next(lines, None) is not None


def _json(records: Iterator[JsonRecord], report: Report) -> Iterator[TableRow]:
    for record in records:
        # A line, or a whole document, may be a list of records; a list inside one is none.
        is_list = isinstance(record.value, list) and "jp:" not in record.locator
        for part in record.parts() if is_list else (record,):
            if not isinstance(part.value, dict):
                report.refuse(part.locator, "record_malformed")
                continue
            found: dict[str, Any] = {}
            part.locate(found)
            flags = tuple(found.get("flags", ()))
            yield TableRow(part.value, found["locator"], found["raw_record_sha256"], flags, record.beside or {})


def _delimited(source: Source, report: Report, start: bytes) -> Iterator[TableRow]:
    encoding, guessed = encoding_of(source)
    flags = ("encoding_guessed",) if guessed else ()
    if guessed:
        report.note(Said("encoding_guessed: read as %(encoding)s", encoding=encoding))
    csv.field_size_limit(source.limits.line_bytes)  # the default, 131,072, is too small
    with source.open() as stream:
        lines = _Lines(text_lines(stream, encoding, source.limits.line_bytes))
        try:
            header = _cells(first := next(lines, "").rstrip("\r\n"), delimiter_of(first))
            reader = csv.reader(lines, delimiter=delimiter_of(first), strict=False)
            yield from _csv_rows(reader, lines, header, encoding=encoding, flags=flags, report=report)
        except UnicodeDecodeError as error:
            raise UsageError(
                Said(
                    "the bytes at %(place)s are not %(encoding)s, as the rest is", place=error.start, encoding=encoding
                ),
                where=source.name,
                mend="Save the table again as UTF-8.",
            ) from error


class _Lines(Iterator[str]):
    """Hands lines to the CSV parser and remembers those it took for the row at hand."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.taken: list[str] = []
        self.too_long = False

    def __next__(self) -> str:
        line = next(self._lines)
        if isinstance(line, TooLongText):
            self.too_long = True
            return "\n"
        self.taken.append(line)
        return line

    def take(self) -> str:
        text = "".join(self.taken)
        self.taken.clear()
        return text


def _csv_rows(
    reader: Any, lines: _Lines, header: list[str], *, encoding: str, flags: tuple[str, ...], report: Report
) -> Iterator[TableRow]:
    lines.take()
    number = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            cells, lines.too_long = [], True
        taken = lines.take()
        if lines.too_long:
            number += 1
            lines.too_long = False
            report.refuse(f"row:{number}", "line_too_long")
            continue
        if cells is None:
            return
        if not cells:
            continue
        number += 1
        if len(cells) > len(header):
            report.refuse(f"row:{number}", "row_too_wide")
            continue
        digest = hashlib.sha256(taken.rstrip("\r\n").encode(encoding)).hexdigest()
        yield TableRow(dict(zip(header, cells, strict=False)), f"row:{number}", digest, flags)


def _parquet(source: Source) -> Iterator[TableRow]:
    number = 0
    try:
        with pq.ParquetFile(source.path) as file:
            for batch in file.iter_batches(_BATCH):
                for cells in batch.to_pylist():
                    number += 1
                    digest = hashlib.sha256(_dump(cells)).hexdigest()
                    yield TableRow(cells, f"row:{number}", digest)
    except (pa.ArrowException, OSError) as error:
        raise UsageError(
            "this Parquet file is damaged or cut short", where=source.name, mend="Get it again."
        ) from error


def parquet_columns(path: Path) -> tuple[str, ...]:
    """Return the column names of a Parquet file; () if it is none."""
    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError):
        return ()


def _dump(cells: dict[str, Any]) -> bytes:
    return orjson.dumps(cells, default=_as_text, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


def _as_text(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)

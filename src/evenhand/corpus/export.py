"""Writing the posts of a corpus to JSONL, CSV or Parquet, whole or not at all.

Profile `records`: every Post field; read back it is the same. Profile `plain`: the 16 plain columns; what it
drops is counted and named. Direct messages are in quarantine and never leave (FORMATS §6).
"""

from __future__ import annotations

import base64
import csv
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.corpus.plain import PLAIN_SCHEMA, PLAIN_SQL, dropped_sql
from evenhand.corpus.store import Corpus, discard, sync_folder
from evenhand.errors import UsageError
from evenhand.posts.columns import to_rows
from evenhand.posts.schema import POST_SCHEMA
from evenhand.posts.times import iso_text

ESCAPED_STARTS: Final = tuple("=+-@\t\r＝＋－＠'")
"""A cell that starts so may run as a formula in a spreadsheet; `'` is among them so that undoing is exact."""


class Profile(StrEnum):
    """What an export holds."""

    RECORDS = "records"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and what the profile left out."""

    path: Path
    profile: Profile
    rows: int
    notes: tuple[str, ...] = ()


def export(
    corpus: Corpus,
    target: Path,
    *,
    profile: Profile = Profile.RECORDS,
    progress: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Write the posts of a corpus to a file named by its ending, and return what was written.

    The file is there whole, under its name, or not at all. Raises UsageError for an ending we do not write.
    Memory is bounded; about 30 µs per post.
    """
    write = _writer_for(target)
    schema = POST_SCHEMA if profile is Profile.RECORDS else PLAIN_SCHEMA
    sql = "SELECT * FROM posts ORDER BY record_key" if profile is Profile.RECORDS else PLAIN_SQL
    batches = _counted(corpus.stream(sql), progress)
    with _whole(target) as half:
        rows = write(half, schema, (batch.cast(schema) for batch in batches))
    return Exported(target, profile, rows, _notes(corpus) if profile is Profile.PLAIN else ())


def _counted(batches: Iterator[pa.RecordBatch], progress: Callable[[int], None]) -> Iterator[pa.RecordBatch]:
    rows = 0
    for batch in batches:
        yield batch
        rows += batch.num_rows
        progress(rows)


def _notes(corpus: Corpus) -> tuple[str, ...]:
    counted = corpus.query(dropped_sql()).to_pylist()[0]
    return tuple(f"dropped: {name} ({rows} rows filled)" for name, rows in counted.items() if rows)


Batches = Iterator[pa.RecordBatch]
Write = Callable[[Path, pa.Schema, Batches], int]


def _writer_for(target: Path) -> Write:
    writers: dict[str, Write] = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}
    if target.suffix.lower() not in writers:
        raise UsageError(
            f"cannot tell the form from the ending '{target.suffix}'",
            where=str(target),
            mend="End the name with .jsonl, .csv or .parquet.",
        )
    return writers[target.suffix.lower()]


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Give a name beside the target; on success it becomes the target, durably, else it is removed."""
    half = target.with_name(f".{target.name}.{os.getpid()}.half")
    try:
        yield half
        with half.open("rb") as stream:
            os.fsync(stream.fileno())
        half.replace(target)
        sync_folder(target.parent)
    finally:
        discard(half)


def _jsonl(path: Path, schema: pa.Schema, batches: Batches) -> int:
    rows = 0
    with path.open("xb") as stream:
        for batch in batches:
            rows += batch.num_rows
            _write_lines(stream, schema, batch)
    return rows


def _write_lines(stream: BinaryIO, schema: pa.Schema, batch: pa.RecordBatch) -> None:
    for row in to_rows([batch]):
        plain = {field.name: _json_value(row[field.name], field.type) for field in schema}
        stream.write(orjson.dumps(plain, option=orjson.OPT_APPEND_NEWLINE))


def _json_value(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_timestamp(kind):
        text = iso_text(value) or ""
        return text if kind.tz else text.removesuffix("Z")
    if pa.types.is_binary(kind):
        return base64.b64encode(value).decode()
    return value


def _csv(path: Path, schema: pa.Schema, batches: Batches) -> int:
    rows = 0
    # The BOM tells spreadsheets that this is UTF-8.
    with path.open("x", encoding="utf-8-sig", newline="") as stream:
        write = _csv_writer(stream)
        write([*schema.names, "_nulls", "_escaped"])
        for batch in batches:
            for row in to_rows([batch]):
                write(_csv_cells(row, schema))
                rows += 1
    return rows


def _csv_writer(stream: TextIO) -> Callable[[list[str]], Any]:
    return csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow


def _csv_cells(row: dict[str, Any], schema: pa.Schema) -> list[str]:
    """Return the cells of a row, then the names of its null cells and of those protected from formulas."""
    cells, nulls, escaped = [], [], []
    for field in schema:
        value = _json_value(row[field.name], field.type)
        if value is None:
            nulls.append(field.name)
        cell = _csv_cell(value)
        if cell.startswith(ESCAPED_STARTS):
            escaped.append(field.name)
            cell = "'" + cell
        cells.append(cell)
    return [*cells, " ".join(nulls), " ".join(escaped)]


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def _parquet(path: Path, schema: pa.Schema, batches: Batches) -> int:
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows

"""Rows to Arrow and back, and the hash of an observation."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

import orjson
import pyarrow as pa

from evenhand.posts.reading_form import scrub
from evenhand.posts.record import Row
from evenhand.posts.schema import EMPTY, EVENT_SCHEMA, POST_SCHEMA, SILENT

# The hash of an observation is about what was seen, so not about when we stored it, nor about itself.
# Even empty or zero, a value of these types is one.
_SAY_SOMETHING: Final = frozenset((str, bytes, int))
_NOT_HASHED: Final = frozenset({"observation_sha256", "imported_at"})


def _bytes_as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value))


def observation_sha256(row: Row) -> str:
    """Return the SHA-256 (hex) of a row's canonical form.

    Canonical: JSON with sorted keys, UTF-8, no spaces; bytes as base64, times as microseconds; a field that is
    null, false or an empty list or map is left out, and so are `imported_at` and the hash.
    """
    said = SILENT | row
    for name in [name for name, value in said.items() if not value and type(value) not in _SAY_SOMETHING]:
        del said[name]
    for name in _NOT_HASHED:
        said.pop(name, None)
    return hashlib.sha256(orjson.dumps(said, default=_bytes_as_text, option=orjson.OPT_SORT_KEYS)).hexdigest()


def complete(row: Row, *, imported_at: int) -> Row:
    """Return the row with its import time and its observation hash filled in (in place).

    A row that brings its own hash (our own `records` export read back) stays as it is.
    """
    if "observation_sha256" in row:
        return row
    row["imported_at"] = imported_at
    try:
        row["observation_sha256"] = observation_sha256(row)
    except TypeError:  # orjson refuses lone surrogates; only the slow JSON reading lets them in
        row = {name: _scrubbed(value) for name, value in row.items()}
        row["observation_sha256"] = observation_sha256(row)
    return row


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {scrub(str(key)): _scrubbed(inner) for key, inner in value.items()}
    return [_scrubbed(inner) for inner in value] if isinstance(value, list) else value


def to_table(rows: list[Row], schema: pa.Schema = POST_SCHEMA) -> pa.Table:
    """Return rows as an Arrow table in `schema`; a field that no row fills costs nothing per row."""
    present = set().union(*rows) if rows else set()
    columns = []
    for field in schema:
        if field.name not in present:
            columns.append(_empty_column(field, len(rows)))
            continue
        values = _column(rows, field.name)
        if pa.types.is_map(field.type):
            values = [list(value.items()) for value in values]
        columns.append(pa.array(values, field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _column(rows: list[Row], name: str) -> list[Any]:
    """Return one field of all rows, its empty value where a row lacks it."""
    try:
        return list(map(itemgetter(name), rows))  # twice as fast as a loop, for the fields every row has
    except KeyError:
        empty = EMPTY.get(name)
        return [row[name] if name in row else empty for row in rows]  # noqa: SIM401 - faster than get


def events_to_table(rows: list[Row]) -> pa.Table:
    """Return PostEvents as an Arrow table."""
    return to_table(rows, EVENT_SCHEMA)


@lru_cache(maxsize=len(POST_SCHEMA) * 2)
def _empty_column(field: pa.Field[Any], length: int) -> pa.Array[Any]:
    value = EMPTY.get(field.name)
    column: pa.Array[Any] = pa.array([[] if isinstance(value, dict) else value] * length, field.type)
    return column


def to_rows(batches: pa.Table | Iterable[pa.RecordBatch]) -> Iterator[Row]:
    """Yield the rows of an Arrow table or of record batches; times become UTC microseconds."""
    for batch in batches.to_batches(1024) if isinstance(batches, pa.Table) else batches:
        columns = {field.name: _values(batch.column(i), field.type) for i, field in enumerate(batch.schema)}
        for at in range(batch.num_rows):
            yield {name: values[at] for name, values in columns.items()}


def _values(column: pa.Array[Any], kind: pa.DataType) -> list[Any]:
    if pa.types.is_timestamp(kind):
        return list(column.cast(pa.timestamp("us", kind.tz)).cast(pa.int64()).to_pylist())
    if pa.types.is_map(kind):
        return [None if pairs is None else dict(pairs) for pairs in column.to_pylist()]
    if pa.types.is_struct(kind):
        return [_plain_struct(value) for value in column.to_pylist()]
    return list(column.to_pylist())


def _plain_struct(value: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a struct with its inner map (the reactions of counts) as a dict."""
    if value is not None and isinstance(value.get("reactions"), list):
        value["reactions"] = dict(value["reactions"])
    return value

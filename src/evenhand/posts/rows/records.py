"""Our own `records` export read back: every field exactly as it was."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import orjson
import pyarrow as pa

from evenhand.posts.record import Row
from evenhand.posts.schema import POST_SCHEMA
from evenhand.posts.times import iso_time, to_us

_SIGNS: Final = frozenset(("record_key", "observation_sha256", "native_id", "text_raw", "raw_record_sha256"))


def is_record(columns: Collection[str]) -> bool:
    """Return whether columns (or the cells of a row) are those of a `records` export."""
    return "record_key" in columns and _SIGNS.issubset(columns)


def row_of_record(cells: dict[str, Any]) -> Row | str:
    """Return the row that a `records` row was made of, or a reason code if a cell is damaged."""
    nulls = set(_names(cells.get("_nulls")))
    escaped = set(_names(cells.get("_escaped")))
    from_csv = "_nulls" in cells
    row: Row = {}
    try:
        for field in POST_SCHEMA:
            value = cells.get(field.name)
            if value is None or field.name in nulls:
                continue
            if field.name in escaped:
                value = value.removeprefix("'")
            row[field.name] = _value(value, field.type, from_csv=from_csv)
    except (ValueError, TypeError, AttributeError, KeyError, binascii.Error):
        return "record_malformed"
    named = row.get("record_key"), row.get("observation_sha256"), row.get("native_id"), row.get("platform")
    return row if all(isinstance(name, str) and name for name in named) else "record_malformed"


def _names(value: Any) -> list[str]:
    return value.split(" ") if isinstance(value, str) and value else []


def _value(value: Any, kind: pa.DataType, *, from_csv: bool) -> Any:
    if pa.types.is_timestamp(kind):
        return _time(value)
    if pa.types.is_binary(kind):
        return value if isinstance(value, bytes) else base64.b64decode(value, validate=True)
    if pa.types.is_boolean(kind):
        return value == "true" if from_csv else bool(value)
    if pa.types.is_nested(kind):
        return _nested(orjson.loads(value) if from_csv else value, kind)
    return str(value)


def _time(value: Any) -> int | None:
    if isinstance(value, datetime):
        return to_us(value)
    moment = iso_time(value)
    return moment.us if moment.us is not None else moment.local


def _nested(value: Any, kind: pa.DataType) -> Any:
    """Return a list, struct or map as rows hold it; Parquet gives maps as lists of pairs."""
    if value is None:
        return None
    if pa.types.is_map(kind):
        return dict(value)
    if pa.types.is_struct(kind):
        return {inner.name: _nested(value.get(inner.name), inner.type) for inner in kind}
    if pa.types.is_list(kind):
        return [_nested(item, kind.value_type) for item in value]
    return value

"""A table row with plain columns as the row of a post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson

from evenhand.posts.ids import NUMERIC_PLATFORMS, RoundedIds, SyntheticIds, is_destroyed
from evenhand.posts.reader import Report, Source
from evenhand.posts.reading_form import ENCODING, NORM_VERSION, read_text
from evenhand.posts.record import Row
from evenhand.posts.rows.columns import ID_FIELDS, mapping_of
from evenhand.posts.rows.dates import DateReader
from evenhand.posts.rows.tables import TableRow, table_rows
from evenhand.posts.times import to_us
from evenhand.posts.x_common import counts


class PlainRows:
    """Turns the table rows of one file into rows; keeps what only the whole file can tell."""

    def __init__(self, source: Source, report: Report) -> None:
        self._source = source
        self._report = report
        self._rounded = RoundedIds()
        self._synthetic = SyntheticIds(source.sha256)
        self._dates = DateReader(source.choices, self._all_dates, source.name)
        self._told: tuple[str, ...] = ()
        self._chosen = None if source.choices.columns is None else dict(source.choices.columns)
        self._base: Row = {
            "source_format": "rows/1",
            "record_kind": "post",
            "source_sha256": source.sha256,
            "member_sha256": source.sha256,
            "provenance_class": "third_party_collection",
        }

    def finish(self) -> None:
        """Raise UsageError if too many ids of a column look rounded."""
        self._rounded.check(self._source.name)

    def row(self, table_row: TableRow) -> Row | str:
        """Return the row of a table row, or the reason code why there is none."""
        columns = tuple(table_row.cells)
        mapping = self._mapping(columns)
        if columns != self._told:
            self._tell(columns, mapping)
        cells = _unescaped(table_row.cells)
        values = {field: cells[column] for field, column in mapping.items() if cells.get(column) is not None}
        platform = str(values.get("platform") or "dataset").strip().lower()
        row = self._base | {"platform": platform, "flags": list(table_row.flags)}
        row["locator"], row["raw_record_sha256"] = table_row.locator, table_row.sha256
        ids = self._ids(values, platform, row["flags"])
        if isinstance(ids, str):
            return ids
        _put_author(row, values, ids)
        _put_text(row, values)
        self._put_time(row, values.get("created_at"))
        _put_relation(row, ids, platform)
        _put_rest(row, values)
        self._put_key(row, ids, platform)
        return row

    def _mapping(self, columns: tuple[str, ...]) -> Mapping[str, str]:
        return mapping_of(columns) if self._chosen is None else self._chosen

    def _tell(self, columns: tuple[str, ...], mapping: Mapping[str, str]) -> None:
        self._told = columns
        for field, column in mapping.items():
            if field != column and column in columns:
                self._report.note(f"column '{column}' read as {field}")
        unused = [name for name in columns if name not in mapping.values() and not name.startswith("_")]
        if unused:
            self._report.note(f"columns not used: {', '.join(sorted(unused)[:20])}")

    def _ids(self, values: dict[str, Any], platform: str, flags: list[str]) -> dict[str, str] | str:
        """Return the ids of a row as text, or the reason code why one of them cannot be trusted."""
        numeric = platform in NUMERIC_PLATFORMS
        found: dict[str, str] = {}
        for field in ID_FIELDS:
            value = values.get(field)
            if value is None or value == "":
                continue
            if isinstance(value, (float, bool)):
                return "id_destroyed"
            text = str(value).strip()
            if not text:
                continue
            if is_destroyed(text, numeric=numeric):
                return "id_destroyed"
            if self._rounded.note(field, text) and "id_suspect_rounded" not in flags:
                flags.append("id_suspect_rounded")
            found[field] = text
        return found

    def _put_time(self, row: Row, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, date) and not isinstance(value, datetime):
            value = value.isoformat()
        if isinstance(value, datetime):
            row["claimed_at_raw"] = value.isoformat()
            us = to_us(value.astimezone(UTC) if value.tzinfo else value)
            moment = self._dates.of_datetime(us or 0, aware=value.tzinfo is not None)
        else:
            row["claimed_at_raw"] = str(value)
            moment = self._dates.read(value)
        row["claimed_at"], row["claimed_at_local"], row["tz_status"] = moment.us, moment.local, moment.status
        row["flags"] += moment.flags
        if moment.status == "naive_unknown":
            self._report.note(
                "times without a zone are kept as local times; import again with --timezone to say which zone"
            )

    def _all_dates(self) -> Iterator[Any]:
        """Yield the date cell of every row: how the order of day and month is decided."""
        for table_row in table_rows(self._source, Report(self._source.name)):
            column = self._mapping(tuple(table_row.cells)).get("created_at")
            if column:
                yield table_row.cells.get(column)

    def _put_key(self, row: Row, ids: dict[str, str], platform: str) -> None:
        native_id = ids.get("id")
        if native_id is None:
            native_id = self._synthetic.make(row, "rows")
            row["id_is_synthetic"] = True
        row["native_id"] = native_id
        row["record_key"] = f"{platform}:{native_id}"


def _unescaped(cells: dict[str, Any]) -> dict[str, Any]:
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


def _put_author(row: Row, values: dict[str, Any], ids: dict[str, str]) -> None:
    row["author_id"] = ids.get("author_id")
    row["author_handle"] = _handle(values.get("author_handle"))
    row["author_display"] = _text(values.get("author_display"))
    named = row["author_id"] or row["author_handle"] or row["author_display"]
    row["author_basis"] = "claimed" if named else "none"


def _handle(value: Any) -> str | None:
    if isinstance(value, dict):  # a nested user object
        value = value.get("username") or value.get("screen_name")
    text = _text(value)
    return text.removeprefix("@") if text else None


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "" else None


def _put_text(row: Row, values: dict[str, Any]) -> None:
    text = values.get("text")
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    if not isinstance(text, str):
        return
    reading = read_text(text, entities=False)
    row["text_raw"], row["text_raw_encoding"] = reading.raw, ENCODING
    row["text_norm"], row["norm_version"], row["norm_map"] = reading.norm, NORM_VERSION, reading.map
    if reading.map:
        row["text_norm_steps"] = list(reading.steps)
        row["flags"] += reading.flags


def _put_relation(row: Row, ids: dict[str, str], platform: str) -> None:
    for field, relation in (("reply_to", "reply"), ("quote_of", "quote"), ("share_of", "repost")):
        if field in ids:
            row[field] = f"{platform}:{ids[field]}"
            row["relation"] = relation


def _put_rest(row: Row, values: dict[str, Any]) -> None:
    if "mentions" in values:
        row["mentions"] = [_mention(item) for item in _listed(values["mentions"])]
    if "urls" in values:
        row["urls"] = [_link(item) for item in _listed(values["urls"])]
    if "likes" in values or "reposts" in values:
        row["counts"] = counts(likes=_whole(values.get("likes")), reposts=_whole(values.get("reposts")))
        row["counts_precision"] = "exact" if row["counts"] else None
    language = _text(values.get("language"))
    if language:
        row["language"], row["language_basis"] = language, "platform"
    parent = _text(values.get("parent_text"))
    if parent is not None:
        row["side"] = {"parent_text": parent}


def _whole(value: Any) -> Any:
    """Return a count that a spreadsheet or a data frame wrote as `3.0` as the number it is."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.removesuffix(".0") if isinstance(value, str) else value


def _listed(value: Any) -> list[Any]:
    """Return a list cell: a list, JSON of one, or words separated by spaces or commas."""
    if isinstance(value, list):
        return value
    if not isinstance(value, str) or not value.strip():
        return []
    if value.lstrip().startswith("["):
        try:
            return list(orjson.loads(value))
        except orjson.JSONDecodeError:
            pass
    return [word for word in value.replace(",", " ").replace("|", " ").split() if word]


def _mention(item: Any) -> dict[str, Any]:
    if isinstance(item, dict):
        handle = item.get("handle") or item.get("screen_name") or item.get("username")
        identity = item.get("id") if isinstance(item.get("id"), str) else item.get("id_str")
        return {"id": identity, "handle": _handle(handle), "start": _offset(item, "start"), "end": _offset(item, "end")}
    return {"id": None, "handle": str(item).removeprefix("@"), "start": None, "end": None}


def _offset(item: dict[str, Any], name: str) -> int | None:
    value = item.get(name)
    return value if isinstance(value, int) and 0 <= value < 1 << 30 else None


def _link(item: Any) -> dict[str, Any]:
    if isinstance(item, dict):
        full = item.get("url_full") or item.get("expanded_url") or item.get("url")
        return {"url_full": _text(full), "shown": _text(item.get("shown")), "record_key": _text(item.get("record_key"))}
    return {"url_full": str(item), "shown": None, "record_key": None}

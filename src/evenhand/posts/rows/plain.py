"""A table row with plain columns as the row of a post."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

import orjson

from evenhand.posts.fields import attachment, put_counts, put_text, side
from evenhand.posts.ids import NUMERIC_PLATFORMS, RoundedIds, SyntheticIds, is_destroyed
from evenhand.posts.reader import Report, Source
from evenhand.posts.reading_form import read_text
from evenhand.posts.record import Row
from evenhand.posts.rows.columns import ID_FIELDS
from evenhand.posts.rows.dates import DateReader
from evenhand.posts.rows.lens import Lens
from evenhand.posts.rows.tables import TableRow
from evenhand.posts.times import to_us

_COUNTS: Final = ("likes", "reposts", "replies", "quotes", "views")
_SHORT: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([KMBkmb]?)")
_THOUSANDS: Final = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}


class PlainRows:
    """Turns the records of one file into rows; keeps what only the whole file can tell.

    `read` gives the records from the start, as often as it is called: once for the rows, once more where the
    whole column must say whether its dates begin with the day.
    """

    def __init__(
        self, source: Source, report: Report, lens: Lens, read: Callable[[Report], Iterator[TableRow]]
    ) -> None:
        self._source = source
        self._report = report
        self._lens = lens
        self._read = read
        self._rounded = RoundedIds()
        self._synthetic = SyntheticIds(source.sha256)
        choices = replace(source.choices, timezone=source.choices.timezone or lens.zone)
        self._dates = DateReader(choices, self._all_dates, source.name)
        self._base: Row = lens.base | {"source_sha256": source.sha256, "member_sha256": source.sha256}

    def finish(self) -> None:
        """Raise UsageError if too many ids of a column look rounded."""
        self._rounded.check(self._source.name)

    def row(self, table_row: TableRow) -> Row | str:
        """Return the row of a record, or the reason code why there is none."""
        values = self._lens.values(table_row, self._report)
        platform = str(values.get("platform") or self._lens.platform).strip().lower()
        row = self._base | {"platform": platform, "flags": list(table_row.flags)}
        row["locator"], row["raw_record_sha256"] = table_row.locator, table_row.sha256
        ids = self._ids(values, platform, row["flags"])
        if isinstance(ids, str):
            return ids
        _put_author(row, values, ids, self._lens.author_basis)
        _put_text(row, values, entities=self._lens.entities)
        self._put_time(row, values.get("created_at"))
        self._put_other_times(row, values)
        _put_relation(row, ids, platform)
        _put_rest(row, values, rounded=self._lens.rounded_counts)
        self._put_key(row, ids, platform)
        return row

    def _ids(self, values: dict[str, Any], platform: str, flags: list[str]) -> dict[str, str] | str:
        """Return the ids of a row as text, or the reason code why one of them cannot be trusted."""
        numeric = platform in NUMERIC_PLATFORMS
        found: dict[str, str] = {}
        for field in (*ID_FIELDS, "thread_root"):
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

        if self._lens.estimated_times and moment.us is not None:
            row["tz_status"] = "relative_estimate"

    def _put_other_times(self, row: Row, values: dict[str, Any]) -> None:
        for field in ("observed_at", "edited_at"):
            if values.get(field):
                row[field] = self._dates.read(values[field]).us

    def _all_dates(self) -> Iterator[Any]:
        """Yield the date of every record: how the order of day and month is decided."""
        for table_row in self._read(Report(self._source.name)):
            yield self._lens.values(table_row, Report(self._source.name)).get("created_at")

    def _put_key(self, row: Row, ids: dict[str, str], platform: str) -> None:
        native_id = ids.get("id")
        if native_id is None:
            native_id = self._synthetic.make(row, "rows")
            row["id_is_synthetic"] = True
        row["native_id"] = native_id
        row["record_key"] = f"{platform}:{native_id}"


def _put_author(row: Row, values: dict[str, Any], ids: dict[str, str], basis: str) -> None:
    row["author_id"] = ids.get("author_id")
    row["author_handle"] = _handle(values.get("author_handle"))
    row["author_display"] = _text(values.get("author_display"))
    named = row["author_id"] or row["author_handle"] or row["author_display"]
    row["author_basis"] = basis if named else "none"


def _handle(value: Any) -> str | None:
    if isinstance(value, dict):  # a nested user object
        value = value.get("username") or value.get("screen_name")
    text = _text(value)
    return text.removeprefix("@") if text else None


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "" else None


def _put_text(row: Row, values: dict[str, Any], *, entities: bool) -> None:
    text = values.get("text")
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    if not isinstance(text, str):
        return
    put_text(row, read_text(text, entities=entities))


def _put_relation(row: Row, ids: dict[str, str], platform: str) -> None:
    for field, relation in (("reply_to", "reply"), ("quote_of", "quote"), ("share_of", "repost")):
        if field in ids:
            row[field] = f"{platform}:{ids[field]}"
            row["relation"] = relation
    if "thread_root" in ids:
        row["thread_root"] = f"{platform}:{ids['thread_root']}"


def _put_rest(row: Row, values: dict[str, Any], *, rounded: bool) -> None:
    if "mentions" in values:
        row["mentions"] = [_mention(item) for item in _listed(values["mentions"])]
    if "urls" in values:
        row["urls"] = [_link(item) for item in _listed(values["urls"])]
    counted = {name: (_rounded if rounded else _whole)(values[name]) for name in _COUNTS if name in values}
    if counted:
        put_counts(row, "rounded" if rounded else "exact", **counted)
    if "attachments" in values:
        row["attachments"] = [attachment(str(uri)) for uri in _listed(values["attachments"])]
    row["target_unresolved"] = _text(values.get("target_unresolved"))
    language = _text(values.get("language"))
    if language:
        row["language"], row["language_basis"] = language, "platform"
    parent = _text(values.get("parent_text"))
    if parent is not None:
        side(row, parent_text=parent)


def _whole(value: Any) -> Any:
    """Return a count that a spreadsheet or a data frame wrote as `3.0` as the number it is."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.strip().replace(",", "").removesuffix(".0") if isinstance(value, str) else value


def _rounded(value: Any) -> Any:
    """Return a count that a page shows as `1.2K` as the whole number it stands for."""
    if isinstance(value, str) and (match := _SHORT.fullmatch(value.strip())):
        return int(float(match[1]) * _THOUSANDS[(match[2] or "").upper()])
    return _whole(value)


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

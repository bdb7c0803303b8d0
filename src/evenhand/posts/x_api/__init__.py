"""Reader of X API answers: v1.1 and v2, pages or one tweet per line, JSON documents, JSONL and streams."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any, Final

from evenhand.posts.json_records import JsonRecord, peek, read_json_records
from evenhand.posts.reader import ODD, Direction, Head, Report, Sign, Source
from evenhand.posts.record import Row
from evenhand.posts.said import by_keys
from evenhand.posts.x_api.control import is_control, take_control
from evenhand.posts.x_api.shapes import is_page, is_v1, is_v2
from evenhand.posts.x_api.v1 import row_of_v1
from evenhand.posts.x_api.v2 import Page, row_of_v2, rows_of_errors, whole_text


class XApi:
    """X API v1.1 and v2 as files: search answers, streams, and what twarc writes."""

    source_format: Final = "x_api/1"
    direction: Final = Direction.BOTH

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if the first records are tweets or pages of them."""
        if head.packed:
            return None
        signs = [_sign_of(value) for value in peek(head) if isinstance(value, dict)]
        known = [sign for sign in signs if sign]
        if not known or not any(sign != _CONTROL for sign in known):
            return None
        score = 0.95 if signs[0] else 0.95 * len(known) / len(signs)
        return Sign(self.source_format, score, tuple(dict.fromkeys(known)))

    def needs_basis(self, head: Head) -> bool:
        """Return False: an API answer is collected for the organisation itself, not bulk data of others."""
        return False

    def rows(self, source: Source, report: Report) -> Iterator[Row]:
        """Yield a row per tweet and per error about a tweet; stream control lines go to the report."""
        base: Row = {
            "platform": "x",
            "source_format": self.source_format,
            "record_kind": "post",
            "source_sha256": source.sha256,
            "member_sha256": source.sha256,
            "provenance_class": "platform_api",
        }
        page, beside = Page({}), None
        for record in read_json_records(source, report, page_keys=_PAGE_KEYS):
            if record.beside is not beside:
                beside = record.beside
                page = Page(beside or {})
            if beside is not None and record.locator.startswith("jp:/errors/"):
                yield from rows_of_errors([record], base, report)
            else:
                yield from _rows_of(record, base, report, page)

    def beside(self, source: Source, posts: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield place and text of those of these posts (by record key) that a page lists for others to refer to."""
        seen: dict[str, object] | None = None
        for record in read_json_records(source, Report(source.name), page_keys=_PAGE_KEYS):
            if record.beside is not None:
                fresh, seen = record.beside is not seen, record.beside
                pages = [JsonRecord(record.beside, "")] if fresh else []
            else:
                pages = [record, *record.parts()]
            for page in pages:
                yield from _included(page, posts)


def _included(page: JsonRecord, posts: Collection[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(page.value, dict) or not isinstance(page.value.get("includes"), dict):
        return
    for part in page.at("includes").at("tweets").parts():
        if isinstance(part.value, dict) and f"x:{part.value.get('id')}" in posts:
            yield part.locator, whole_text(part.value)[0] or ""


_CONTROL: Final = "control line"
_PAGE_KEYS: Final = ("data", "statuses", "errors")


def _sign_of(value: dict[str, Any]) -> str | None:
    if is_page(value):
        return by_keys("data")
    if is_v1(value):
        return by_keys("id_str", "user")
    if is_v2(value):
        return by_keys("author_id", "public_metrics")
    if isinstance(value.get("statuses"), list) and "search_metadata" in value:
        return by_keys("statuses", "search_metadata")
    return _CONTROL if is_control(value) else None


def _rows_of(record: JsonRecord, base: Row, report: Report, page: Page) -> Iterator[Row]:
    value = record.value
    if isinstance(value, list):
        for part in record.parts():
            yield from _rows_of(part, base, report, page)
    elif not isinstance(value, dict):
        report.refuse(record.locator, "record_malformed")
    elif is_page(value):
        yield from _rows_of_page(record, base, report)
    elif isinstance(value.get("statuses"), list):
        for part in record.at("statuses").parts():
            yield from _rows_of(part, base, report, page)
    elif is_v1(value):
        yield from _built(row_of_v1, record, base, report)
    elif is_v2(value):
        yield from _built(partial(row_of_v2, page=page), record, base, report)
    elif is_control(value):
        take_control(record, base, report)
    else:
        report.refuse(record.locator, "record_not_recognised")


def _rows_of_page(record: JsonRecord, base: Row, report: Report) -> Iterator[Row]:
    page = Page(record.value)
    data = record.at("data")
    parts = data.parts() if isinstance(data.value, list) else [data] if data.value is not None else []
    for part in parts:
        if isinstance(part.value, dict) and "id" in part.value:
            yield from _built(partial(row_of_v2, page=page), part, base, report)
        else:
            report.refuse(part.locator, "record_not_recognised")
    yield from rows_of_errors(record.at("errors").parts(), base, report)


def _built(
    build: Callable[[JsonRecord, Row], Row | str], record: JsonRecord, base: Row, report: Report
) -> Iterator[Row]:
    """Yield the row of a record, or refuse the record: by the reason that came, or because its parts are odd."""
    try:
        row = build(record, base)
    except ODD:
        row = "record_malformed"
    if isinstance(row, str):
        report.refuse(record.locator, row)
    else:
        yield row

"""Readers of Reddit: dumps (.zst, one object a line) and the API's listings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import orjson

from evenhand.posts.fields import (
    Unusable,
    dict_of,
    flag,
    key,
    link,
    listed,
    number,
    put_counts,
    put_moment,
    put_text,
    side,
    text_of,
)
from evenhand.posts.json_bytes import Malformed, loads
from evenhand.posts.json_records import JsonRecord, peek, read_json_records
from evenhand.posts.lines import TooLong, read_lines
from evenhand.posts.part_reader import PartReader, built
from evenhand.posts.parts import Part
from evenhand.posts.reader import Head, Report, Sign
from evenhand.posts.reading_form import read_text
from evenhand.posts.record import Row
from evenhand.posts.said import Said, by_keys
from evenhand.posts.times import epoch_time

_GONE: Final = "[deleted]"
_REMOVED: Final = "[removed]"
_KINDS: Final = {"t1": "comment", "t3": "post"}


class RedditDump(PartReader):
    """A dump of comments or submissions: bulk data about third persons."""

    source_format = "reddit_dump/1"
    platform = "reddit"
    provenance = "third_party_collection"
    bulk = True
    kinds = (".json", ".jsonl", ".ndjson")

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if the first lines have what every object of Reddit has."""
        found = [value for value in peek(head) if isinstance(value, dict)]
        if found and all(_is_thing(value) for value in found):
            return Sign(self.source_format, 0.95, (by_keys("created_utc", "subreddit"),))
        return None

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per line; a last line that was cut is refused as such."""
        base = self.base(part)
        held: tuple[int, bytes] | None = None
        with part.open() as stream:
            for number_, line in read_lines(stream, part.limits.line_bytes):
                if held is not None:
                    yield from _line(held, base, report, part, last=False)
                held = None
                if isinstance(line, TooLong):
                    report.refuse(part.at(f"ln:{number_}"), "line_too_long")
                elif line.strip():
                    held = (number_, line)
        if held is not None:
            yield from _line(held, base, report, part, last=True)


def _line(held: tuple[int, bytes], base: Row, report: Report, part: Part, *, last: bool) -> Iterator[Row]:
    place, line = held
    try:
        value, _ = loads(line)
    except Malformed:
        cut = last and not line.rstrip().endswith(b"}")
        report.refuse(part.at(f"ln:{place}"), "line_truncated" if cut else "record_malformed")
        return
    record = JsonRecord(value, f"ln:{place}", line)
    yield from built(partial(_row, escaped=True), record, base, report, part)


class RedditApi(PartReader):
    """Listings and threads of the API; in a thread the replies lie inside their parents."""

    source_format = "reddit_api/1"
    platform = "reddit"
    provenance = "platform_api"

    def known(self, value: Any) -> str | None:
        """Return by what this is an answer of the API."""
        data = dict_of(value).get("data")
        if dict_of(value).get("kind") == "Listing" and "children" in dict_of(data):
            return Said("the kind %(kind)s", kind="Listing")
        kind = text_of(dict_of(value).get("kind"))
        return Said("the kind %(kind)s", kind=kind) if kind in _KINDS and isinstance(data, dict) else None

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per comment and submission, a parent before its replies."""
        base = self.base(part)
        for record in read_json_records(part, report, page_keys=("data.children",)):
            yield from self._walk(record, base, part, report)

    def _walk(self, record: JsonRecord, base: Row, part: Part, report: Report) -> Iterator[Row]:
        value = record.value
        if isinstance(value, list):
            for inner in record.parts():
                yield from self._walk(inner, base, part, report)
            return
        kind, data = text_of(dict_of(value).get("kind")), dict_of(value).get("data")
        if kind == "Listing" and isinstance(data, dict):
            yield from self._walk(record.at("data").at("children"), base, part, report)
        elif kind == "more":
            report.control += 1
            report.note("thread_incomplete: the answer names further replies that it does not hold")
        elif kind in _KINDS and isinstance(data, dict):
            inner = record.at("data")
            yield from built(partial(_row, escaped=_is_escaped(data), kind=str(kind)), inner, base, report, part)
            if isinstance(data.get("replies"), dict):
                yield from self._walk(inner.at("replies"), base, part, report)
        elif kind is not None and isinstance(data, dict):
            report.control += 1  # accounts, communities, awards
        else:
            report.refuse(part.at(record.locator), "record_not_recognised")


def _is_thing(value: dict[str, Any]) -> bool:
    return "created_utc" in value and "author" in value and ("subreddit" in value or "subreddit_id" in value)


def _is_escaped(data: dict[str, Any]) -> bool:
    """Return whether the API escaped the text: it does unless asked not to, and then the HTML form shows it."""
    text = text_of(data.get("body")) or text_of(data.get("selftext")) or ""
    return "&lt;" in text or "&gt;" in text or "&amp;" in text


def _row(record: JsonRecord, row: Row, *, escaped: bool, kind: str | None = None) -> Row:
    item = record.value
    if not isinstance(item, dict):
        raise Unusable("record_malformed")
    is_comment = (kind or ("t1" if "body" in item else "t3")) == "t1"
    _put_key(row, item, "t1" if is_comment else "t3")
    row |= {"record_kind": "comment" if is_comment else "post", "visibility": "public"}
    text = item.get("body") if is_comment else item.get("selftext")
    _put_author(row, item)
    created = item.get("created_utc")
    if isinstance(created, str) and created.isdecimal():
        created = int(created)
    if isinstance(created, (int, float)) and not isinstance(created, bool):
        put_moment(row, record.value["created_utc"], epoch_time(created))
    row["edited_at"] = _edited(item.get("edited"))
    seen = number(item.get("retrieved_on")) or number(item.get("retrieved_utc"))
    row["observed_at"] = epoch_time(seen).us if seen else None
    if isinstance(text, str) and (text or not text_of(item.get("title"))):
        put_text(row, read_text(text, entities=escaped))
    elif isinstance(item.get("title"), str):
        put_text(row, read_text(item["title"], entities=escaped))
    _put_rest(row, item, is_comment=is_comment)
    _put_state(row, item, text if isinstance(text, str) else None)
    return row


def _put_key(row: Row, item: dict[str, Any], prefix: str) -> None:
    name, identity = text_of(item.get("name")), item.get("id")
    if name is None and text_of(identity):
        name = f"{prefix}_{identity}"
    if name is None:
        raise Unusable("id_destroyed" if isinstance(identity, float) else "id_missing")
    row["native_id"], row["record_key"] = name, f"reddit:{name}"


def _put_author(row: Row, item: dict[str, Any]) -> None:
    handle = text_of(item.get("author"))
    identity = text_of(item.get("author_fullname"))
    row |= {"author_id": identity, "author_handle": None if handle in {_GONE, _REMOVED} else handle}
    row["author_basis"] = "platform_id" if identity else "handle_only" if row["author_handle"] else "none"


def _edited(value: object) -> int | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return epoch_time(value).us
    return epoch_time(float(value)).us if isinstance(value, str) and value.removesuffix(".0").isdecimal() else None


def _put_rest(row: Row, item: dict[str, Any], *, is_comment: bool) -> None:
    parent = text_of(item.get("parent_id"))
    row["relation"] = "reply" if is_comment else "post"
    if is_comment:
        row["reply_to"], row["thread_root"] = key("reddit", parent), key("reddit", text_of(item.get("link_id")))
    crossposted = text_of(item.get("crosspost_parent"))
    if crossposted:
        row |= {"relation": "quote", "quote_of": key("reddit", crossposted)}
    address = text_of(item.get("url"))
    row["urls"] = [link(address)] if address else []
    put_counts(
        row, likes=number(item.get("ups")) if "ups" in item else item.get("score"), replies=item.get("num_comments")
    )
    reports = [*listed(item.get("mod_reports")), *listed(item.get("user_reports"))]
    side(
        row,
        subreddit=text_of(item.get("subreddit")),
        title=text_of(item.get("title")),
        removed_by_category=text_of(item.get("removed_by_category")),
        reports=orjson.dumps(reports).decode() if reports else None,
    )


def _put_state(row: Row, item: dict[str, Any], text: str | None) -> None:
    """Fill what became of an item, told by what stands in place of author and text (in place)."""
    author, meta = item.get("author"), dict_of(item.get("_meta"))
    if text == _REMOVED or item.get("banned_by") or text_of(item.get("removed_by_category")) == "moderator":
        row["deletion_state"] = "removed_by_moderator"
    elif author == _GONE:
        row["deletion_state"] = "deleted_by_author" if text == _GONE else "account_deleted"
    elif text == _GONE:
        row["deletion_state"] = "deleted_unknown"
    elif meta.get("was_deleted_later") is True:
        row["deletion_state"] = {"moderator": "removed_by_moderator", "author": "deleted_by_author"}.get(
            str(meta.get("removal_type") or "").removeprefix("deleted_by_"), "deleted_unknown"
        )
        seen = number(meta.get("retrieved_2nd_on"))
        row["deletion_observed_at"] = epoch_time(seen).us if seen else None
    if text in {_GONE, _REMOVED}:
        flag(row, "text_replaced")

"""Readers of YouTube: the Data API's comment threads, and the comments of a Takeout."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from evenhand.posts.fields import (
    Unusable,
    dict_of,
    flag,
    key,
    listed,
    put_counts,
    put_id,
    put_moment,
    put_text,
    side,
    text_of,
)
from evenhand.posts.html_text import read_html
from evenhand.posts.json_records import JsonRecord, read_json_records
from evenhand.posts.part_reader import PartReader, built
from evenhand.posts.parts import Part
from evenhand.posts.reader import Report
from evenhand.posts.reading_form import read_text
from evenhand.posts.record import Row
from evenhand.posts.said import Said, by_keys
from evenhand.posts.times import iso_time
from evenhand.posts.youtube.takeout import YouTubeTakeout

__all__ = ["YouTubeApi", "YouTubeTakeout"]

_KIND: Final = "youtube#comment"


class YouTubeApi(PartReader):
    """Comment threads as the Data API gives them; the replies of a thread are only some of them."""

    source_format = "youtube_api/1"
    platform = "youtube"
    provenance = "platform_api"

    def known(self, value: Any) -> str | None:
        """Return by what this is an answer of the API."""
        kind = str(dict_of(value).get("kind") or "")
        first = dict_of(next(iter(listed(dict_of(value).get("items"))), None))
        if kind.startswith(_KIND):
            return Said("the kind %(kind)s", kind=kind)
        return by_keys("items") if str(first.get("kind") or "").startswith(_KIND) else None

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per comment, a thread's top before its replies."""
        base = self.base(part) | {"record_kind": "comment", "visibility": "public"}
        for record in read_json_records(part, report, page_keys=("items",)):
            yield from self._walk(record, base, part, report)

    def _walk(self, record: JsonRecord, base: Row, part: Part, report: Report) -> Iterator[Row]:
        value = record.value
        kind = str(dict_of(value).get("kind") or "")
        if isinstance(value, list):
            for inner in record.parts():
                yield from self._walk(inner, base, part, report)
        elif kind.endswith("ListResponse") and isinstance(value.get("items"), list):
            yield from self._walk(record.at("items"), base, part, report)
        elif kind == "youtube#commentThread" and isinstance(value.get("snippet"), dict):
            yield from self._thread(record, base, part, report)
        elif kind == _KIND:
            yield from built(partial(_row, missing=0), record, base, report, part)
        else:
            report.refuse(part.at(record.locator), "record_not_recognised")

    def _thread(self, record: JsonRecord, base: Row, part: Part, report: Report) -> Iterator[Row]:
        snippet, replies = record.value["snippet"], dict_of(record.value.get("replies")).get("comments")
        announced = snippet.get("totalReplyCount")
        missing = announced - len(listed(replies)) if type(announced) is int else 0
        top = record.at("snippet").at("topLevelComment")
        yield from built(partial(_row, missing=missing, replies=announced), top, base, report, part)
        if isinstance(replies, list):
            yield from self._walk(record.at("replies").at("comments"), base, part, report)


def _row(record: JsonRecord, row: Row, *, missing: int, replies: object = None) -> Row:
    comment = record.value
    snippet = comment.get("snippet")
    if not isinstance(snippet, dict):
        raise Unusable("record_malformed")
    put_id(row, comment.get("id"))
    channel = text_of(dict_of(snippet.get("authorChannelId")).get("value"))
    shown = text_of(snippet.get("authorDisplayName"))
    row |= {"author_id": channel, "author_display": shown}
    row["author_handle"] = shown.removeprefix("@") if shown and shown.startswith("@") else None
    row["author_basis"] = "platform_id" if channel else "display_name_only" if shown else "none"
    _put_words(row, snippet)
    published, updated = snippet.get("publishedAt"), snippet.get("updatedAt")
    if isinstance(published, str):
        put_moment(row, published, iso_time(published))
    if isinstance(updated, str) and updated != published:
        row["edited_at"] = iso_time(updated).us
    parent = text_of(snippet.get("parentId"))
    row["relation"] = "reply"
    row["reply_to"] = row["thread_root"] = key("youtube", parent)
    if parent is None:
        row["target_unresolved"] = text_of(snippet.get("videoId"))
    put_counts(row, likes=snippet.get("likeCount"), replies=replies)
    side(row, video=text_of(snippet.get("videoId")))
    if missing > 0:
        flag(row, "thread_incomplete")
    return row


def _put_words(row: Row, snippet: dict[str, Any]) -> None:
    """Fill the text: as it was typed where the API gives that, else from what it shows as HTML."""
    original, shown = snippet.get("textOriginal"), snippet.get("textDisplay")
    if isinstance(original, str):
        put_text(row, read_text(original, entities=False))
    elif isinstance(shown, str):
        reading, row["urls"] = read_html(shown)
        put_text(row, reading)

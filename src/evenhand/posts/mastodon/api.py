"""Answers and streams of a Mastodon server's API."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import orjson

from evenhand.posts.fields import (
    Unusable,
    attachment,
    dict_of,
    id_of,
    key,
    listed,
    mention,
    put_counts,
    put_id,
    put_moment,
    side,
    text_of,
)
from evenhand.posts.fields import put_text as put_reading
from evenhand.posts.id_times import mastodon_time
from evenhand.posts.json_records import JsonRecord, read_json_records
from evenhand.posts.mastodon.activities import put_html, put_published, put_report, row_of_flag
from evenhand.posts.part_reader import built
from evenhand.posts.parts import Part
from evenhand.posts.reader import Report
from evenhand.posts.reading_form import read_text
from evenhand.posts.record import Row
from evenhand.posts.said import Said, by_keys
from evenhand.posts.times import check_clock, iso_time

_LISTS: Final = ("statuses", "ancestors", "descendants")
_WITH_TEXT: Final = frozenset({"update", "status.update", "notification"})
_VISIBLE: Final = {"public": "public", "unlisted": "unlisted", "private": "followers", "direct": "direct"}


def _is_status(value: dict[str, Any]) -> bool:
    return "uri" in value and "account" in value and "content" in value


def _is_report(value: dict[str, Any]) -> bool:
    return "target_account" in value and "category" in value


def _is_notification(value: dict[str, Any]) -> bool:
    return "type" in value and "account" in value and "created_at" in value


class Api:
    """Goes through one file of answers; remembers which local id belongs to which address."""

    def __init__(self, base: Row, part: Part, report: Report) -> None:
        self._base = base
        self._part = part
        self._report = report
        self._address: dict[str, str] = {}

    @staticmethod
    def known(value: Any) -> str | None:
        """Return by what a value is an answer of the API."""
        if not isinstance(value, dict):
            return None
        inner = [item for name in _LISTS for item in listed(value.get(name))[:1] if isinstance(item, dict)]
        signs = {
            by_keys("uri", "account", "content"): _is_status(value),
            Said("the kind %(kind)s", kind="Flag"): value.get("type") == "Flag" and "object" in value,
            by_keys("target_account"): _is_report(value),
            by_keys("event", "payload"): "event" in value and "payload" in value,
            "a notification": _is_notification(value) and ("status" in value or "group_key" in value),
            by_keys("statuses"): any(_is_status(item) for item in inner),
        }
        return next((reason for reason, holds in signs.items() if holds), None)

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the file."""
        for record in read_json_records(self._part, self._report, page_keys=_LISTS):
            yield from self._rows(record)

    def _rows(self, record: JsonRecord) -> Iterator[Row]:
        value = record.value
        if isinstance(value, list):
            for part in record.parts():
                yield from self._rows(part)
        elif not isinstance(value, dict):
            self._report.refuse(self._part.at(record.locator), "record_malformed")
        elif _is_status(value):
            yield from self._status(record)
        elif value.get("type") == "Flag":
            yield from self._built(row_of_flag, record)
        elif _is_report(value):
            yield from self._built(self._row_of_report, record)
        elif "event" in value:
            yield from self._event(record)
        elif _is_notification(value):
            yield from self._notification(record)
        elif any(name in value for name in _LISTS):
            for name in _LISTS:
                for part in record.at(name).parts() if name in value else ():
                    yield from self._rows(part)
        else:
            self._report.refuse(self._part.at(record.locator), "record_not_recognised")

    def _built(self, build: Any, record: JsonRecord) -> Iterator[Row]:
        return built(build, record, self._base, self._report, self._part)

    def _status(self, record: JsonRecord) -> Iterator[Row]:
        local, address = id_of(record.value.get("id")), text_of(record.value.get("uri"))
        if local and address:
            self._address[local] = address
        yield from self._built(partial(row_of_status, addresses=self._address), record)
        shared = record.value.get("reblog")
        if isinstance(shared, dict) and _is_status(shared):
            yield from self._status(record.at("reblog"))

    def _notification(self, record: JsonRecord) -> Iterator[Row]:
        """Yield the status that a notification is about; the notification itself is none."""
        if isinstance(record.value.get("status"), dict):
            yield from self._status(record.at("status"))
        elif isinstance(record.value.get("report"), dict):
            yield from self._built(self._row_of_report, record.at("report"))
        else:
            self._report.control += 1  # follows and the like

    def _event(self, record: JsonRecord) -> Iterator[Row]:
        event, payload = text_of(record.value.get("event")), record.value.get("payload")
        if event == "delete":
            self._deleted(record, payload)
            return
        if event in _WITH_TEXT and isinstance(payload, str):
            try:
                payload = orjson.loads(payload)
            except orjson.JSONDecodeError:
                payload = None
        if event == "notification" and isinstance(payload, dict):
            payload = payload.get("status")  # a follow has none and is no post
        if not isinstance(payload, dict) or not _is_status(payload):
            if event in {"update", "status.update"}:
                self._report.refuse(self._part.at(record.locator), "record_malformed")
            else:
                self._report.control += 1
            return
        # The payload is text inside the line: the line is the record.
        yield from self._status(JsonRecord(payload, record.locator, record.raw))

    def _deleted(self, record: JsonRecord, local: object) -> None:
        self._report.control += 1
        # The stream names only a number; whoever listened knows the address and put it beside.
        address = self._address.get(str(local)) or text_of(record.value.get("status_uri"))
        if address is None:
            self._report.note("a deletion names only a number of its own server; its post is not in this file")
            return
        event: Row = {"record_key": f"activitypub:{address}", "event": "deleted_by_author"}
        if record.value.get("basis") == "absent":
            event["event"] = "deleted_unknown"  # nobody said so: it was asked for and is not there
        event |= {name: self._base[name] for name in ("source_format", "source_sha256", "member_path")}
        record.locate(event)
        event.pop("flags", None)
        self._report.events.append(event)

    def _row_of_report(self, record: JsonRecord, row: Row) -> Row:
        value = record.value
        local = id_of(value.get("id"))
        if local is None:
            raise Unusable("id_missing")
        row["native_id"], row["record_key"] = f"report/{local}", f"activitypub:report/{local}"
        statuses = [text_of(dict_of(item).get("uri")) for item in listed(value.get("statuses"))]
        known = [self._address.get(str(item)) for item in listed(value.get("status_ids"))]
        account = dict_of(value.get("target_account"))
        addresses = [text_of(account.get("uri")) or text_of(account.get("url")), *statuses, *known]
        put_report(row, list(dict.fromkeys(address for address in addresses if address)))
        unknown = [str(item) for item in listed(value.get("status_ids")) if str(item) not in self._address]
        if unknown and not any(statuses):
            row["target_unresolved"] = "statuses " + ", ".join(unknown)
        if isinstance(value.get("comment"), str):
            put_reading(row, read_text(value["comment"], entities=False))
        if isinstance(value.get("created_at"), str):
            put_moment(row, value["created_at"], iso_time(value["created_at"]))
        side(row, category=text_of(value.get("category")))
        return row


def row_of_status(record: JsonRecord, row: Row, addresses: dict[str, str]) -> Row:
    """Return the row of a status; a boost holds no words of whoever boosts."""
    status = record.value
    put_id(row, status.get("uri"))
    account = dict_of(status.get("account"))
    handle = text_of(account.get("acct"))
    identity = text_of(account.get("uri")) or text_of(account.get("url"))
    row |= {"author_id": identity, "author_handle": handle, "author_display": text_of(account.get("display_name"))}
    row["author_basis"] = "platform_id" if identity else "handle_only" if handle else "none"
    put_published(row, status.get("created_at"))
    check_clock(row, mastodon_time(id_of(status.get("id"))))
    row["edited_at"] = iso_time(status["edited_at"]).us if isinstance(status.get("edited_at"), str) else None
    row["visibility"] = _VISIBLE.get(str(status.get("visibility")), "unknown")
    shared = status.get("reblog")
    if isinstance(shared, dict):
        row |= {"relation": "repost", "share_of": key("activitypub", shared.get("uri"))}
        return row
    put_html(row, status.get("content"))
    _put_links(row, status, addresses)
    put_counts(
        row,
        likes=status.get("favourites_count"),
        reposts=status.get("reblogs_count"),
        replies=status.get("replies_count"),
        quotes=status.get("quotes_count"),
    )
    if text_of(status.get("language")):
        row["language"], row["language_basis"] = status["language"], "platform"
    side(row, content_warning=text_of(status.get("spoiler_text")))
    return row


def _put_links(row: Row, status: dict[str, Any], addresses: dict[str, str]) -> None:
    row["relation"] = "post"
    replied = id_of(status.get("in_reply_to_id"))
    if replied:
        row["relation"] = "reply"
        row["reply_to"] = key("activitypub", addresses.get(replied))
        row["target_unresolved"] = None if row["reply_to"] else f"status {replied} of this server"
    quoted = dict_of(dict_of(status.get("quote")).get("quoted_status"))
    if text_of(quoted.get("uri")):
        row["relation"], row["quote_of"] = "quote", key("activitypub", quoted["uri"])
    row["mentions"] = [
        mention(identity=text_of(item.get("url")), handle=text_of(item.get("acct")))
        for item in listed(status.get("mentions"))
        if isinstance(item, dict)
    ]
    row["attachments"] = [
        attachment(text_of(item.get("url")), text_of(item.get("type")), text_of(item.get("description")))
        for item in listed(status.get("media_attachments"))
        if isinstance(item, dict)
    ]

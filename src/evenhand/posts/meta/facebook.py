"""Facebook's items as rows."""

from __future__ import annotations

from typing import Any

from evenhand.posts.fields import (
    Unusable,
    attachment,
    dict_of,
    flag,
    link,
    listed,
    number,
    put_counts,
    put_moment,
    put_text,
    side,
    text_of,
)
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.meta.mojibake import Mending
from evenhand.posts.record import Row
from evenhand.posts.times import epoch_time


def _item(record: JsonRecord) -> dict[str, Any]:
    if not isinstance(record.value, dict) or not record.value:
        raise Unusable("record_malformed")
    return record.value


def put_seconds(row: Row, *stamps: object) -> None:
    """Fill the time from the first Unix time that says something; a later one that differs is kept beside it."""
    found = [stamp for stamp in map(number, stamps) if stamp]
    if found:
        put_moment(row, found[0], epoch_time(found[0]))
        others = [stamp for stamp in found[1:] if stamp != found[0]]
        side(row, outer_timestamp=str(others[0]) if others else None)


def _inner(item: dict[str, Any], name: str) -> dict[str, Any]:
    return next(
        (dict_of(part[name]) for part in listed(item.get("data")) if isinstance(part, dict) and name in part), {}
    )


def row_of_comment(record: JsonRecord, row: Row, mending: Mending) -> Row:
    """Return the row of a comment; what it answers is only a sentence in the language of the account."""
    item = _item(record)
    comment = _inner(item, "comment")
    row |= {"record_kind": "comment", "relation": "reply", "author_display": mending.plain(comment.get("author"))}
    put_seconds(row, comment.get("timestamp"), item.get("timestamp"))
    if isinstance(comment.get("comment"), str):
        put_text(row, mending.read(comment["comment"]))
    row["target_unresolved"] = mending.plain(text_of(item.get("title")))
    if text_of(comment.get("group")):
        side(row, group=mending.plain(comment["group"]))
        row["visibility"] = "group"
    row["attachments"], row["urls"] = _attached(item, mending)
    return row


def row_of_post(record: JsonRecord, row: Row, mending: Mending) -> Row:
    """Return the row of a post on one's own page or in a group."""
    item = _item(record)
    row["relation"] = "post"
    text = next(
        (part["post"] for part in listed(item.get("data")) if isinstance(part, dict) and text_of(part.get("post"))),
        None,
    )
    put_seconds(row, item.get("timestamp"))
    if text is not None:
        put_text(row, mending.read(text))
    updated = next((number(part["update_timestamp"]) for part in listed(item.get("data")) if _has(part)), None)
    row["edited_at"] = epoch_time(updated).us if updated else None
    row["target_unresolved"] = mending.plain(text_of(item.get("title")))
    row["attachments"], row["urls"] = _attached(item, mending)
    return row


def _has(part: Any) -> bool:
    return isinstance(part, dict) and "update_timestamp" in part


def row_of_post_or_like(record: JsonRecord, row: Row, mending: Mending) -> Row:
    """Return the row of an item of a bare list: a post, or one of the newest likes with its localised labels."""
    item = _item(record)
    if "label_values" not in item:
        if "timestamp" not in item:
            raise Unusable("record_not_recognised")
        return row_of_post(record, row, mending)
    values = [part for part in listed(item["label_values"]) if isinstance(part, dict)]
    row |= {"record_kind": "reaction", "relation": "react"}
    put_seconds(row, item.get("timestamp"), *(part.get("timestamp_value") for part in values))
    said = [mending.plain(part.get("value")) for part in values if text_of(part.get("value"))]
    addresses = [text_of(part.get("href")) for part in values]
    row["urls"] = [link(address) for address in addresses if address]
    row["target_unresolved"] = mending.plain(text_of(item.get("title"))) or next((word for word in said if word), None)
    flag(row, "key_guessed")
    return row


def row_of_reaction(record: JsonRecord, row: Row, mending: Mending) -> Row:
    """Return the row of a reaction: no words, and its target only in a sentence."""
    item = _item(record)
    reaction = _inner(item, "reaction")
    row |= {"record_kind": "reaction", "relation": "react", "author_display": mending.plain(reaction.get("actor"))}
    put_seconds(row, item.get("timestamp"))
    row["target_unresolved"] = mending.plain(text_of(item.get("title")))
    side(row, reaction=text_of(reaction.get("reaction")))
    return row


def row_of_message(record: JsonRecord, row: Row, mending: Mending) -> Row:
    """Return the row of a message; one that was taken back is deleted by its author."""
    message = _item(record)
    row |= {"record_kind": "message", "relation": "post", "visibility": "direct", "author_basis": "display_name_only"}
    row["author_display"] = mending.plain(text_of(message.get("sender_name")))
    stamp = number(message.get("timestamp_ms"))
    if stamp:
        put_moment(row, stamp, epoch_time(stamp))
    if isinstance(message.get("content"), str):
        put_text(row, mending.read(message["content"]))
    if message.get("is_unsent") is True:
        row["deletion_state"] = "deleted_by_author"
    counted: dict[str, int] = {}
    for item in listed(message.get("reactions")):
        name = mending.plain(dict_of(item).get("reaction"))
        if name:
            counted[name] = counted.get(name, 0) + 1
    if counted:
        put_counts(row, reactions=counted)
    row["urls"] = [link(shared) for shared in [text_of(dict_of(message.get("share")).get("link"))] if shared]
    row["attachments"] = [
        attachment(text_of(item.get("uri")))
        for name in ("photos", "videos", "audio_files", "files", "gifs")
        for item in listed(message.get(name))
        if isinstance(item, dict)
    ]
    row["container"] = mending.thread or "messages"
    return row


def _attached(item: dict[str, Any], mending: Mending) -> tuple[list[Row], list[Row]]:
    media, urls = [], []
    for group in listed(item.get("attachments")):
        for part in listed(dict_of(group).get("data")):
            address = text_of(dict_of(dict_of(part).get("external_context")).get("url"))
            if address:
                urls.append(link(address))
            uri = text_of(dict_of(dict_of(part).get("media")).get("uri"))
            if uri:
                media.append(attachment(uri, None, mending.plain(part["media"].get("title"))))
    return media, urls

"""Instagram's and Threads' items as rows. Keys of `string_map_data` are localised, so values decide."""

from __future__ import annotations

from typing import Any

from evenhand.posts.fields import Unusable, attachment, dict_of, flag, link, listed, number, put_text, side, text_of
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.meta.facebook import put_seconds
from evenhand.posts.meta.mojibake import Mending
from evenhand.posts.record import Row


def row_of_comment(record: JsonRecord, row: Row, mending: Mending) -> Row:
    """Return the row of a comment of any generation."""
    item = dict_of(record.value)
    row |= {"record_kind": "comment", "relation": "reply"}
    if "string_map_data" in item:
        _put_map(row, dict_of(item["string_map_data"]), mending)
        return row
    said = next((part for part in listed(item.get("string_list_data")) if isinstance(part, dict)), None)
    if said is None:
        raise Unusable("record_malformed")
    put_seconds(row, said.get("timestamp"))
    if isinstance(said.get("value"), str):
        put_text(row, mending.read(said["value"]))
    row["target_unresolved"] = mending.plain(text_of(item.get("title")))
    row["urls"] = [link(address) for address in [text_of(said.get("href"))] if address]
    return row


def _put_map(row: Row, found: dict[str, Any], mending: Mending) -> None:
    """Fill a row from values whose keys are in the language of the account."""
    parts = {str(name): dict_of(part) for name, part in found.items()}
    named = {name for name in ("Comment", "Media Owner", "Time") if name in parts}
    put_seconds(row, *(part.get("timestamp") for part in parts.values()))
    if "Comment" in named:
        text, owner = parts["Comment"].get("value"), parts.get("Media Owner", {}).get("value")
    else:
        values = [text_of(part.get("value")) for part in parts.values() if not number(part.get("timestamp"))]
        free = sorted((value for value in values if value), key=len)
        text, owner = (free[-1] if free else None), (free[0] if len(free) > 1 else None)
        flag(row, "key_guessed")
    if isinstance(text, str):
        put_text(row, mending.read(text))
    row["target_unresolved"] = mending.plain(text_of(owner))
    if not parts:
        raise Unusable("record_malformed")


def row_of_like(record: JsonRecord, row: Row, mending: Mending) -> Row:
    """Return the row of a like: no words; whose medium it was is all that is known."""
    item = dict_of(record.value)
    said = next((part for part in listed(item.get("string_list_data")) if isinstance(part, dict)), None)
    if said is None:
        raise Unusable("record_malformed")
    row |= {"record_kind": "reaction", "relation": "like"}
    put_seconds(row, said.get("timestamp"))
    row["target_unresolved"] = mending.plain(text_of(item.get("title")))
    row["urls"] = [link(address) for address in [text_of(said.get("href"))] if address]
    return row


def row_of_post_or_comment(record: JsonRecord, row: Row, mending: Mending) -> Row:
    """Return the row of an item of a bare list."""
    item = dict_of(record.value)
    if "string_map_data" in item:
        return row_of_comment(record, row, mending)
    return _row_of_media(item, row, mending)


def _row_of_media(item: dict[str, Any], row: Row, mending: Mending) -> Row:
    media = [part for part in listed(item.get("media")) if isinstance(part, dict)]
    if not media:
        raise Unusable("record_not_recognised")
    row["relation"] = "post"
    # Of one medium the caption stands at the medium, of several outside.
    caption = media[0].get("title") if len(media) == 1 and not text_of(item.get("title")) else item.get("title")
    put_seconds(row, media[0].get("creation_timestamp"), item.get("creation_timestamp"))
    if isinstance(caption, str):
        put_text(row, mending.read(caption))
    row["attachments"] = [attachment(text_of(part.get("uri"))) for part in media if text_of(part.get("uri"))]
    return row


def row_of_thread(record: JsonRecord, row: Row, mending: Mending) -> Row:
    """Return the row of a post on Threads; whether it is a reply is said, to what is not."""
    item = dict_of(record.value)
    row = _row_of_media(item, row, mending)
    app = dict_of(listed(item["media"])[0].get("text_app_post") or listed(item["media"])[0].get("text_post_app_post"))
    if app.get("is_reply") is True:
        row["relation"] = "reply"
    side(row, reply_control=text_of(app.get("reply_control")))
    return row

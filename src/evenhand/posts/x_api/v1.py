"""A v1.1 tweet as a row: REST, search and stream forms."""

from __future__ import annotations

from typing import Any

from evenhand.posts.fields import counts, put_text, side
from evenhand.posts.id_times import x_time
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.reading_form import read_text
from evenhand.posts.record import Row
from evenhand.posts.times import check_clock
from evenhand.posts.x_api.shapes import exact_id
from evenhand.posts.x_common import (
    attachments,
    handle_of_retweet,
    is_cut_retweet,
    key,
    links,
    mentions,
    put_time,
)


def row_of_v1(record: JsonRecord, base: Row) -> Row | str:
    """Return the row of a v1.1 tweet, or the reason code why there is none."""
    tweet = record.value
    native_id = tweet.get("id_str")
    if not isinstance(native_id, str) or not native_id:
        return "id_destroyed" if isinstance(native_id, float) else "id_missing"
    row = base | {"record_key": f"x:{native_id}", "native_id": native_id, "visibility": "public", "flags": []}
    record.locate(row)
    _put_author(row, tweet.get("user"))
    put_time(row, tweet.get("created_at"))
    check_clock(row, x_time(native_id))
    _put_text(row, tweet)
    _put_relation(row, tweet)
    row["counts"] = counts(
        likes=tweet.get("favorite_count"),
        reposts=tweet.get("retweet_count"),
        replies=tweet.get("reply_count"),
        quotes=tweet.get("quote_count"),
    )
    if row["counts"]:
        row["counts_precision"] = "exact"
    if isinstance(tweet.get("lang"), str):
        row["language"], row["language_basis"] = tweet["lang"], "platform"
    return row


def _put_author(row: Row, user: object) -> None:
    if not isinstance(user, dict):
        return
    author_id = exact_id(user)
    row["author_id"] = author_id
    row["author_handle"] = _text(user.get("screen_name"))
    row["author_display"] = _text(user.get("name"))
    row["author_basis"] = "platform_id" if author_id else "handle_only" if row["author_handle"] else "none"
    if user.get("protected") is True:
        row["visibility"] = "followers"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def full_text(tweet: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Return the longest text a v1.1 object holds, and the entities that belong to it."""
    extended = tweet.get("extended_tweet")
    for holder, field in ((extended, "full_text"), (tweet, "full_text"), (tweet, "text")):
        if isinstance(holder, dict) and isinstance(holder.get(field), str):
            entities = holder.get("entities") or tweet.get("entities")
            return holder[field], entities if isinstance(entities, dict) else {}
    return None, {}


def _put_text(row: Row, tweet: dict[str, Any]) -> None:
    text, entities = full_text(tweet)
    if text is None:
        return
    reading = read_text(text, entities=True)
    put_text(row, reading)
    row["mentions"] = mentions(entities, reading)
    row["urls"] = links(entities)
    media = tweet.get("extended_entities") or entities
    row["attachments"] = attachments(media.get("media")) if isinstance(media, dict) else []
    if tweet.get("truncated") is True and not isinstance(tweet.get("extended_tweet"), dict):
        row["truncated"], row["truncated_reason"] = True, "stream_140"


def _put_relation(row: Row, tweet: dict[str, Any]) -> None:
    shared = tweet.get("retweeted_status")
    quoted = tweet.get("quoted_status")
    quoted_id = tweet.get("quoted_status_id_str") or (exact_id(quoted) if isinstance(quoted, dict) else None)
    replied = tweet.get("in_reply_to_status_id_str")
    row["reply_to"] = key(replied)
    if isinstance(shared, dict):
        row["relation"] = "repost"
        row["share_of"] = key(exact_id(shared))
        _put_target_text(row, shared)
        row["truncated"] = is_cut_retweet(row.get("text_norm") or "")
        row["truncated_reason"] = "rt_prefix_140" if row["truncated"] else None
    elif handle_of_retweet(row.get("text_norm") or "", _entities(tweet)):
        row["relation"] = "repost"
    elif quoted_id:
        row["relation"] = "quote"
        row["quote_of"] = key(quoted_id)
        if isinstance(quoted, dict):
            _put_target_text(row, quoted)
    elif replied or tweet.get("in_reply_to_user_id_str"):
        row["relation"] = "reply"
        row["target_unresolved"] = None if replied else tweet.get("in_reply_to_screen_name")
    if isinstance(tweet.get("in_reply_to_user_id_str"), str):
        row.setdefault("side", {})["reply_to_author"] = tweet["in_reply_to_user_id_str"]


def _entities(tweet: dict[str, Any]) -> dict[str, Any]:
    entities = tweet.get("entities")
    return entities if isinstance(entities, dict) else {}


def _put_target_text(row: Row, target: dict[str, Any]) -> None:
    """Keep what the other post says, beside the row: it is context, never the words of this author."""
    text, _ = full_text(target)
    if text is not None:
        user = target.get("user")
        user = user if isinstance(user, dict) else {}
        side(row, target_text=read_text(text, entities=True).norm)
        side(row, target_author=exact_id(user), target_handle=_text(user.get("screen_name")))

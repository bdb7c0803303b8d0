"""A tweet of an archive as a row: ids, counts and offsets are text there, and the author is the owner."""

from __future__ import annotations

from typing import Any

from evenhand.posts.fields import counts, put_text
from evenhand.posts.reading_form import read_text
from evenhand.posts.record import Row
from evenhand.posts.times import iso_time
from evenhand.posts.x_archive.members import Element
from evenhand.posts.x_archive.notes import Notes
from evenhand.posts.x_common import (
    STATUS_LINK,
    attachments,
    handle_of_retweet,
    is_cut_retweet,
    key,
    links,
    mentions,
    put_time,
)


def row_of_tweet(element: Element, row: Row, notes: Notes, *, gone: bool) -> Row | str:
    """Return the row of a tweet of the owner, or the reason code why there is none.

    `row` already holds owner and place. `gone`: it comes from the table of deleted tweets.
    """
    wrapped = element.value.get("tweet") if isinstance(element.value, dict) else None
    tweet = wrapped if isinstance(wrapped, dict) else element.value
    if not isinstance(tweet, dict):
        return "record_malformed"
    native_id = tweet.get("id_str") or tweet.get("id")
    if not isinstance(native_id, str) or not native_id:
        return "id_missing" if native_id is None else "id_destroyed"
    row |= {"record_key": f"x:{native_id}", "native_id": native_id, "flags": []}
    part = element.inner(tweet, "tweet") if wrapped is tweet else element
    part.put_hash(row)
    row["locator"] = part.locator
    put_time(row, tweet.get("created_at"))
    entities = tweet.get("entities")
    _put_content(row, tweet, entities if isinstance(entities, dict) else {}, notes)
    row["counts"] = counts(likes=tweet.get("favorite_count"), reposts=tweet.get("retweet_count"))
    row["counts_precision"] = "exact" if row["counts"] else None
    if isinstance(tweet.get("lang"), str):
        row["language"], row["language_basis"] = tweet["lang"], "platform"
    _put_edit(row, tweet.get("edit_info"))
    if gone:
        _put_deletion(row, tweet.get("deleted_at"))
    return row


def _put_content(row: Row, tweet: dict[str, Any], entities: dict[str, Any], notes: Notes) -> None:
    text = tweet.get("full_text") or tweet.get("text")
    if isinstance(text, str):
        reading = read_text(text, entities=True)
        put_text(row, reading)
        row["mentions"] = mentions(entities, reading)
    row["urls"] = links(entities)
    media = tweet.get("extended_entities") or entities
    row["attachments"] = attachments(media.get("media")) if isinstance(media, dict) else []
    _put_relation(row, tweet, entities)
    if row["relation"] != "repost":
        notes.join(row)


def _put_relation(row: Row, tweet: dict[str, Any], entities: dict[str, Any]) -> None:
    norm = row.get("text_norm") or ""
    replied = tweet.get("in_reply_to_status_id_str")
    row["relation"] = "post"
    if handle_of_retweet(norm, entities):
        row["relation"] = "repost"
        if is_cut_retweet(norm):
            row["truncated"], row["truncated_reason"] = True, "rt_prefix_140"
        return
    if replied or tweet.get("in_reply_to_user_id_str"):
        row["relation"], row["reply_to"] = "reply", key(replied)
        row["target_unresolved"] = None if replied else tweet.get("in_reply_to_screen_name")
        if isinstance(tweet.get("in_reply_to_user_id_str"), str):
            row["side"] = {"reply_to_author": tweet["in_reply_to_user_id_str"]}
    quoted = _quoted(entities)
    if quoted:
        row["relation"], row["quote_of"] = "quote", f"x:{quoted}"


def _quoted(entities: dict[str, Any]) -> str | None:
    """Return the id of the post that the last link leads to: that is how an archive shows a quote."""
    urls = entities.get("urls")
    last = urls[-1] if isinstance(urls, list) and urls else None
    full = last.get("expanded_url") if isinstance(last, dict) else None
    match = STATUS_LINK.fullmatch(full) if isinstance(full, str) else None
    return match.group(1) if match else None


def _put_edit(row: Row, edit: object) -> None:
    initial = edit.get("edit", edit.get("initial")) if isinstance(edit, dict) else None
    first = initial.get("initialTweetId") if isinstance(initial, dict) else None
    if isinstance(first, str) and first != row["native_id"]:
        row["edit_of"] = f"x:{first}"


def _put_deletion(row: Row, deleted_at: object) -> None:
    row["deletion_state"] = "deleted_by_author"
    if isinstance(deleted_at, str):
        row["deleted_at"] = iso_time(deleted_at).us or _x(deleted_at)


def _x(text: str) -> int | None:
    probe: Row = {}
    put_time(probe, text)
    return probe.get("claimed_at")

"""A v2 tweet as a row: on a page with its includes, or flattened with them inlined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from evenhand.posts.fields import counts, listed, put_text, side
from evenhand.posts.id_times import x_time
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.reader import Report
from evenhand.posts.reading_form import Reading, read_text, to_norm
from evenhand.posts.record import Row
from evenhand.posts.times import check_clock, iso_time
from evenhand.posts.x_api.shapes import exact_id
from evenhand.posts.x_common import key, links, offsets

_NO_TWEET = frozenset({"user", "media", "place", "poll", "list", "space"})


class Page:
    """What a v2 page says beside its tweets: users, other tweets, media, and when it was fetched."""

    def __init__(self, page: dict[str, Any]) -> None:
        includes = page.get("includes")
        includes = includes if isinstance(includes, dict) else {}
        self.users = _by(includes.get("users"), "id")
        self.tweets = _by(includes.get("tweets"), "id")
        self.media = _by(includes.get("media"), "media_key")
        self.retrieved = _retrieved(page)


def _by(items: object, name: str) -> dict[str, dict[str, Any]]:
    return {str(item[name]): item for item in listed(items) if isinstance(item, dict) and name in item}


def _retrieved(holder: dict[str, Any]) -> int | None:
    """Return when a collector fetched this, as twarc writes it, in microseconds."""
    twarc = holder.get("__twarc")
    at = twarc.get("retrieved_at") if isinstance(twarc, dict) else None
    return iso_time(at).us if isinstance(at, str) else None


def row_of_v2(record: JsonRecord, base: Row, page: Page) -> Row | str:
    """Return the row of a v2 tweet, or the reason code why there is none."""
    tweet = record.value
    native_id = exact_id(tweet)
    if native_id is None:
        return "id_destroyed" if isinstance(tweet.get("id"), float) else "id_missing"
    row = base | {"record_key": f"x:{native_id}", "native_id": native_id, "visibility": "public", "flags": []}
    record.locate(row)
    _put_author(row, tweet, page)
    _put_time(row, tweet.get("created_at"))
    check_clock(row, x_time(native_id))
    row["observed_at"] = _retrieved(tweet) or page.retrieved
    _put_text(row, tweet)
    _put_relation(row, tweet, page)
    _put_counts(row, tweet.get("public_metrics"))
    row["attachments"] = _attachments(tweet.get("attachments"), page)
    row["thread_root"] = key(tweet.get("conversation_id"))
    if isinstance(tweet.get("lang"), str):
        row["language"], row["language_basis"] = tweet["lang"], "platform"
    return row


def _put_author(row: Row, tweet: dict[str, Any], page: Page) -> None:
    author_id = exact_id(tweet, "author_id")
    inlined = tweet.get("author")
    user = inlined if isinstance(inlined, dict) else page.users.get(author_id or "", {})
    row["author_id"] = author_id
    row["author_handle"] = _text(user.get("username"))
    row["author_display"] = _text(user.get("name"))
    row["author_basis"] = "platform_id" if author_id else "handle_only" if row["author_handle"] else "none"
    if user.get("protected") is True:
        row["visibility"] = "followers"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _put_time(row: Row, created_at: object) -> None:
    if isinstance(created_at, str):
        moment = iso_time(created_at)
        row["claimed_at_raw"], row["claimed_at"], row["tz_status"] = created_at, moment.us, moment.status
        row["claimed_at_local"] = moment.local
        row["flags"] += moment.flags


def whole_text(tweet: dict[str, Any]) -> tuple[str | None, dict[str, Any], bool]:
    """Return (text, entities, whether it is the long form) of a v2 object."""
    note = tweet.get("note_tweet")
    if isinstance(note, dict) and isinstance(note.get("text"), str):
        return note["text"], _dict(note.get("entities")) or _dict(tweet.get("entities")), True
    return _text(tweet.get("text")), _dict(tweet.get("entities")), False


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _put_text(row: Row, tweet: dict[str, Any]) -> None:
    text, entities, _ = whole_text(tweet)
    if text is None:
        return
    reading = read_text(text, entities=True)
    put_text(row, reading)
    row["mentions"] = _mentions(entities, reading)
    row["urls"] = links(entities)


def _mentions(entities: dict[str, Any], reading: Reading) -> list[dict[str, Any]]:
    shift = to_norm(reading.map) if reading.map else None
    found = []
    for item in listed(entities.get("mentions")):
        if isinstance(item, dict):
            start, end = offsets((item.get("start"), item.get("end")), shift)
            found.append({"id": exact_id(item), "handle": _text(item.get("username")), "start": start, "end": end})
    return found


# Beside a row: the words of the post that a column refers to, who wrote it by id, and by handle.
_SAID = {
    "reply_to": ("parent_text", "reply_to_author", "reply_to_handle"),
    "quote_of": ("target_text", "target_author", "target_handle"),
    "share_of": ("target_text", "target_author", "target_handle"),
}


def _put_relation(row: Row, tweet: dict[str, Any], page: Page) -> None:
    # A quote that is also a reply is charged once, with its own words; both links stay.
    for kind, column, relation in (
        ("replied_to", "reply_to", "reply"),
        ("quoted", "quote_of", "quote"),
        ("retweeted", "share_of", "repost"),
    ):
        reference = _reference(tweet, kind)
        if reference is None:
            continue
        row["relation"] = relation
        row[column] = key(exact_id(reference))
        target = reference if "text" in reference else page.tweets.get(str(reference.get("id")), {})
        text, _, _ = whole_text(target)
        if text is not None:
            words, author_id, handle = _SAID[column]
            user = target.get("author")
            author = exact_id(target, "author_id")
            user = user if isinstance(user, dict) else page.users.get(author or "", {})
            said = {words: read_text(text, entities=True).norm, author_id: author, handle: _text(user.get("username"))}
            side(row, **said)
    replied_author = exact_id(tweet, "in_reply_to_user_id")
    if replied_author:
        row.setdefault("side", {})["reply_to_author"] = replied_author
        row.setdefault("relation", "reply")
    if row.get("relation") == "repost" and (row.get("text_norm") or "").endswith("…"):
        row["truncated"], row["truncated_reason"] = True, "rt_prefix_140"


def _reference(tweet: dict[str, Any], kind: str) -> dict[str, Any] | None:
    for item in listed(tweet.get("referenced_tweets")):
        if isinstance(item, dict) and item.get("type") == kind:
            return item
    return None


def _put_counts(row: Row, metrics: object) -> None:
    if not isinstance(metrics, dict):
        return
    row["counts"] = counts(
        likes=metrics.get("like_count"),
        reposts=metrics.get("retweet_count"),
        replies=metrics.get("reply_count"),
        quotes=metrics.get("quote_count"),
        views=metrics.get("impression_count"),
    )
    if row["counts"]:
        row["counts_precision"], row["counts_as_of"] = "exact", row["observed_at"]


def _attachments(attached: object, page: Page) -> list[dict[str, Any]]:
    if not isinstance(attached, dict):
        return []
    inlined = [item for item in listed(attached.get("media")) if isinstance(item, dict)]
    media = inlined or [page.media.get(str(name), {}) for name in listed(attached.get("media_keys"))]
    return [{"name": None, "media_type": item.get("type"), "sha256": None, "uri": item.get("url")} for item in media]


def rows_of_errors(parts: Iterable[JsonRecord], base: Row, report: Report) -> Iterator[Row]:
    """Yield a row without text for each tweet a page names as not available; other errors are control."""
    for part in parts:
        error = part.value
        native_id = _missing_id(error)
        if native_id is None:
            report.control += 1
            continue
        row = base | {"record_key": f"x:{native_id}", "native_id": native_id, "author_basis": "hidden"}
        part.locate(row)
        row["deletion_state"] = _state(error)
        yield row


def _missing_id(error: object) -> str | None:
    if not isinstance(error, dict) or error.get("resource_type") in _NO_TWEET:
        return None
    return exact_id(error, "resource_id") or exact_id(error, "value")


def _state(error: dict[str, Any]) -> str:
    words = " ".join(str(error.get(name, "")) for name in ("type", "title", "detail")).lower()
    if "suspended" in words:
        return "account_suspended"
    if "not-authorized" in words or "authoriz" in words or "authoris" in words:
        return "withheld"
    return "deleted_unknown"

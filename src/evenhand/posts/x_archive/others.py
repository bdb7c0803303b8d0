"""Likes, direct messages and the headers of deleted tweets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evenhand.posts.fields import put_text, side
from evenhand.posts.ids import SyntheticIds
from evenhand.posts.reader import Report
from evenhand.posts.reading_form import read_text
from evenhand.posts.record import Row
from evenhand.posts.times import iso_time, x_time
from evenhand.posts.x_archive.members import Element


class Deletions:
    """What of an archive is deleted: a header whose tweet is there adds nothing but the fact."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    def note(self, row: Row) -> None:
        """Remember a tweet that is there with its text."""
        self._held.add(row["record_key"])

    def rows_of_header(self, element: Element, row: Row, report: Report) -> Iterator[Row]:
        """Yield a row for a deleted tweet that we only know of; for one we hold, report the event."""
        value = element.value
        header = value.get("tweet", value) if isinstance(value, dict) else None
        native_id = header.get("tweet_id") if isinstance(header, dict) else None
        if not isinstance(header, dict) or not isinstance(native_id, str) or not native_id:
            report.refuse(element.full_locator, "record_malformed")
            return
        element.put_hash(row)
        row |= {"record_key": f"x:{native_id}", "native_id": native_id}
        deleted_at = _time(header.get("deleted_at"))
        if row["record_key"] in self._held:
            report.merged += 1
            report.events.append(_event(row, deleted_at))
            return
        self._held.add(row["record_key"])
        created = header.get("created_at")
        claimed = _time(created)
        row |= {"deletion_state": "never_held", "deleted_at": deleted_at, "claimed_at": claimed}
        row["claimed_at_raw"] = created if isinstance(created, str) else None
        row["tz_status"] = "utc" if claimed is not None else "none"
        yield row


def _event(row: Row, deleted_at: int | None) -> Row:
    names = ("record_key", "source_format", "source_sha256", "member_path", "locator", "raw_record_sha256")
    return {name: row[name] for name in names} | {"event": "deleted_by_author", "claimed_at": deleted_at}


def _time(value: object) -> int | None:
    if not isinstance(value, str):
        return None
    us = x_time(value)
    return iso_time(value).us if us is None else us


def row_of_like(element: Element, row: Row, ids: SyntheticIds, report: Report) -> Iterator[Row]:
    """Yield the row of a like: no text of the owner, no time; the liked text stays beside it as context.

    A like has no id of its own: it gets a synthetic one.
    """
    like = element.value.get("like") if isinstance(element.value, dict) else None
    target = like.get("tweetId") if isinstance(like, dict) else None
    if not isinstance(like, dict) or not isinstance(target, str) or not target:
        report.refuse(element.full_locator, "record_malformed")
        return
    part = element.inner(like, "like")
    part.put_hash(row)
    row |= {
        "record_kind": "reaction",
        "relation": "like",
        "share_of": f"x:{target}",
        "id_is_synthetic": True,
        "locator": part.locator,
    }
    row["native_id"] = ids.make(row, "like")
    row["record_key"] = f"x:{row['native_id']}"
    if isinstance(like.get("fullText"), str):
        side(row, target_text=read_text(like["fullText"], entities=True).norm)
    yield row


def rows_of_conversation(element: Element, row: Row, report: Report) -> Iterator[Row]:
    """Yield a row per message of a conversation, each `direct`: quarantined until a person releases it."""
    conversation = element.value.get("dmConversation") if isinstance(element.value, dict) else None
    messages = conversation.get("messages") if isinstance(conversation, dict) else None
    if not isinstance(messages, list):
        report.refuse(element.full_locator, "record_malformed")
        return
    thread = conversation.get("conversationId") if isinstance(conversation, dict) else None
    for index, message in enumerate(messages):
        part = element.inner(message, f"dmConversation/messages/{index}")
        created = message.get("messageCreate") if isinstance(message, dict) else None
        if isinstance(created, dict) and isinstance(created.get("id"), str):
            yield _row_of_message(part, row | {"locator": part.locator}, created, thread)
        elif isinstance(message, dict) and message and not isinstance(created, dict):
            report.control += 1  # joins, leaves and name changes of a group
        else:
            report.refuse(part.full_locator, "record_malformed")


def _row_of_message(part: Element, row: Row, created: dict[str, Any], thread: object) -> Row:
    part.put_hash(row)
    sender = created.get("senderId")
    row |= {
        "native_id": created["id"],
        "record_key": f"x:{created['id']}",
        "record_kind": "message",
        "relation": "post",
        "visibility": "direct",
        "flags": list(row.get("flags", ())),
        "thread_root": f"x:{thread}" if isinstance(thread, str) else None,
    }
    if sender != row.get("author_id"):
        row |= {"author_id": sender if isinstance(sender, str) else None, "author_handle": None}
        row |= {"author_display": None, "author_basis": "platform_id"}
    if isinstance(created.get("text"), str):
        put_text(row, read_text(created["text"], entities=False))
    if isinstance(created.get("createdAt"), str):
        moment = iso_time(created["createdAt"])
        row |= {"claimed_at_raw": created["createdAt"], "claimed_at": moment.us, "tz_status": moment.status}
    return row

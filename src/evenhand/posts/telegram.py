"""Reader of Telegram Desktop's JSON export: one chat, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

import orjson

from evenhand.posts.documents import elements
from evenhand.posts.fields import (
    attachment,
    dict_of,
    flag,
    id_of,
    link,
    listed,
    mention,
    number,
    put_counts,
    put_moment,
    put_text,
    side,
    text_of,
)
from evenhand.posts.ids import SyntheticIds
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.part_reader import PartReader, built
from evenhand.posts.parts import Part
from evenhand.posts.reader import Report
from evenhand.posts.reading_form import Reading, encode, read_text
from evenhand.posts.record import Row
from evenhand.posts.said import by_keys
from evenhand.posts.times import Moment, epoch_time, iso_time

_LISTS: Final = ("messages", "chats.list.*.messages", "left_chats.list.*.messages")
_NEEDED: Final = frozenset({"id", "type"})  # without them nobody knows which message it is, or that it is private
_VISIBLE: Final = {"personal_chat": "direct", "bot_chat": "direct", "saved_messages": "direct"}
_MEDIA: Final = ("photo", "file", "contact_vcard")


class Telegram(PartReader):
    """Ids count within one chat; a chat's name and number stand beside its messages."""

    source_format = "telegram/1"
    platform = "telegram"
    note = "An export shows no deleted message; a null author is an account that is gone."

    def known(self, value: Any) -> str | None:
        """Return by what this is an export of Telegram."""
        if not isinstance(value, dict):
            return None
        if "chats" in value and (
            "about" in value or "list" in dict_of(value["chats"]) or "personal_information" in value
        ):
            return by_keys("chats")
        messages = value.get("messages")
        if "messages" not in value or "type" not in value or "participants" in value:
            return None
        first = next((item for item in listed(messages) if isinstance(item, dict)), {})
        dated = "date" in first or "date_unixtime" in first
        return by_keys("messages", "type", "date") if dated or not listed(messages) else None

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per message and service line."""
        base = self.base(part) | {"record_kind": "message"}
        ids = SyntheticIds(base["member_sha256"])
        zone = part.source.choices.timezone
        for record in elements(part, report, *_LISTS, needs=_NEEDED):
            yield from built(partial(_row, ids=ids, zone=zone), record, base, report, part)


def _row(record: JsonRecord, row: Row, *, ids: SyntheticIds, zone: str | None) -> Row:
    message, beside = record.value, record.beside or {}
    if not isinstance(message, dict):
        raise TypeError("a message is an object")
    chat = id_of(beside.get("id")) or ""
    _put_author(row, message)
    raw, moment = _moment(message, zone)
    if raw is not None:
        put_moment(row, raw, moment)
    row["visibility"] = _visibility(beside)
    row["relation"] = "post"
    _put_words(row, message)
    _put_links(row, message, chat)
    edited = message.get("edited_unixtime")
    row["edited_at"] = epoch_time(int(edited)).us if isinstance(edited, str) and edited.isdecimal() else None
    _put_reactions(row, message.get("reactions"))
    row["attachments"] = [
        attachment(message[name], text_of(message.get("mime_type"))) for name in _MEDIA if text_of(message.get(name))
    ]
    side(row, chat=text_of(beside.get("name")))
    if message.get("type") == "service":
        row |= {"record_kind": "system", "relation": "system"}
        side(row, action=text_of(message.get("action")))
    _put_key(row, message.get("id"), chat, ids)
    return row


def _put_key(row: Row, native: object, chat: str, ids: SyntheticIds) -> None:
    local = id_of(native)
    if isinstance(native, float):
        raise ValueError("id_destroyed")
    if local is None:
        row["id_is_synthetic"] = True
        row["native_id"] = ids.make(row, f"chat {chat}")
    else:
        row["native_id"] = f"{chat}/{local}"
    row["record_key"] = f"telegram:{row['native_id']}"


def _put_author(row: Row, message: dict[str, Any]) -> None:
    service = message.get("type") == "service"
    identity = id_of(message.get("actor_id" if service else "from_id"))
    name = text_of(message.get("actor" if service else "from"))
    row |= {"author_id": identity, "author_display": name}
    row["author_basis"] = "platform_id" if identity else "display_name_only" if name else "none"
    if "from" in message and message["from"] is None:
        flag(row, "author_gone")


def _moment(message: dict[str, Any], zone: str | None) -> tuple[str | None, Moment]:
    """Return (time as the source has it, time as read): the Unix time wins over the local one."""
    unix, local = message.get("date_unixtime"), message.get("date")
    if isinstance(unix, str) and unix.isdecimal() and len(unix) < 16:
        return unix, epoch_time(int(unix))
    return (local, iso_time(local, zone=zone)) if isinstance(local, str) else (None, Moment())


def _visibility(beside: Mapping[str, Any]) -> str:
    kind = str(beside.get("type") or "")
    return "public" if kind.startswith("public") else _VISIBLE.get(kind, "group" if kind else "unknown")


def _put_words(row: Row, message: dict[str, Any]) -> None:
    """Fill the text: a string, or a list of runs whose texts are joined; the raw form is the list itself."""
    text = message.get("text")
    if isinstance(text, str):
        runs: list[Any] = listed(message.get("text_entities")) or [text]
        if text:
            put_text(row, read_text(text, entities=False))
    elif isinstance(text, list):
        runs = text
        joined = read_text("".join(_words(run) for run in runs), entities=False)
        raw = encode(orjson.dumps(text, option=orjson.OPT_SORT_KEYS).decode())
        put_text(row, Reading(raw, joined.norm, None, ("joined_runs", *joined.steps), joined.flags))
    else:
        return
    if "".join(map(_words, runs)) == (row.get("text_norm") or ""):
        _put_runs(row, runs)


def _words(run: Any) -> str:
    if isinstance(run, str):
        return run
    text = dict_of(run).get("text")
    return text if isinstance(text, str) else ""


def _put_runs(row: Row, runs: list[Any]) -> None:
    mentions, links, at = [], [], 0
    for run in runs:
        words, kind = _words(run), dict_of(run).get("type")
        place = (at, at + len(words))
        if kind == "mention":
            mentions.append(mention(handle=words.removeprefix("@"), at=place))
        elif kind == "mention_name":
            mentions.append(mention(identity=id_of(run.get("user_id")), at=place))
        elif kind == "link":
            links.append(link(words, words))
        elif kind == "text_link" and text_of(run.get("href")):
            links.append(link(run["href"], words))
        at += len(words)
    row["mentions"], row["urls"] = mentions, links


def _put_links(row: Row, message: dict[str, Any], chat: str) -> None:
    replied = id_of(message.get("reply_to_message_id"))
    if replied:
        peer = id_of(message.get("reply_to_peer_id"))
        row |= {"relation": "reply", "reply_to": f"telegram:{_bare(peer) if peer else chat}/{replied}"}
    if "forwarded_from" in message:
        # The words are somebody else's: the sender is kept beside them, never as their author.
        side(row, forwarded_by=row["author_id"] or row["author_display"], origin=text_of(message["forwarded_from"]))
        origin = text_of(message["forwarded_from"])
        row |= {"relation": "forward", "author_id": id_of(message.get("forwarded_from_id")), "author_display": origin}
        row["author_basis"] = "platform_id" if row["author_id"] else "display_name_only" if origin else "none"


def _bare(peer: str) -> str:
    return peer.removeprefix("channel").removeprefix("chat").removeprefix("user")


def _put_reactions(row: Row, reactions: object) -> None:
    counted: dict[str, int] = {}
    for item in listed(reactions):
        count = number(dict_of(item).get("count"))
        name = text_of(dict_of(item).get("emoji")) or text_of(dict_of(item).get("type"))
        if name and count is not None:
            counted[name] = counted.get(name, 0) + count
    if counted:
        put_counts(row, reactions=counted)

"""Reader of Slack's export: a zip with a folder per channel and a file per day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from evenhand.posts.documents import elements
from evenhand.posts.fields import (
    Unusable,
    attachment,
    dict_of,
    flag,
    link,
    listed,
    mention,
    put_moment,
    put_text,
    side,
    text_of,
)
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.part_reader import PartReader, built, safely, value_of_member
from evenhand.posts.parts import Part
from evenhand.posts.reader import Head, Report, Sign
from evenhand.posts.reading_form import Reading, encode, read_text
from evenhand.posts.record import Row
from evenhand.posts.times import epoch_time

_TABLES: Final = {"channels.json": "group", "groups.json": "group", "dms.json": "direct", "mpims.json": "group"}
_MARKUP: Final = re.compile(r"<([^<>\n]{1,2000})>")
_TS: Final = re.compile(r"\d{9,11}\.\d{1,9}")
_SYSTEM: Final = frozenset(
    {"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "bot_add"}
)
_SYSTEM_MORE: Final = frozenset({"bot_remove", "channel_archive", "channel_unarchive", "group_join", "group_leave"})
_GONE: Final = frozenset({"tombstone", "message_deleted"})


class Slack(PartReader):
    """Everybody's messages in the channels of one workspace; who is who stands in users.json."""

    source_format = "slack/1"
    platform = "slack"
    note = "Private channels and direct messages are in an export only if the workspace's plan allows it."

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if the archive lists channels and users at its top."""
        tops = {path.rpartition("/")[2] for path in head.members if path.count("/") <= 1}
        if "users.json" in tops and not tops.isdisjoint(_TABLES):
            return Sign(self.source_format, 1.0, ("a zip with users.json and a list of channels",))
        return None

    def known(self, value: Any) -> str | None:
        """Return None: what Slack writes is only known by the whole archive."""
        return None

    def all_rows(self, parts: dict[str, Part], report: Report) -> Iterator[Row]:
        """Yield a row per message and per reaction of a person."""
        room = _Workspace(parts, report)
        for path, part in parts.items():
            folder, _, name = path.rpartition("/")
            if name.endswith(".json") and name not in room.tables:
                yield from safely(self._day(part, room, folder.rpartition("/")[2], report), part, report)

    def _day(self, part: Part, room: _Workspace, folder: str, report: Report) -> Iterator[Row]:
        channel, visibility = room.channels.get(folder, (folder, "group"))
        base = self.base(part) | {"record_kind": "message", "visibility": visibility}
        for record in elements(part, report, ""):

            def message(record: JsonRecord, row: Row) -> Row:
                return _row_of_message(record, row, room, channel)

            made = list(built(message, record, base, report, part))
            yield from made
            for row in made:
                side(row, channel=folder)
                yield from _reactions(record, row, base, room, part)


class _Workspace:
    """Who is who and which folder is which channel."""

    def __init__(self, parts: dict[str, Part], report: Report) -> None:
        self.tables = {"users.json", "integration_logs.json", "canvases.json", *_TABLES}
        self.report = report
        self.users: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, tuple[str, str]] = {}
        self.team = ""
        for path, part in parts.items():
            name = path.rpartition("/")[2]
            if name == "users.json" or name in _TABLES:
                for item in listed(value_of_member(part, report)):
                    self._take(name, dict_of(item))

    def _take(self, name: str, item: dict[str, Any]) -> None:
        identity = text_of(item.get("id"))
        if identity is None:
            return
        if name == "users.json":
            self.users[identity] = item
            self.team = self.team or text_of(item.get("team_id")) or ""
        else:
            self.channels[text_of(item.get("name")) or identity] = (identity, _TABLES[name])

    def name_of(self, user: str | None) -> str | None:
        """Return what a user is called: the name shown, never the address."""
        profile = dict_of(self.users.get(user or "", {}).get("profile"))
        return text_of(profile.get("display_name")) or text_of(profile.get("real_name"))


def _row_of_message(record: JsonRecord, row: Row, room: _Workspace, channel: str) -> Row:
    message = record.value
    ts = message.get("ts")
    if isinstance(ts, float):
        raise Unusable("id_destroyed")
    if not isinstance(ts, str) or not _TS.fullmatch(ts):
        raise Unusable("id_missing")
    row["native_id"] = f"{room.team}/{channel}/{ts}"
    row["record_key"] = f"slack:{row['native_id']}"
    seconds, _, fraction = ts.partition(".")
    moment = epoch_time(int(seconds))
    us = None if moment.us is None else moment.us + int(fraction[:6].ljust(6, "0"))
    put_moment(row, ts, moment._replace(us=us))
    user = text_of(message.get("user")) or text_of(message.get("bot_id"))
    handle = text_of(room.users.get(user or "", {}).get("name"))
    named = text_of(message.get("username"))
    row |= {"author_id": user, "author_handle": handle, "author_display": room.name_of(user) or named}
    row["author_basis"] = "platform_id" if user else "display_name_only" if named else "none"
    _put_kind(row, message)
    _put_thread(row, message, f"slack:{room.team}/{channel}/")
    edited = dict_of(message.get("edited")).get("ts")
    if isinstance(edited, str) and _TS.fullmatch(edited):
        row["edited_at"] = epoch_time(int(edited.partition(".")[0])).us
    if isinstance(message.get("text"), str):
        _put_words(row, message["text"])
    row["attachments"] = [
        attachment(None, text_of(item.get("mimetype")), text_of(item.get("name")))
        for item in listed(message.get("files"))
        if isinstance(item, dict)
    ]
    return row


def _put_kind(row: Row, message: dict[str, Any]) -> None:
    kind = message.get("subtype")
    if kind in _GONE:
        row["deletion_state"] = "deleted_unknown"
    elif kind in _SYSTEM or kind in _SYSTEM_MORE:
        row |= {"relation": "system", "record_kind": "system"}
    elif kind == "bot_message":
        flag(row, "bot")
    row.setdefault("relation", "post")


def _put_thread(row: Row, message: dict[str, Any], scope: str) -> None:
    root = message.get("thread_ts")
    if not isinstance(root, str) or not _TS.fullmatch(root):
        return
    row["thread_root"] = scope + root
    if root != message.get("ts") and row["relation"] == "post":
        row |= {"relation": "reply", "reply_to": scope + root}


def _put_words(row: Row, text: str) -> None:
    """Fill the text: markup is resolved before entities, so that a typed `&lt;@U1&gt;` stays text."""
    pieces: list[str] = []
    mentions, links = [], []
    last = length = 0
    steps: dict[str, None] = {}
    flags: dict[str, None] = {}

    def add(piece: str) -> tuple[int, int]:
        nonlocal length
        reading = read_text(piece, entities=True)
        steps.update(dict.fromkeys(reading.steps))
        flags.update(dict.fromkeys(reading.flags))
        pieces.append(reading.norm)
        length += len(reading.norm)
        return length - len(reading.norm), length

    for match in _MARKUP.finditer(text):
        add(text[last : match.start()])
        last = match.end()
        target, _, label = match.group(1).partition("|")
        if target.startswith("@"):
            mentions.append(mention(identity=target[1:], at=add("@" + (label or target[1:]))))
        elif target.startswith("#"):
            add("#" + (label or target[1:]))
        elif target.startswith("!"):
            add("@" + (label or target[1:]).removeprefix("@"))
        else:
            at = add(label or target)
            links.append(link(read_text(target, entities=True).norm, "".join(pieces)[at[0] : at[1]]))
    add(text[last:])
    if len(pieces) > 1:
        steps["slack_markup"] = None
        put_text(row, Reading(encode(text), "".join(pieces), None, tuple(steps), tuple(flags)))
    else:
        put_text(row, read_text(text, entities=True))
    row["mentions"], row["urls"] = mentions, links


def _reactions(record: JsonRecord, row: Row, base: Row, room: _Workspace, part: Part) -> Iterator[Row]:
    """Yield a row per person and reaction: an act of theirs, without words."""
    reactions = dict_of(record.value).get("reactions")
    for place, item in enumerate(listed(reactions)):
        name = text_of(dict_of(item).get("name"))
        for at, user in enumerate(listed(dict_of(item).get("users"))):
            inner = f"{row['locator']}/reactions/{place}/users/{at}"
            if not isinstance(user, str) or not name:
                room.report.refuse(part.at(inner), "record_malformed")
                continue
            made = base | {
                "record_kind": "reaction",
                "relation": "react",
                "share_of": row["record_key"],
                "locator": inner,
            }
            made |= {"author_id": user, "author_display": room.name_of(user), "author_basis": "platform_id"}
            made |= {"raw_record_sha256": row["raw_record_sha256"], "id_is_synthetic": True, "side": {"reaction": name}}
            made["native_id"] = f"{row['native_id']}/{name}/{user}"
            yield made | {"record_key": f"slack:{made['native_id']}"}

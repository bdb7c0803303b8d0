"""Reader of DiscordChatExporter's JSON: one channel a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from evenhand.posts.documents import elements
from evenhand.posts.fields import (
    attachment,
    dict_of,
    flag,
    id_of,
    key,
    link,
    listed,
    mention,
    number,
    put_counts,
    put_id,
    put_moment,
    put_text,
    side,
    text_of,
)
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.part_reader import PartReader, built
from evenhand.posts.parts import Part
from evenhand.posts.reader import Report
from evenhand.posts.reading_form import read_text
from evenhand.posts.record import Row
from evenhand.posts.said import by_keys
from evenhand.posts.times import iso_time

_NEEDED = frozenset({"channel.type"})  # without it nobody knows which messages are private
_WRITTEN = frozenset({"Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "ThreadStarterMessage", "0", "19"})


class Discord(PartReader):
    """A channel as somebody could see it: deleted messages are simply absent."""

    source_format = "discord/1"
    platform = "discord"
    provenance = "third_party_collection"
    note = "A deleted message is absent; a later export of the same channel shows that it is gone."

    def known(self, value: Any) -> str | None:
        """Return by what this is an export of a channel."""
        is_one = isinstance(value, dict) and {"guild", "channel", "messages"} <= value.keys()
        return by_keys("guild", "channel", "messages") if is_one else None

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per message; warn if the file counts other than it holds."""
        found, beside = 0, {}
        base = self.base(part) | {"record_kind": "message"}
        for record in elements(part, report, "messages", needs=_NEEDED):
            found += 1
            beside = dict_of(record.beside)
            yield from built(partial(_row, beside=beside), record, base, report, part)
        announced = number(beside.get("messageCount"))
        if announced is not None and announced != found:
            report.note_count(announced, found, part.path)


def _row(record: JsonRecord, row: Row, beside: Mapping[str, Any]) -> Row:
    message = record.value
    put_id(row, message.get("id"))
    author = dict_of(message.get("author"))
    identity, handle = id_of(author.get("id")), text_of(author.get("name"))
    row |= {"author_id": identity, "author_handle": handle, "author_display": text_of(author.get("nickname"))}
    row["author_basis"] = "platform_id" if identity else "handle_only" if handle else "none"
    if author.get("isBot") is True:
        flag(row, "bot")
    if isinstance(message.get("timestamp"), str):
        put_moment(row, message["timestamp"], iso_time(message["timestamp"]))
    if isinstance(message.get("timestampEdited"), str):
        row["edited_at"] = iso_time(message["timestampEdited"]).us
    row["visibility"] = "direct" if "Direct" in str(beside.get("channel.type") or "") else "group"
    if isinstance(message.get("content"), str):
        put_text(row, read_text(message["content"], entities=False))
    _put_relation(row, message)
    row["mentions"] = [
        mention(identity=id_of(item.get("id")), handle=text_of(item.get("name")))
        for item in listed(message.get("mentions"))
        if isinstance(item, dict)
    ]
    row["urls"] = [
        link(item["url"], text_of(item.get("title")))
        for item in listed(message.get("embeds"))
        if isinstance(item, dict) and text_of(item.get("url"))
    ]
    row["attachments"] = [
        attachment(text_of(item.get("url")), None, text_of(item.get("fileName")))
        for item in listed(message.get("attachments"))
        if isinstance(item, dict)
    ]
    _put_reactions(row, message.get("reactions"))
    side(row, guild=text_of(beside.get("guild.name")), channel=text_of(beside.get("channel.name")))
    return row


def _put_relation(row: Row, message: dict[str, Any]) -> None:
    row["relation"] = "post" if str(message.get("type")) in _WRITTEN else "system"
    if row["relation"] == "system":
        row["record_kind"] = "system"
    target = id_of(dict_of(message.get("reference")).get("messageId"))
    if target and str(message.get("type")) in {"Reply", "19"}:
        row |= {"relation": "reply", "reply_to": key("discord", target)}
    elif target and row["relation"] == "post" and not row.get("text_norm"):
        row |= {"relation": "forward", "share_of": key("discord", target)}


def _put_reactions(row: Row, reactions: object) -> None:
    counted: dict[str, int] = {}
    for item in listed(reactions):
        emoji = dict_of(dict_of(item).get("emoji"))
        name, count = text_of(emoji.get("name")) or id_of(emoji.get("id")), number(dict_of(item).get("count"))
        if name and count is not None:
            counted[name] = counted.get(name, 0) + count
    if counted:
        put_counts(row, reactions=counted)

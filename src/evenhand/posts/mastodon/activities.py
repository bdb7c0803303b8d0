"""ActivityPub objects as rows: notes, announces, likes and flags."""

from __future__ import annotations

from typing import Any, Final

import orjson

from evenhand.posts.fields import (
    Unusable,
    attachment,
    dict_of,
    key,
    link,
    listed,
    mention,
    put_id,
    put_moment,
    side,
    text_of,
)
from evenhand.posts.fields import put_text as put_reading
from evenhand.posts.html_text import read_html
from evenhand.posts.ids import SyntheticIds
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.record import Row
from evenhand.posts.times import iso_time

PUBLIC: Final = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
KNOWN_ELSEWHERE: Final = frozenset(
    {"Delete", "Tombstone", "Undo", "Update", "Move", "Follow", "Accept", "Add", "Remove"}
)
"""Activities that are no post: they count as control."""
_QUOTES: Final = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")


def row_of_activity(record: JsonRecord, row: Row, owner: Row) -> Row:
    """Return the row of a Create or Announce of an outbox."""
    activity = dict_of(record.value)
    kind, target = activity.get("type"), activity.get("object")
    if kind == "Announce":
        return _announce(activity, row)
    if kind == "Create" and isinstance(target, dict):
        return row_of_note(target, row, actor=activity.get("actor"), owner=owner)
    if kind in {"Note", "Question", "Article"}:
        return row_of_note(activity, row, actor=None, owner=owner)
    raise Unusable("record_not_recognised")


def _announce(activity: dict[str, Any], row: Row) -> Row:
    put_id(row, activity.get("id"))
    target = activity.get("object")
    address = target if isinstance(target, str) else dict_of(target).get("id")
    if not text_of(address):
        raise Unusable("record_malformed")
    row |= {"relation": "repost", "share_of": key("activitypub", address), "visibility": visibility_of(activity)}
    _put_author(row, activity.get("actor"), {})
    put_published(row, activity.get("published"))
    return row


def row_of_note(note: dict[str, Any], row: Row, *, actor: object, owner: Row) -> Row:
    """Return the row of a note; words quoted stay beside it."""
    put_id(row, note.get("id"))
    _put_author(row, note.get("attributedTo") or actor, owner)
    put_published(row, note.get("published"))
    row["edited_at"] = iso_time(note["updated"]).us if isinstance(note.get("updated"), str) else None
    put_html(row, note.get("content"))
    row["visibility"] = visibility_of(note)
    row["relation"] = "post"
    if text_of(note.get("inReplyTo")):
        row["relation"], row["reply_to"] = "reply", key("activitypub", note["inReplyTo"])
    quoted = next((note[name] for name in _QUOTES if text_of(note.get(name))), None)
    if quoted:
        row["relation"], row["quote_of"] = "quote", key("activitypub", quoted)
    row["mentions"] = [
        mention(identity=text_of(tag.get("href")), handle=(text_of(tag.get("name")) or "").removeprefix("@") or None)
        for tag in listed(note.get("tag"))
        if isinstance(tag, dict) and tag.get("type") == "Mention"
    ]
    row["attachments"] = [
        attachment(text_of(item.get("url")), text_of(item.get("mediaType")), text_of(item.get("name")))
        for item in listed(note.get("attachment"))
        if isinstance(item, dict)
    ]
    side(row, content_warning=text_of(note.get("summary")))
    return row


def put_html(row: Row, content: object) -> None:
    """Fill the text of a row from HTML; the `RE:` line of a quote is packaging (in place)."""
    if isinstance(content, str):
        reading, row["urls"] = read_html(content, hidden=("quote-inline",))
        put_reading(row, reading)


def put_published(row: Row, published: object) -> None:
    """Fill the time of a row (in place)."""
    if isinstance(published, str):
        put_moment(row, published, iso_time(published))


def _put_author(row: Row, actor: object, owner: Row) -> None:
    author = text_of(actor)
    if author and author != row.get("author_id"):
        row |= {"author_id": author, "author_handle": None, "author_display": None, "author_basis": "platform_id"}
        if author == owner.get("author_id") or not owner:
            row["author_basis"] = "archive_owner"


def visibility_of(item: dict[str, Any]) -> str:
    """Return who could see an item: public in `to`, unlisted in `cc`, else followers, else direct."""
    to, copied = _addresses(item.get("to")), _addresses(item.get("cc"))
    if not to.isdisjoint(PUBLIC):
        return "public"
    if not copied.isdisjoint(PUBLIC):
        return "unlisted"
    if any(address.endswith("/followers") for address in to | copied):
        return "followers"
    return "direct" if "to" in item or "cc" in item else "unknown"


def _addresses(value: object) -> set[str]:
    return {address for address in ([value] if isinstance(value, str) else listed(value)) if isinstance(address, str)}


def row_of_like(record: JsonRecord, row: Row) -> Row:
    """Return the row of a like: no text, no time; one address is liked once, so its id is made of it."""
    address = text_of(record.value)
    if address is None:
        raise Unusable("record_malformed")
    row |= {"record_kind": "reaction", "relation": "like", "share_of": key("activitypub", address)}
    row |= {"id_is_synthetic": True}
    row["native_id"] = SyntheticIds(row["member_sha256"]).make(row, f"like {address}")
    row["record_key"] = f"activitypub:{row['native_id']}"
    return row


def row_of_flag(record: JsonRecord, row: Row) -> Row:
    """Return the row of a `Flag`: a report from another server; its actor is the server, not the person."""
    flag = dict_of(record.value)
    put_id(row, flag.get("id"))
    found = flag.get("object")
    targets = [found] if isinstance(found, (str, dict)) else listed(found)
    addresses = [address for item in targets if (address := text_of(dict_of(item).get("id") or item))]
    put_report(row, addresses)
    content = flag.get("content") if isinstance(flag.get("content"), str) else flag.get("summary")
    if isinstance(content, str):
        put_html(row, content)
        row["urls"] = [*row["urls"], *_links(addresses)]
    put_published(row, flag.get("published"))
    return row


def put_report(row: Row, addresses: list[str]) -> None:
    """Fill what reports share: who reports stays hidden, what is reported is linked (in place)."""
    row |= {"record_kind": "report", "relation": "report", "author_basis": "hidden", "author_id": None}
    row |= {"author_handle": None, "author_display": None, "urls": _links(addresses)}
    side(row, targets=orjson.dumps(addresses).decode() if addresses else None)


def _links(addresses: list[str]) -> list[Row]:
    return [link(address, None, key("activitypub", address)) for address in addresses]

"""A record of the AT Protocol as a row: posts, reposts and likes, wherever they were found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from evenhand.posts.fields import (
    Unusable,
    attachment,
    dict_of,
    key,
    link,
    listed,
    mention,
    put_moment,
    put_text,
    side,
    text_of,
)
from evenhand.posts.reading_form import Reading, read_text, to_norm
from evenhand.posts.record import Row
from evenhand.posts.times import iso_time

POST: Final = "app.bsky.feed.post"
ACTS: Final = {
    "app.bsky.feed.repost": "repost",
    "app.bsky.feed.like": "like",
    "app.bsky.feed.vote": "like",  # before 2023; only those with direction "up"
}


def is_act(collection: str, record: Any) -> bool:
    """Return whether a record is a post, a repost or a like, the kinds that become rows."""
    if collection == "app.bsky.feed.vote":
        return dict_of(record).get("direction") == "up"
    return collection == POST or collection in ACTS


def put_uri(row: Row, uri: object) -> None:
    """Fill id and key of a row from an at-uri (in place)."""
    if not isinstance(uri, str) or not uri.startswith("at://"):
        raise Unusable("id_missing")
    row["native_id"], row["record_key"] = uri, f"bluesky:{uri}"


def put_record(row: Row, collection: str, record: Any) -> Row:
    """Fill a row with what a record says, and return it; the author is whoever's repository holds it."""
    if not isinstance(record, dict):
        raise Unusable("record_malformed")
    created = record.get("createdAt")
    if isinstance(created, str):
        put_moment(row, created, iso_time(created))
    row["visibility"] = "public"
    if collection == POST:
        _put_post(row, record)
        return row
    row |= {"relation": ACTS[collection], "share_of": _subject(record)}
    if row["relation"] == "like":
        row["record_kind"] = "reaction"
    return row


def _subject(record: dict[str, Any]) -> str | None:
    return key("bluesky", text_of(dict_of(record.get("subject")).get("uri")))


def _put_post(row: Row, record: dict[str, Any]) -> None:
    text = record.get("text")
    if isinstance(text, str):
        reading = read_text(text, entities=False)
        put_text(row, reading)
        _put_facets(row, record.get("facets"), reading)
    row["relation"] = "post"
    reply = dict_of(record.get("reply"))
    parent, root = (text_of(dict_of(reply.get(name)).get("uri")) for name in ("parent", "root"))
    if parent:
        row |= {"relation": "reply", "reply_to": key("bluesky", parent), "thread_root": key("bluesky", root)}
    _put_embed(row, dict_of(record.get("embed")))
    language = next((text for text in listed(record.get("langs")) if isinstance(text, str) and text), None)
    if language:
        row["language"], row["language_basis"] = language, "platform"
    said = [text_of(dict_of(label).get("val")) for label in listed(dict_of(record.get("labels")).get("values"))]
    side(row, labels=", ".join(label for label in said if label) or None)


def _put_embed(row: Row, embed: dict[str, Any]) -> None:
    kind = str(embed.get("$type") or "")
    quoted = dict_of(embed.get("record"))
    if kind.startswith("app.bsky.embed.recordWithMedia"):
        quoted, embed = dict_of(quoted.get("record")), dict_of(embed.get("media"))
    uri = text_of(quoted.get("uri"))
    if uri:
        # A quote that is also a reply is charged once, with its own words; both links stay.
        row |= {"relation": "quote", "quote_of": key("bluesky", uri)}
    external = text_of(dict_of(embed.get("external")).get("uri"))
    if external:
        row["urls"] = [*row.get("urls", ()), link(external, text_of(embed["external"].get("title")))]
    row["attachments"] = [
        attachment(None, text_of(dict_of(item.get("image")).get("mimeType")), text_of(item.get("alt")))
        for item in listed(embed.get("images"))
        if isinstance(item, dict)
    ]


def _put_facets(row: Row, facets: object, reading: Reading) -> None:
    """Turn the byte offsets of facets into code points of text_norm: links and mentions."""
    place = _places(reading)
    mentions, links = [], []
    for facet in listed(facets):
        index = dict_of(dict_of(facet).get("index"))
        start, end = place(index.get("byteStart")), place(index.get("byteEnd"))
        for feature in listed(dict_of(facet).get("features")):
            kind = str(dict_of(feature).get("$type") or "")
            if kind.endswith("#mention"):
                at = (start, end) if start is not None and end is not None else None
                mentions.append(mention(identity=text_of(feature.get("did")), at=at))
            elif kind.endswith("#link") and text_of(feature.get("uri")):
                shown = reading.norm[start:end] if start is not None and end is not None else None
                links.append(link(feature["uri"], shown))
    row["mentions"], row["urls"] = mentions, links


def _places(reading: Reading) -> Callable[[object], int | None]:
    """Return what turns an offset in UTF-8 bytes into one in code points of text_norm; None where it fits none."""
    shift = to_norm(reading.map) if reading.map else None

    def place(offset: object) -> int | None:
        if type(offset) is not int or not 0 <= offset <= len(reading.raw):
            return None
        points = len(reading.raw[:offset].decode("utf-8", "ignore"))
        return shift(points) if shift else points

    return place

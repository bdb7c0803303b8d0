"""What somebody shares from their phone into their own shield: a link, words, pictures; and how it is read.

The record is a small JSON document of our own (`share/1`). A picture stands in it by its digest alone; its bytes lie
elsewhere, sealed. Nothing here is fetched and no picture is read: what could not be read is counted as such.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.evidence.item_id import canonical_item
from evenhand.posts import Direction, Report, Row, Sign, Source
from evenhand.posts.fields import attachment, link, put_text
from evenhand.posts.ids import SyntheticIds
from evenhand.posts.json_bytes import Malformed, loads_exact
from evenhand.posts.json_records import JsonRecord
from evenhand.posts.reader import Head
from evenhand.posts.reading_form import read_text

FORM: Final = "share/1"
MOST_IMAGES: Final = 20
MOST_TEXT: Final = 10_000
_URL: Final = re.compile(r"https?://[^\s<>\"]+|at://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Picture:
    """A shared picture: which sealed object holds it, its SHA-256 (hex), what it is."""

    object: str
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A link and words, as they were shared; either may be empty."""

    url: str = ""
    text: str = ""

    @classmethod
    def of(cls, *, title: str = "", text: str = "", url: str = "") -> Shared:
        """Return what a phone shared: it puts a link into any of the three, with words of its own beside it.

        Raises UsageError for words that are too long and for a link that is no public address.
        """
        words = "\n".join(part for part in dict.fromkeys((title.strip(), text.strip())) if part)
        if len(words) > MOST_TEXT or len(url) > MOST_TEXT:
            raise UsageError(f"this is longer than {MOST_TEXT:,} characters", mend="Share the link, or a screenshot.")
        found = None if url.strip() else _URL.search(words)
        address = found[0] if found else url.strip()
        if address:
            canonical_item(address)
        return cls(address, words.replace(address, "").strip() if address else words)

    @property
    def is_empty(self) -> bool:
        """Whether there is neither link nor words."""
        return not self.url and not self.text


def record_of(shared: Shared, pictures: Sequence[Picture], *, draft: str) -> bytes:
    """Return the record to import. `draft`: an id of its own, so that sharing the same twice stays two acts."""
    images = [{"object": p.object, "sha256": p.sha256, "media_type": p.media_type} for p in pictures]
    record = {"form": FORM, "id": draft, "url": shared.url, "text": shared.text, "images": images}
    return json.dumps(record, ensure_ascii=True, sort_keys=True).encode()


class Share:
    """The reader of such a record: one row for the link, one for the words, one for each picture."""

    source_format = FORM
    direction = Direction.INCOMING

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if the record says that it is one."""
        is_one = head.start.startswith(b'{"form": "share/1"')
        return Sign(FORM, 1.0, ("form share/1",)) if is_one else None

    def needs_basis(self, head: Head) -> bool:
        """Return False: it is what a person handed in about themselves."""
        return False

    def rows(self, source: Source, report: Report) -> Iterator[Row]:
        """Yield the rows of a record."""
        with source.open() as stream:
            data = stream.read()
        try:
            value = loads_exact(data)
        except Malformed:
            value = None
        if not isinstance(value, dict) or value.get("form") != FORM:
            report.refuse("jp:", "record_not_recognised")
            return
        record, ids = JsonRecord(value, ""), SyntheticIds(source.sha256)
        base = _base(source)
        if value.get("url"):
            yield _located(record.at("url"), base | _link(value["url"]))
        if value.get("text"):
            yield _located(record.at("text"), _numbered(base | _words(value["text"]), ids, value["id"]))
        for part in record.at("images").parts():
            yield _located(part, _numbered(base | _picture(part.value), ids, value["id"]))


def _base(source: Source) -> Row:
    return {
        "source_format": FORM,
        "source_sha256": source.sha256,
        "member_sha256": source.sha256,
        "provenance_class": "user_statement",
        "author_basis": "none",
        "visibility": "unknown",
    }


def _located(record: JsonRecord, row: Row) -> Row:
    record.locate(row)
    return row


def _link(url: str) -> Row:
    """Return the row of a post of which only its address is known: no words are held, so none were read."""
    item = canonical_item(url)
    platform, _, native_id = item.key.partition(":")
    if platform == "url":
        platform = "web"
    return {
        "platform": platform, "record_key": f"{platform}:{native_id}", "native_id": native_id, "record_kind": "post",
        "relation": "post", "urls": [link(url)],
        "flags": ["text_not_held", *(["key_provisional"] if item.provisional else [])],
    }  # fmt: skip


def _words(text: str) -> Row:
    row: Row = {"platform": "other", "record_kind": "message", "relation": "post", "author_basis": "claimed"}
    put_text(row, read_text(text, entities=False))
    return row


def _picture(image: dict[str, Any]) -> Row:
    return {
        "platform": "screenshot", "record_kind": "capture", "relation": "post",
        "attachments": [attachment(f"object:{image['object']}", image["media_type"]) | {"sha256": image["sha256"]}],
        "flags": ["picture_not_read"],
    }  # fmt: skip


def _numbered(row: Row, ids: SyntheticIds, draft: str) -> Row:
    row["native_id"] = ids.make(row, draft)
    row["record_key"] = f"{row['platform']}:{row['native_id']}"
    row["id_is_synthetic"] = True
    return row

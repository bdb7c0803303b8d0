"""Where the records that go stand in a file: read again by its own reader, and as the corpus says."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from evenhand.errors import EvenhandError
from evenhand.posts import rows_of
from evenhand.posts.blanking.edits import CannotBlank, Why
from evenhand.posts.reader import ODD, Reader, Report
from evenhand.posts.recognition import Recognised
from evenhand.posts.record import Row

_SEARCHED: Final = 64
"""How many letters of a text are looked for: so that a copy that was cut is found too."""
LEAST: Final = 12
"""A text with fewer letters says nothing where it is found; it is not looked for."""


class Place(NamedTuple):
    """Where a record stands: in which member (None in a file by itself), and where there."""

    member: str | None
    locator: str


@dataclass(slots=True)
class Found:
    """What goes from a file, and what stays in it."""

    places: set[Place] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    media: set[str] = field(default_factory=set)  # the last part of the names of pictures and the like
    ids: set[str] = field(default_factory=set)  # of records: members may be named after them
    records: int = 0
    others: int = 0
    inside: dict[str | None, set[str]] = field(default_factory=lambda: defaultdict(set))  # what stays inside one


def find(recognised: Recognised, posts: Collection[str], known: Mapping[Place, str] = MappingProxyType({})) -> Found:
    """Return where posts (by record key) stand in a file; `records` 0 if nowhere.

    `known`: where the corpus has them, each with the hash of its record: a key that is made of the digest of a file is
    another one in a copy of it. Raises CannotBlank where the file cannot be read again as it was at its import, or
    holds records of other files.
    """
    found, gone = Found(), frozenset(posts)
    for row in rows_again(recognised, found, gone):
        if row["record_key"] in gone or _is_known(row, known, recognised):
            if not _own(row, recognised):
                raise CannotBlank(Why.SHAPE)  # an export of ours names places in the files it was made of
            _take(found, row, recognised)
        else:
            found.others += 1
    if found.records and not found.others:
        raise CannotBlank(Why.ALONE)
    if found.records:
        _note_beside(found, recognised, gone)
        _note_inside(found, recognised)
    return found


def _is_known(row: Row, known: Mapping[Place, str], recognised: Recognised) -> bool:
    digest = known.get(Place(row.get("member_path"), row["locator"])) if known else None
    if digest is None or not _own(row, recognised):
        return False
    if row["raw_record_sha256"] == digest:
        return True
    if not (row.get("text_raw") or b"").strip():
        return False  # blanked by an erasure before
    raise CannotBlank(Why.UNREAD)  # something else stands there: it is not read as it was


def _own(row: Row, recognised: Recognised) -> bool:
    return bool(row.get("source_sha256") == recognised.source.sha256)


def rows_again(recognised: Recognised, found: Found | None = None, gone: Collection[str] = ()) -> Iterator[Row]:
    """Yield the rows of a file; where events name what is `gone`, note their places too."""
    report = Report(recognised.source.name, limit=recognised.source.limits.refused_records)
    try:
        for row in rows_of(recognised, report, imported_at=0):
            _events(report, found, gone)
            yield row
        _events(report, found, gone)
    except (EvenhandError, *ODD, OSError) as error:
        raise CannotBlank(Why.UNREAD) from error


def _events(report: Report, found: Found | None, gone: Collection[str]) -> None:
    for event in report.events if found is not None else ():
        if event["record_key"] in gone:
            assert found is not None
            found.places.add(Place(event.get("member_path"), event["locator"]))
    report.events.clear()


def _take(found: Found, row: Row, recognised: Recognised) -> None:
    found.records += 1
    found.places.add(Place(row.get("member_path"), row["locator"]))
    for ref in row.get("raw_refs") or ():
        if ref["source_sha256"] == recognised.source.sha256:
            found.places.add(Place(ref["member_path"], ref["locator"]))
    if row.get("text_raw"):
        found.texts.add(text_of(row))
    found.ids.add(str(row.get("native_id")))
    for one in row.get("attachments") or ():
        found.media |= {name.rpartition("/")[2] for name in (one.get("name"), one.get("uri")) if name}
    found.media.discard("")


def text_of(row: Row) -> str:
    """Return a row's text as its file has it."""
    encoding = row.get("text_raw_encoding") or "utf-8"
    if encoding == "utf-8-surrogatepass":
        return bytes(row["text_raw"]).decode("utf-8", "surrogatepass")
    return bytes(row["text_raw"]).decode(encoding, "replace")


def _note_beside(found: Found, recognised: Recognised, gone: Collection[str]) -> None:
    """Note where posts that go stand beside the records, where a format lists there what its records refer to."""
    beside = getattr(recognised.reader, "beside", None)
    if beside is None:
        return
    try:
        for locator, text in beside(recognised.source, gone):
            found.places.add(Place(None, locator))
            found.texts |= {text} - {""}
    except (EvenhandError, *ODD, OSError) as error:
        raise CannotBlank(Why.UNREAD) from error


def _note_inside(found: Found, recognised: Recognised) -> None:
    """Note which records that stay stand inside one that goes."""
    if not any(place.locator.startswith(("jp:", "ln:")) for place in found.places):
        return
    for row in rows_again(recognised):
        place = Place(row.get("member_path"), row["locator"])
        if place not in found.places and any(Place(place.member, up) in found.places for up in _above(place.locator)):
            found.inside[place.member].add(place.locator)


def _above(locator: str) -> Iterator[str]:
    """Yield the locators of all values that a JSON value stands in."""
    line, has_pointer, pointer = locator.partition("jp:")
    while has_pointer and "/" in pointer:
        pointer = pointer.rpartition("/")[0]
        yield f"{line}jp:{pointer}"
    if has_pointer and line:
        yield line.removesuffix(";")


def forms_of(text: str) -> set[bytes]:
    """Return how a text may stand in a file: plain, as JSON has it, as a table quotes it; () for a short one."""
    start = text[:_SEARCHED]
    if len(start.strip()) < LEAST:
        return set()
    ascii_only, plain = json.dumps(start)[1:-1], json.dumps(start, ensure_ascii=False)[1:-1]
    forms = {start, plain, ascii_only, plain.replace("/", "\\/"), ascii_only.replace("/", "\\/")}
    forms.add(start.replace('"', '""'))
    found = {form.encode("utf-8", "surrogatepass") for form in forms}
    return found | {start.encode(wide, "surrogatepass") for wide in ("utf-16-le", "utf-16-be")}


def start_of(text: str) -> bytes:
    """Return the letters of a text by which it is looked for, plain."""
    return text[:_SEARCHED].encode("utf-8", "surrogatepass")


def reads(reader: Reader, posts: Collection[str]) -> bool:
    """Return whether a reader's files can hold one of these posts at all: whether it is of their platform."""
    platform = getattr(reader, "platform", None)
    return not platform or any(post.partition(":")[0] in (platform, "other") for post in posts)

"""The proof that a blanked copy is true: every other row is read from it as before, and the words are nowhere in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

from evenhand.posts.blanking.edits import CannotBlank, Why
from evenhand.posts.blanking.finding import Found, Place, forms_of, rows_again, start_of, text_of
from evenhand.posts.blanking.needles import Needles
from evenhand.posts.parts import BROKEN, opened
from evenhand.posts.reader import Report
from evenhand.posts.recognition import Recognised
from evenhand.posts.record import Row

_READ: Final = 1 << 20
Seen = tuple[Place, str, str | None, tuple[Any, ...]]


def check(original: Recognised, copy: Recognised, found: Found) -> int:
    """Return how many other rows stand in the copy as in the original: place, hash of the record, bytes of the text.

    Raises CannotBlank if one does not, if a record that goes still says something, or if its words stand anywhere else.
    """
    rows = 0
    for before, after in zip_longest(_others(original, found), _others(copy, found, strict=True)):
        if before != after:
            raise CannotBlank(Why.OTHERS)
        rows += 1
    if left := _left(copy, found):
        _explain(left, copy, found)
    return rows


def _others(recognised: Recognised, found: Found, *, strict: bool = False) -> Iterator[Seen]:
    for row in rows_again(recognised):
        place = Place(row.get("member_path"), row["locator"])
        if place not in found.places:
            yield _seen(place, row)
        elif strict and (row.get("text_raw") or b"").strip():
            raise CannotBlank(Why.TEXT)


def _seen(place: Place, row: Row) -> Seen:
    raw = row.get("text_raw")
    text = None if raw is None else hashlib.sha256(raw).hexdigest()
    refs = tuple((ref["member_path"], ref["locator"], ref["raw_record_sha256"]) for ref in row.get("raw_refs") or ())
    return place, row["raw_record_sha256"], text, refs


def _left(copy: Recognised, found: Found) -> Counter[str]:
    """Return how often each text that goes stands in the copy, in whatever form."""
    needles = Needles({text: forms_of(text) for text in found.texts})
    left: Counter[str] = Counter()
    if not needles.longest:
        return left
    try:
        with opened(copy.source, Report(copy.source.name)) as parts:
            for part in parts.values():
                with part.open() as stream:
                    _count(stream, needles, left)
    except BROKEN as error:
        raise CannotBlank(Why.UNREAD) from error
    return left


def _count(stream: Any, needles: Needles, left: Counter[str]) -> None:
    held = b""
    while chunk := stream.read(_READ):
        # What stands across two pieces counts once: with the piece in which it ends.
        left.update(needles.count(held + chunk, len(held)))
        held = (held + chunk)[-needles.longest :]


def _explain(left: Counter[str], copy: Recognised, found: Found) -> None:
    """Accept words that other people's records say too, as often as they say them; else raise CannotBlank."""
    needles = Needles({text: {start_of(text)} for text in left})
    said: Counter[str] = Counter()
    for row in rows_again(copy):
        if row.get("text_raw") and Place(row.get("member_path"), row["locator"]) not in found.places:
            said.update(needles.count(text_of(row).encode("utf-8", "surrogatepass")))
    if any(left[text] > said[text] for text in left):
        raise CannotBlank(Why.TEXT)

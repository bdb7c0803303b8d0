"""Covered copies: areas of a picture made black, words of a text taken out, as an object of its own (EVIDENCE §2.5).

The original stays as it is; the copy refers to the leaf by which it came in and commits to its digest. A bundle hands
out the newest covered copy in place of the whole file. Where nothing was covered nothing is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import BinaryIO, Final, cast

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.apart import cover_apart
from evenhand.evidence.uploads import Kind, Stripped
from evenhand.web.cases.models import Upload
from evenhand.web.cases.steps.files import working_copy
from evenhand.web.cases.steps.worth_words import PICTURES
from evenhand.web.record.ids import ActorId
from evenhand.web.vault.objects import derive, derived_of, open_object, read_object
from evenhand.web.vault.queries import kind_of

COVERED: Final = "covered copy"
TEXTS: Final = frozenset({Kind.TEXT, Kind.MAIL})
MARK: Final = "[covered]"
MOST_AREAS: Final = 12
_PURPOSE: Final = "cover parts of a file"
_PACKED: Final = re.compile(rb"content-transfer-encoding:\s*(?:base64|quoted-printable)|=\?[^?\s]+\?[bq]\?", re.I)
_KOREAN: Final = range(0x1160, 0x1200)  # vowels and ends of a syllable, behind its first letter
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class CoveredCopy:
    """One covered copy: its id, what its bytes are, when it was made."""

    id: str
    kind: Kind
    at: datetime


def preview(*, upload: Upload, areas: Sequence[Box], actor: ActorId, ctx: Context) -> tuple[bytes, tuple[int, int]]:
    """Return a picture with areas (x, y, width, height) black, as PNG, and its size. Nothing is kept; a reading.

    Raises UsageError for a file that is not released, no picture, or an area outside it.
    """
    _check(upload, PICTURES)
    with open_object(upload.id, actor=actor, purpose=_PURPOSE, ctx=ctx) as stream:
        boxes = [(x, y, x + width, y + height) for x, y, width, height in areas]
        return cover_apart(cast("BinaryIO", stream), boxes)


def cover_picture(*, upload: Upload, areas: Sequence[Box], actor: ActorId, ctx: Context) -> str:
    """Keep a copy of a picture in which areas are black, and return its id. As `preview`; at least one area."""
    if not areas:
        raise UsageError(_("Name at least one area to cover."))
    data, _size = preview(upload=upload, areas=areas, actor=actor, ctx=ctx)
    return derive(
        of=upload.id, method=COVERED, data=data, kind=Kind.PNG.value, actor=actor, purpose=_PURPOSE, ctx=ctx,
        parameters={"areas": len(areas)}, facts={"areas": [list(area) for area in areas]}, redacted=True,
    )  # fmt: skip


def cover_words(*, upload: Upload, words: Sequence[str], actor: ActorId, ctx: Context) -> str:
    """Keep a copy of a text from which words are taken out wherever they stand, and return its id.

    They are found without regard to capitals, and nothing of them is kept: the document names the places alone, in code
    points of the working copy. Raises UsageError for words that do not stand there, for then something would stay open
    that somebody meant to cover.
    """
    _check(upload, TEXTS)
    text = words_in(upload, actor=actor, ctx=ctx)
    spans = spans_of(text, words)
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], MARK]
        at = end
    data = "".join([*parts, text[at:]]).encode()
    return derive(
        of=upload.id, method=COVERED, data=data, kind=Kind.TEXT.value, actor=actor, purpose=_PURPOSE, ctx=ctx,
        parameters={"spans": len(spans)}, facts={"spans": [list(span) for span in spans]}, redacted=True,
    )  # fmt: skip


def words_in(upload: Upload, *, actor: ActorId, ctx: Context) -> str:
    """Return the text of a file's working copy; a logged reading.

    Raises UsageError for a mail that is packed: a word would be covered where it stands plainly and stay where it is
    written in another way.
    """
    _check(upload, TEXTS)
    data = working_copy(upload=upload, actor=actor, ctx=ctx).data
    if Kind(upload.kind) is Kind.MAIL and _PACKED.search(data):
        said = _("This mail is written in a packed form, in which words cannot be covered here.")
        raise UsageError(said, mend=_("Type off what matters, or cover areas of a picture of it."))
    return data.decode("utf-8", "replace")


def spans_of(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where words stand in a text, merged, in order. UsageError for none, or for one that is not there."""
    wanted = [word for word in (line.strip() for line in words) if word]
    if not wanted:
        raise UsageError(_("Write the words to cover, one line each."))
    found: list[tuple[int, int]] = []
    plain, places = _composed(text)
    for word in wanted:
        # A line break or another space between two words is no other text.
        pattern = r"\s+".join(re.escape(part) for part in unicodedata.normalize("NFC", word).split())
        matches = re.finditer(pattern, plain, re.IGNORECASE)
        here = [(places[match.start()][0], places[match.end() - 1][1]) for match in matches]
        if not here:
            raise UsageError(_("These words do not stand in the file: %(words)s") % {"words": word})
        found += here
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _composed(text: str) -> tuple[str, Sequence[tuple[int, int]]]:
    """Return a text as it is compared (NFC), and for each of its code points where its letter begins and ends.

    An é is one sign or an e with an accent behind it, as the program that wrote it liked; both look alike, so whoever
    types off the one means the other too. A letter is covered with all its marks.
    """
    if unicodedata.is_normalized("NFC", text):
        return text, [(place, place + 1) for place in range(len(text))]
    starts = [place for place, sign in enumerate(text) if not place or not _goes_on(sign)]
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in pairwise([*starts, len(text)]):
        part = unicodedata.normalize("NFC", text[start:end])
        parts.append(part)
        places += [(start, end)] * len(part)
    return "".join(parts), places


def _goes_on(sign: str) -> bool:
    return bool(unicodedata.combining(sign)) or ord(sign) in _KOREAN


def covered_of(upload: Upload) -> list[CoveredCopy]:
    """Return the covered copies of a file, oldest first; the last one is handed out."""
    return [CoveredCopy(row.id, Kind(row.kind), row.received_at) for row in derived_of(upload.id, COVERED)]


def covered_copy(obj: str, *, actor: ActorId, purpose: str, ctx: Context) -> Stripped:
    """Return a covered copy; a logged reading."""
    return Stripped(Kind(kind_of(obj)), read_object(obj, actor=actor, purpose=purpose, ctx=ctx), ())


def _check(upload: Upload, kinds: frozenset[Kind]) -> None:
    if upload.state != "cleared":
        raise UsageError(_("This file is not released for viewing."), mend=_("A person has to clear it first."))
    if Kind(upload.kind) not in kinds:
        raise UsageError(_("Parts of this kind of file cannot be covered here."))

"""The letters of a case in its bundle: each as it was sent, tied to its entry by the digest the entry commits to."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.bundle import Object, dated
from evenhand.context import Context
from evenhand.web.cases.access import code_digest
from evenhand.web.cases.models import Party
from evenhand.web.notices.queries import LetterRow, sealed_letters
from evenhand.web.record.handing_out import HandedOut
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts

SENT: Final = "sent"
_CODE: Final = re.compile(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b")


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters that go along, by their ids, and for each that does not, which one it is and why."""

    html: dict[str, str]
    left_out: tuple[str, ...]


def letters_for(
    rows: Sequence[LetterRow], *, closed: Collection[str], actor: ActorId, ctx: Context, purpose: str
) -> Letters:
    """Return letters as they were sent; each is a reading. `closed`: parties whose letters are not handed out.

    A letter that holds a code which opens a side of a case stays out: whoever got the bundle could use it.
    """
    wanted = {row.id: text for row, text in zip(rows, sealed_letters(rows), strict=True) if row.party not in closed}
    texts = open_texts(wanted.values(), actor=actor, purpose=purpose, ctx=ctx)
    found = {letter: texts[text] for letter, text in wanted.items() if text in texts}
    coded = {letter for letter, html in found.items() if holds_code(html)}
    said = ((row, _why_not(row, closed, found, coded)) for row in rows)
    left_out = tuple(f"Letter {row.notice} of {row.sent_at:%Y-%m-%d} ({row.side}): {why}." for row, why in said if why)
    return Letters({letter: html for letter, html in found.items() if letter not in coded}, left_out)


def letter_object(act: HandedOut, obj: str | None, letters: Letters) -> Object | None:
    """Return the letter that an act sent, if it is one of these."""
    html = letters.html.get(obj or "")
    if html is None or act.type != "case.notice_sent":
        return None
    return Object(SENT, html.encode(), "text/html", "letter.html", f"letter as it was sent, {dated(act.at)}")


def _why_not(row: LetterRow, closed: Collection[str], found: Collection[str], coded: Collection[str]) -> str:
    if row.party in closed:
        return "who received it is protected in this case"
    if row.id not in found:
        return "it was removed when the time for keeping it was over"
    return "it holds a code that opens one side of the case" if row.id in coded else ""


def holds_code(text: str) -> bool:
    """Return whether a text holds a code that opens one side of a case."""
    digests = {code_digest(code) for code in _CODE.findall(text)}
    return bool(digests) and Party.objects.filter(code_digest__in=digests).exists()

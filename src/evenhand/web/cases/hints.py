"""INV-24: words that hint at a reason nobody may have stop a step until they are answered; the reviewer reads both.

They refuse nothing by themselves: a quotation holds such words too. What is answered is kept as the declaration of the
seat that wrote them, append-only, so that it stays beside the step whatever becomes of the text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Max
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.lexicon import THEME_WORDS, LexiconWarning, warnings
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Case, Declaration, Seat
from evenhand.web.cases.periods import moment
from evenhand.web.cases.presenters.words import role_words
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording

KIND: Final = "words"
MOST: Final = 2_000
_PURPOSE: Final = "words that hint at a reason nobody may have"


@dataclass(frozen=True, slots=True)
class Hint:
    """One phrase as it was written, and what it reads as if it mattered, in the reader's language."""

    phrase: str
    about: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What a handler wrote and how they answered for it, as the reviewer reads it."""

    role: str
    hints: Sequence[Hint]
    answer: str


def hints_in(texts: Iterable[str]) -> list[Hint]:
    """Return each phrase of the lexicon once, as it stands in the texts, in their order. Cost: linear in the texts."""
    found = {_written(text, each).casefold(): (text, each) for text in texts for each in warnings(text)}
    return [Hint(_written(text, each), _(THEME_WORDS[each.theme])) for text, each in found.values()]


def _written(text: str, found: LexiconWarning) -> str:
    return " ".join(text[found.start : found.end].split())


def answer_for(*, case: Case, step: str, hints: Sequence[Hint], answer: str, actor: ActorId, ctx: Context) -> None:
    """Record what the writer of such words says about them, as a declaration of their seat.

    Raises UsageError without an answer, or for somebody who holds no seat on the case.
    """
    seat = Seat.objects.filter(case=case, person=actor, ends=None).order_by("-begins", "id").first()
    if seat is None or not answer.strip():
        raise UsageError(_("Such words need an answer."), mend=_("Say why they stand there, or take them out."))
    before = Declaration.objects.filter(seat=seat, kind=KIND).aggregate(last=Max("stage"))["last"] or "0"
    said = {"step": step, "phrases": [hint.phrase for hint in hints], "answer": answer.strip()}
    with (
        recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r,
        acting(r, "seat.declared", case=case, obj=seat.id) as act,
    ):
        act.insert(
            Declaration(
                id=ctx.new_id(), seat=seat, kind=KIND, answer="some", stage=f"{int(before) + 1:06}", at=moment(ctx),
                text=act.seal("declaration.text", json.dumps(said, ensure_ascii=False)),
            )
        )  # fmt: skip


def answered(case: Case, actor: ActorId, ctx: Context) -> list[Answered]:
    """Return every answered warning of a case, oldest first, opened for the reviewer in one logged reading."""
    rows = Declaration.objects.filter(seat__case=case, kind=KIND).select_related("seat").order_by("at", "id")
    wanted = [row.text for row in rows if row.text]
    texts = open_texts(wanted, actor=actor, purpose=_PURPOSE, ctx=ctx) if wanted else {}
    said = [(row, json.loads(texts[row.text])) for row in rows if row.text in texts]
    return [Answered(role_words(row.seat.role), hints_in(each["phrases"]), each["answer"]) for row, each in said]

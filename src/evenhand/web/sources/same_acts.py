"""What officers say of records that two overlapping exports may hold twice: one act, or two. Nothing is ever merged.

`posts` counts what is the same once; both records, their bytes and their places stay, and the answer can be taken back.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from hashlib import sha256
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.corpus.alike import Alike, alike
from evenhand.errors import UsageError
from evenhand.web.record.ids import ORGANISATION, ActorId
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.sources.models import SameAct
from evenhand.web.sources.queries import corpus_here

FIELD: Final = "corpus.same_act"
_PURPOSE: Final = "say whether two records are one act"


class Answer(StrEnum):
    """What two records are; `OPEN` once an answer was taken back."""

    SAME = "same"
    DIFFERENT = "different"
    OPEN = "open"


def suggested() -> list[Alike]:
    """Return the pairs of which nobody has told."""
    return alike(corpus_here(), list(told().values_list("record", flat=True)))


def told() -> QuerySet[SameAct]:
    """Return the answers that count, newest first."""
    return SameAct.objects.exclude(answer=Answer.OPEN).exclude(record="").order_by("-told_at", "id")


def tell(*, record: str, answer: Answer, reason: str, actor: ActorId, ctx: Context) -> None:
    """Record what an officer says of a suggested pair, with name and reason, which is sealed.

    Raises UsageError, in words, without a reason or where the pair is not suggested (any more).
    """
    if answer is Answer.OPEN or not reason.strip():
        raise UsageError(_("Say whether it is one act or two, and why."))
    pair = next((pair for pair in suggested() if pair.record == record), None)
    if pair is None:
        raise UsageError(_("Somebody has answered this already. Look at the next."))
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        words = seal_text(r, key=ORGANISATION, field=FIELD, text=reason.strip())
        row = SameAct.objects.filter(record=record).first() or SameAct(id=ctx.new_id(), record=record)
        row.same_as, row.answer, row.reason_id = pair.same_as, answer.value, words
        _put(r, [row], actor)


def take_back(*, told_id: str, actor: ActorId, ctx: Context) -> None:
    """Take an answer back: the pair is suggested again. Raises UsageError where no answer stands."""
    row = told().filter(id=told_id).first()
    if row is None:
        raise UsageError(_("This answer was taken back already."))
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        row.answer = Answer.OPEN.value
        _put(r, [row], actor)


def forget_answers(r: Recorder, posts: Collection[str], actor: ActorId) -> None:
    """Take the keys of erased posts out of the answers about them."""
    rows = [row for row in SameAct.objects.exclude(record="") if row.record in posts or row.same_as in posts]
    for row in rows:
        row.record = row.same_as = ""
        row.answer = Answer.OPEN.value
    if rows:
        _put(r, rows, actor)


def _put(r: Recorder, rows: list[SameAct], actor: ActorId) -> None:
    for row in rows:
        row.told_by, row.told_at = actor, r.ctx.now().replace(microsecond=0)
        row.save()
    body = {ROWS: [said(row) for row in rows]}
    digest = sha256("\n".join(f"{row.id} {row.answer}" for row in rows).encode()).digest()
    r.add(type="corpus.rewritten", key=ORGANISATION, body=body, commitments={"content": digest})

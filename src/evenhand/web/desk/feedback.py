"""What people say of posts, beside putting a lead aside: labels, and abuse that the detector missed. Each recorded.

A label changes no score (INV-53). It becomes an example of a refit when a second person, who does not see the first
label, says the same; and a refit changes nothing before two people switch it on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.desk.models import Example, Label, Lead
from evenhand.web.desk.protection import seat_officer, whole_second
from evenhand.web.desk.queries import protected
from evenhand.web.desk.sampling import EXAMPLE_FIELD
from evenhand.web.desk.snapshot import Snapshot
from evenhand.web.desk.words import KINDS, Answer, Source, Status
from evenhand.web.record.documents import instant
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.unit import Recorder, recording

PURPOSE: Final = "desk.feedback"
LONGEST: Final = 40_000


def label(*, example: str, answer: Answer, kinds: Sequence[str] = (), actor: ActorId, ctx: Context) -> None:
    """Record what one person says of a sampled or missed post, or of a lead somebody else put aside.

    Raises UsageError, in words, for a second answer by the same person, and where there is no such post.
    """
    key = _key_of(example, actor)
    seat_officer(actor, [key], ctx)
    with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
        said = _labelled(r, example, answer, kinds)
        r.add(type="lead.disposed", key=KeyId(key), body={"labels": [said]})


def report_missed(*, person: str, text: str, kinds: Sequence[str] = (), actor: ActorId, ctx: Context) -> str:
    """Record a post that no lead was made of, with this person's label "abuse"; return the example's id.

    The words are sealed under the protected person's key. Raises UsageError without words or such a person.
    """
    words = text.strip().replace("\0", "\ufffd")
    found = protected([person]).get(person)
    if found is None or not words or len(words) > LONGEST:
        raise UsageError(_("Choose the protected person and give the words of the post."))
    key = KeyId(found[0])
    seat_officer(actor, [key], ctx)
    with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
        row = _missed(r, person, key, words)
        said = _labelled(r, row["id"], Answer.ABUSE, kinds)
        r.add(type="lead.disposed", key=key, body={"examples": [row], "labels": [said]})
    return str(row["id"])


def _missed(r: Recorder, person: str, key: KeyId, words: str) -> dict[str, Any]:
    sealed = seal_text(r, key=key, field=EXAMPLE_FIELD, text=Snapshot(words, (), "", ()).sealed_form())
    row = {
        "id": r.ctx.new_id(), "source": Source.MISSED.value, "batch": None, "target": person, "record_key": None,
        "observation": None, "key": key, "snapshot": sealed, "forgotten_at": None,
    }  # fmt: skip
    made_at = whole_second(r.ctx)
    Example.objects.create(**row, made_at=made_at)
    return row | {"made_at": instant(made_at)}


def _key_of(example: str, actor: str) -> str:
    """Return the key of the protected person; UsageError if this post is not there for this person to label."""
    found = Example.objects.filter(id=example, forgotten_at=None).values_list("key", flat=True).first()
    if found is not None:
        return str(found)
    lead = Lead.objects.filter(id=example, status=Status.DROPPED).first()
    if lead is None:
        raise UsageError(_("There is no such post to label."), mend=_("Go back: the list has changed."))
    if lead.disposed_by == actor:
        raise UsageError(_("You put this lead aside; somebody else has to give the second answer."))
    return str(lead.key)


def _labelled(r: Recorder, example: str, answer: Answer, kinds: Sequence[str]) -> dict[str, Any]:
    """Insert one label and return it as a document says it."""
    named = [kind for kind in KINDS if kind in kinds] if answer is Answer.ABUSE else []
    row = {"id": r.ctx.new_id(), "example": example, "by": r.actor, "answer": answer.value, "kinds": " ".join(named)}
    at = whole_second(r.ctx)
    try:
        with transaction.atomic():
            Label.objects.create(**row, at=at)
    except IntegrityError:
        raise UsageError(_("You have already answered for this post.")) from None
    return row | {"at": instant(at)}

"""A note of contact by somebody for whom the case is not there: taken all the same; taking it tells nothing."""

from __future__ import annotations

from evenhand.context import Context
from evenhand.web.cases.acts import acting
from evenhand.web.cases.contacts import Note, file_contact
from evenhand.web.cases.models import Case
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.unit import recording


def file_by_number(*, number: str, note: Note, actor: ActorId, ctx: Context) -> None:
    """File a note with the case of this number; where there is none, on the record of the organisation alone.

    Either way one unit of work and one leaf of the same type, so that neither answer nor time tells which it was.
    """
    case = Case.objects.filter(number=plain_number(number)).first()
    if case is not None:
        file_contact(case=case, note=note, actor=actor, ctx=ctx)
        return
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="file a contact") as r,
        acting(r, "contact.filed", key=ORGANISATION, obj=ctx.new_id()) as act,
    ):
        act.fact(filed_by=actor, category=note.category, channel=note.channel.value, happened_at=note.happened_at)
        act.fact(text=act.seal("contact.text", note.text), number=act.seal("contact.number", number))


def plain_number(number: str) -> str:
    """Return a case number as it is printed, from what somebody wrote down by ear."""
    year, _dash, place = number.strip().lstrip("#").replace("/", "-").partition("-")
    return f"{year}-{place.zfill(4)}" if place else number.strip()

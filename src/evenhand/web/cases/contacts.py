"""Contacts about a case: flagged when known, filed in ten seconds, and until then the recipient decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.acts import Act, acting, writer
from evenhand.web.cases.models import Case, Contact, ContactFlag
from evenhand.web.cases.periods import moment
from evenhand.web.cases.refusals import Unfiled
from evenhand.web.people.roles import Office
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording

CATEGORIES = (*(office.value for office in Office), "member", "party", "press", "other")
"""Who spoke to the recipient: the holder of an office, or somebody else."""


class Channel(StrEnum):
    """How they did."""

    IN_PERSON = "in_person"
    TELEPHONE = "telephone"
    MAIL = "mail"
    MESSAGE = "message"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class Note:
    """What happened: to whom (`recipient`), from which category of people, how, when, and in the recipient's words."""

    recipient: str
    category: str
    channel: Channel
    happened_at: datetime
    text: str
    corrects: str | None = None


def file_contact(*, case: Case, note: Note, actor: ActorId, ctx: Context) -> str:
    """File a note of contact, settle the oldest flag it answers, and return the note's id.

    Anybody may file one, a holder of a restricted office too: it opens nothing. Raises UsageError for a note that
    says nothing, lies in the future, or corrects a note of another case. One unit of work.
    """
    _check(case, note, ctx)
    with (
        recording(actor=writer(case, actor, ctx), ctx=ctx, purpose="file a contact") as r,
        acting(r, "contact.filed", case=case) as act,
    ):
        act.fact(filed_by=actor)
        contact = act.insert(_row(act, case, note, actor, ctx))
        flags = ContactFlag.objects.filter(case=case, recipient=note.recipient, contact=None)
        if (flag := flags.order_by("flagged_at", "id").first()) is not None:
            act.change(flag, contact_id=contact.id)
    return contact.id


def flag_contact(*, case: Case, recipient: str, actor: ActorId, ctx: Context) -> str:
    """Record that a contact with a handler is known and not filed yet; return the flag's id."""
    with (
        recording(actor=writer(case, actor, ctx), ctx=ctx, purpose="flag a contact") as r,
        acting(r, "contact.flagged", case=case) as act,
    ):
        flag = act.insert(
            ContactFlag(id=ctx.new_id(), case=case, recipient=recipient, flagged_by=actor, flagged_at=moment(ctx))
        )
    return flag.id


def unfiled(case: str, person: str) -> int:
    """Return how many known contacts with this person about the case wait for their note. One query."""
    return ContactFlag.objects.filter(case_id=case, recipient=person, contact=None).count()


def check_filed(case: str, person: str) -> None:
    """Raise Unfiled while a flagged contact with this person is not filed (INV-11)."""
    if unfiled(case, person):
        raise Unfiled


def count_of(case: str) -> int:
    """Return how many contacts were filed about a case: a correction is no second contact (INV-13)."""
    return Contact.objects.filter(case_id=case, corrects=None).count()


def _check(case: Case, note: Note, ctx: Context) -> None:
    if not note.text.strip():
        raise UsageError("the note is empty", mend="A line is enough: what was asked, what you answered.")
    if note.category not in CATEGORIES:
        raise UsageError("this is no category of contact", where=note.category[:40], mend="Choose one from the list.")
    if note.happened_at > ctx.now():
        raise UsageError("the contact lies in the future", mend="Check the day and the hour.")
    if note.corrects and not Contact.objects.filter(pk=note.corrects, case=case).exists():
        raise UsageError("the note it corrects is not in this case")


def _row(act: Act, case: Case, note: Note, actor: ActorId, ctx: Context) -> Contact:
    return Contact(
        id=ctx.new_id(), case=case, recipient=note.recipient, filed_by=actor, category=note.category,
        channel=note.channel.value, happened_at=note.happened_at, text=act.seal("contact.text", note.text),
        filed_at=moment(ctx), corrects_id=note.corrects,
    )  # fmt: skip

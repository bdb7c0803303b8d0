"""Away: a colleague is named who answers danger reports first, and it holds once they have said so themselves."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.acts import acting
from evenhand.web.cases.periods import moment
from evenhand.web.office.models import Absence
from evenhand.web.people.queries import holders_of
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import ORGANISATION, ActorId
from evenhand.web.record.unit import recording

_PURPOSE: Final = "danger rota"
MOST_DAYS: Final = 60


def ask(*, stand_in: str, until: date, actor: ActorId, ctx: Context) -> str:
    """Name somebody who answers danger reports first until that day (included); return the absence's id.

    It holds only when they confirm. An earlier one ends. Raises UsageError for oneself, for nobody who is an officer
    now, and for a day that is past or too far away.
    """
    if stand_in == actor or PersonId(stand_in) not in holders_of(Role.OFFICER, ctx.now()):
        raise UsageError(_("Only somebody else who is an officer now stands in."), mend=_("Choose a colleague."))
    if not 0 <= (until - ctx.now().date()).days <= MOST_DAYS:
        raise UsageError(
            _("This is no day to be away until."), mend=_("Choose a day within %(days)d days.") % {"days": MOST_DAYS}
        )
    with (
        recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r,
        acting(r, "policy.changed", key=ORGANISATION, obj=(new := ctx.new_id())) as act,
    ):
        for row in Absence.objects.select_for_update().filter(person=actor, ended_at=None):
            act.change(row, ended_at=moment(ctx))
        act.insert(Absence(id=new, person=actor, stand_in=stand_in, asked_at=moment(ctx), until=until))
    return new


def answer(*, absence: str, agree: bool, actor: ActorId, ctx: Context) -> None:
    """Confirm or decline to stand in; only whoever was asked answers, once."""
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        row = _open(absence)
        if row.stand_in != actor or row.confirmed_at is not None or row.declined_at is not None:
            raise UsageError(_("Only the person who was asked answers, once."), mend=_("Look at the page again."))
        with acting(r, "policy.changed", key=ORGANISATION, obj=row.id) as act:
            act.change(row, **{"confirmed_at" if agree else "declined_at": moment(ctx)})


def back(*, actor: ActorId, ctx: Context) -> None:
    """Record that a person is back; UsageError if they were not away."""
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        row = Absence.objects.select_for_update().filter(person=actor, ended_at=None).first()
        if row is None:
            raise UsageError(_("You are not marked as away."))
        with acting(r, "policy.changed", key=ORGANISATION, obj=row.id) as act:
            act.change(row, ended_at=moment(ctx))


def first_to_answer(ctx: Context) -> frozenset[PersonId]:
    """Return the officers who answer danger reports today: all who are not away with a confirmed stand-in."""
    today = ctx.now().date()
    away = Absence.objects.filter(ended_at=None, until__gte=today).exclude(confirmed_at=None)
    return holders_of(Role.OFFICER, ctx.now()) - {PersonId(person) for person in away.values_list("person", flat=True)}


def _open(absence: str) -> Absence:
    row = Absence.objects.select_for_update().filter(pk=absence, ended_at=None).first()
    if row is None:
        raise UsageError(_("Nobody asks you to stand in any more."), mend=_("Look at the page again."))
    return row

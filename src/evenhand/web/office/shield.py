"""What a protected person sees of a wave: whether it is still rising, how few wrote most, what was not read, why.

No word of any post, no account, no counter that ticks. Whoever looks holds a seat on that person's own key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.acts import acting
from evenhand.web.cases.periods import moment
from evenhand.web.desk.models import Lead, Protected
from evenhand.web.desk.queries import Tally, tallies
from evenhand.web.desk.words import Band
from evenhand.web.notices.organisation import Unit, unit
from evenhand.web.office.models import Shield, WaveSaid
from evenhand.web.office.waves import by_hour, few_wrote
from evenhand.web.people.models import User
from evenhand.web.people.queries import roles_at
from evenhand.web.people.roles import Role
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.unit import recording

LAST: Final = timedelta(hours=72)
_ROLES: Final = frozenset({Role.PROTECTED, Role.DELEGATE})


@dataclass(frozen=True, slots=True)
class Calm:
    """One protected person's last three days in numbers, and the letters that wait for them."""

    target: str
    posts: int
    danger: int
    accounts: int
    few: int
    share: int
    hours: list[tuple[datetime, int]]
    tallies: list[Tally]
    letters: list[WaveSaid]


def show_to(*, target: str, username: str, actor: ActorId, ctx: Context) -> None:
    """Let the account of a protected person, or of who reads instead of them, look at what was noticed about them.

    Raises UsageError for a name that is nobody's, or whose account is for something else.
    """
    person = User.objects.filter(username__iexact=username.strip()).values_list("pk", flat=True).first()
    row = Protected.objects.filter(pk=target).first()
    if row is None or person is None or not roles_at(person, ctx.now()) & _ROLES:
        raise UsageError(
            _("This is no account of a protected person or of who reads instead of them."),
            mend=_("Check the sign-in name."),
        )
    with recording(actor=SYSTEM, ctx=ctx, purpose="show a shield") as r:
        if Shield.objects.filter(target=target, person=person, ended_at=None).exists():
            raise UsageError(_("They can see it already."))
        grant_seat(r, key=KeyId(row.key), actor=ActorId(person), role=Role.PROTECTED.value, since=ctx.now())
        with acting(r, "seat.changed", key=KeyId(row.key), obj=row.id) as act:
            act.fact(by=actor)
            act.insert(Shield(id=ctx.new_id(), target=target, person=person, given_by=actor, given_at=moment(ctx)))


def targets_of(person: str, now: datetime) -> list[str]:
    """Return the protected people an account may look at now. Three queries; none for an account of another role."""
    if not roles_at(person, now) & _ROLES:
        return []
    return list(
        Shield.objects.filter(person=person, ended_at=None).order_by("given_at").values_list("target", flat=True)
    )


def calm_of(target: str, now: datetime) -> Calm:
    """Return the last three days of one protected person. Five queries; nothing sealed is opened."""
    recent = Lead.objects.filter(
        Q(posted_at__gte=now - LAST) | Q(posted_at=None, found_at__gte=now - LAST), target=target
    )
    times = [posted or found for posted, found in recent.values_list("posted_at", "found_at")]
    authors = sorted(recent.values_list("source").annotate(n=Count("id")).values_list("n", flat=True), reverse=True)
    few, share = few_wrote(authors)
    return Calm(
        target=target, posts=len(times), danger=recent.filter(band=Band.DANGER).count(), accounts=len(authors), few=few,
        share=share, hours=by_hour(times), tallies=[tally for tally in tallies() if tally.target == target],
        letters=list(WaveSaid.objects.filter(wave__target=target).order_by("-invited_at")[:20]),
    )  # fmt: skip


def helpers(locale: str) -> Unit:
    """Return the unit as its letters name it: telephone and the number that helps at once."""
    return unit(settings.HOME, locale)

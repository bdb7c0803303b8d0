"""What `evenhand people list` shows: accounts with roles, mandates and second step; never a password."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from evenhand.web.people.models import Grant, Mandate, User


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role in force: since when and until when (None: until it is ended), as ISO times in UTC."""

    role: str
    since: str
    until: str | None


@dataclass(frozen=True, slots=True)
class OfficeHeld:
    """A mandate now or to come: first and last day (None: open), and whether it runs today."""

    office: str
    begins: str
    ends: str | None
    running: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One account: its sign-in name, what it holds, and whether an authenticator app is set up."""

    username: str
    roles: tuple[RoleHeld, ...]
    mandates: tuple[OfficeHeld, ...]
    second_step: bool


def accounts(now: datetime) -> list[Listed]:
    """Return every account by sign-in name, as things stand at `now`. Four queries, whatever their number."""
    roles: dict[str, list[RoleHeld]] = defaultdict(list)
    for grant in grants_in_force(now).order_by("role"):
        roles[grant.person].append(_role(grant))
    offices: dict[str, list[OfficeHeld]] = defaultdict(list)
    today = now.date()
    for mandate in Mandate.objects.filter(Q(ends=None) | Q(ends__gte=today)).order_by("begins", "office"):
        offices[mandate.person].append(_office(mandate, running=mandate.begins <= today))
    enrolled = Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user_id", flat=True)
    with_step = set(enrolled)
    return [
        Listed(name, tuple(roles[pk]), tuple(offices[pk]), pk in with_step)
        for pk, name in User.objects.order_by("username").values_list("pk", "username")
    ]


def grants_in_force(now: datetime) -> QuerySet[Grant]:
    """Return the grants by which somebody holds a role at a moment."""
    return Grant.objects.filter(Q(ends=None) | Q(ends__gt=now), begins__lte=now)


def _role(grant: Grant) -> RoleHeld:
    return RoleHeld(grant.role, _instant(grant.begins), _instant(grant.ends) if grant.ends else None)


def _office(mandate: Mandate, *, running: bool) -> OfficeHeld:
    ends = mandate.ends.isoformat() if mandate.ends else None
    return OfficeHeld(mandate.office, mandate.begins.isoformat(), ends, running)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

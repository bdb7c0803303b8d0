"""Reads: what a person holds at a moment."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from evenhand.web.people.models import Grant, Mandate
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId, Standing


def roles_at(person: str, at: datetime) -> frozenset[Role]:
    """Return the roles a person holds at a moment, `restricted` among them while a mandate runs. Two queries."""
    granted = Grant.objects.filter(_in_force(at), person=person).values_list("role", flat=True)
    held = frozenset(Role(role) for role in granted)
    restricted = Mandate.objects.filter(_running(at), person=person).exists()
    return held | {Role.RESTRICTED} if restricted else held


def standing_of(person: str, *, at: datetime, second_step: bool) -> Standing:
    """Return what a person may stand on at a moment; nothing is remembered between requests (INV-10)."""
    return Standing(PersonId(person), roles_at(person, at), second_step)


def holders_of(role: Role, at: datetime) -> frozenset[PersonId]:
    """Return everybody who holds a role at a moment and is not restricted then. Two queries."""
    holding = Grant.objects.filter(_in_force(at), role=role).values_list("person", flat=True)
    restricted = Mandate.objects.filter(_running(at)).values_list("person", flat=True)
    return frozenset(PersonId(person) for person in set(holding) - set(restricted))


def _in_force(at: datetime) -> Q:
    return Q(begins__lte=at) & (Q(ends=None) | Q(ends__gt=at))


def _running(at: datetime) -> Q:
    day = at.date()
    return Q(begins__lte=day) & (Q(ends=None) | Q(ends__gte=day))

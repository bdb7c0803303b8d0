"""What a person holds in one case at one moment: their seats, and whether the case is there for them at all.

A case is not there (404, in no list and no count) for whoever the sender excluded, whoever holds a restricted
office, and whoever has no seat and could not take one. Nothing tells the difference (INV-01, INV-47).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.items import has_other_part
from evenhand.web.cases.models import Case, Exclusion, Party, Seat
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import Standing

FREE_TO_TAKE = frozenset({State.RECEIVED, State.ACKNOWLEDGED, State.TRIAGE})
"""States in which any officer whom nobody excluded may take the case to intake."""

FOR_GOOD = frozenset({"recused", "challenge"})
"""Why a seat ended after which its holder is out of the case, even where anybody else could take it to intake."""


@dataclass(frozen=True, slots=True)
class InCase:
    """One person in one case: the row, the roles of their open seats, and whether they may take it to intake.

    `another`: they could take it but for a part of their own in what it is about; another officer must.
    """

    case: Case
    roles: frozenset[CaseRole]
    may_take: bool
    another: bool = False


def in_case(case_id: str, standing: Standing, at: datetime) -> InCase | None:
    """Return what the person holds in the case, or None where for them there is no such case.

    Three queries; six where nobody has taken a case that this person could take.
    """
    case = visible_cases(standing).filter(pk=case_id).first()
    if case is None:
        return None
    roles = roles_in(case.id, standing.person, at)
    free = Role.OFFICER in standing.roles and not case.outside and State(case.state) in FREE_TO_TAKE
    open_to_take = free and not roles and not Seat.objects.filter(case=case, role=CaseRole.INTAKE, ends=None).exists()
    another = open_to_take and has_other_part(case, standing.person)
    return InCase(case, roles, open_to_take and not another, another) if roles or open_to_take else None


def roles_in(case: str, person: str, at: datetime) -> frozenset[CaseRole]:
    """Return the roles a person's open seats give them in a case."""
    held = Seat.objects.filter(case=case, person=person, begins__lte=at).filter(Q(ends=None) | Q(ends__gt=at))
    return frozenset(CaseRole(role) for role in held.values_list("role", flat=True))


def visible_cases(standing: Standing) -> QuerySet[Case]:
    """Return the cases that are there for a person: a seat now, or an officer before intake was taken.

    None for a restricted office; none from a submission that excludes them, nor one in which they are a party, nor
    one they have stepped back from (INV-04). One query when it is read; for lists of many see `listed_cases`.
    """
    return _there_for(standing, lambda rows: rows)


def listed_cases(standing: Standing) -> QuerySet[Case]:
    """Return the same cases for lists: what decides it about the person is read first, four short queries.

    So the database looks up a few cases by their ids and by an index, and need not ask it of a hundred thousand rows.
    """
    return _there_for(standing, list)


def _there_for(standing: Standing, ids: Callable[[QuerySet[Any, Any]], Any]) -> QuerySet[Case]:
    person = standing.person
    if standing.restricted or not person:
        return Case.objects.none()
    seats = Seat.objects.filter(person=person)
    there = Q(pk__in=ids(seats.filter(ends=None).values_list("case", flat=True)))
    if Role.OFFICER in standing.roles:
        # Owned is taken: whoever sits down at intake owns the case in these states. All of them are live.
        free = [state.value for state in FREE_TO_TAKE]
        there |= Q(state__in=free, outside=False, owner=None, owner_role__isnull=False)
    excluded = Exclusion.objects.filter(person=person).values_list("submission", flat=True)
    hidden = Q(submission__in=ids(excluded))
    hidden |= Q(pk__in=ids(Party.objects.filter(account=person).values_list("case", flat=True)))
    hidden |= Q(pk__in=ids(seats.filter(end_reason__in=FOR_GOOD).values_list("case", flat=True)))
    return Case.objects.filter(there).exclude(hidden)

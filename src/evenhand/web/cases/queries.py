"""Reads of cases, as rows and plain values. Nothing here opens a sealed text; each says what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Case as Choice
from django.db.models import Count, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Clock, Contact, Declaration, Draw, Event, Party, Review, Seat
from evenhand.web.cases.standing import in_case, visible_cases
from evenhand.web.people.middleware import standing
from evenhand.web.people.standing import Standing

AT_ONCE: Final = 50
"""How many cases one page of a list shows."""
CROWDS: Final = (10, 100)
"""More live cases than this about one person, or by one sender, wait behind the others of their rank."""


@dataclass(frozen=True, slots=True)
class Line:
    """One case in a list: metadata only."""

    id: str
    number: str
    state: str
    danger: str
    affected: bool
    owner_role: str | None
    owner: str | None
    due: datetime | None
    aim: datetime | None
    received_at: datetime
    state_since: datetime
    own_motion: bool
    outside: bool
    allocation_pending: bool
    revision: int


@dataclass(frozen=True, slots=True)
class Late:
    """One overdue clock on the auditor's list."""

    case: str
    number: str
    state: str
    clock: str
    due: datetime
    escalated_at: datetime
    owner_role: str | None


_LINE: Final = tuple(Line.__dataclass_fields__)


def case_for(request: HttpRequest, case_id: str, purpose: str) -> Case:
    """Return the case if the person of this request may stand in it; Http404 in every other case, alike.

    `purpose` names what the page does with it, for the readings that follow. Six queries at most.
    """
    if not purpose:
        raise Http404
    found = in_case(case_id, standing(request), Context.system().now())
    if found is None:
        raise Http404
    return found.case


def queue_of(holds: Standing, *, first: int = 0, number: int = AT_ONCE) -> list[Line]:
    """Return the cases a person owns or that wait on intake's list, as they must be taken (INV-50).

    Danger first, then affected people, then what is due first: nobody's many reports push another's down. One query.
    """
    mine = Q(owner=holds.person) | Q(owner=None, owner_role=CaseRole.INTAKE)
    return _lines(fair(visible_cases(holds).filter(mine, due__isnull=False)), first, number)


def cases_of(holds: Standing, *, first: int = 0, number: int = AT_ONCE) -> list[Line]:
    """Return every case that is there for a person, the newest first. One query."""
    return _lines(visible_cases(holds).order_by("-received_at", "id"), first, number)


def count_for(holds: Standing) -> int:
    """Return how many cases are there for a person. One query."""
    return visible_cases(holds).count()


def fair(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return cases in the order of §2.3: danger, affected person, clock.

    Among equals those about a person, or by a sender, with more than ten live cases come after all others, and those
    with more than a hundred after these: five hundred reports on one person, or by one sender, move nobody else's
    back by a single place (INV-50). Two scans of an index for each size of crowd, then one sort of the cases given.
    """
    danger = Choice(
        When(danger="flagged", then=Value(0)), When(danger="carded", then=Value(1)), default=Value(2),
        output_field=IntegerField(),
    )  # fmt: skip
    sizes = [When(_crowded(size), then=Value(size)) for size in sorted(CROWDS, reverse=True)]
    crowd = Choice(*sizes, default=Value(0), output_field=IntegerField())
    return cases.annotate(urgency=danger, crowd=crowd).order_by("urgency", "-affected", "crowd", "due", "id")


def _crowded(size: int) -> Q:
    """Return the condition that there are more than so many live cases about the same person, or by one sender."""
    live = Case.objects.filter(owner_role__isnull=False)  # by the database's own rule: every live case has one
    found = Q()
    for column in ("subject_lookup", "source_lookup"):
        many = live.values(column).annotate(cases=Count("*")).filter(cases__gt=size).values(column)
        found |= Q(**{f"{column}__in": many})
    return found


def waiting_for_case_keeper(*, number: int = AT_ONCE) -> list[Line]:
    """Return the cases nobody can be seated for, what is due first: the case keeper's list. One query."""
    rows = Case.objects.filter(Q(allocation_pending=True) | Q(outside=True, owner=None, due__isnull=False))
    return _lines(rows.order_by("due", "id"), 0, number)


def late(*, number: int = AT_ONCE) -> list[Late]:
    """Return what is overdue and still running, the longest first: the auditor's one list. One query."""
    rows = Clock.objects.filter(ended_at=None).exclude(escalated_at=None).select_related("case").order_by("due", "id")
    return [
        Late(
            case=row.case_id, number=row.case.number, state=row.case.state, clock=row.name, due=row.due,
            escalated_at=row.escalated_at, owner_role=row.case.owner_role,
        )
        for row in rows[:number]
        if row.due is not None and row.escalated_at is not None
    ]  # fmt: skip


def events_of(case: str) -> list[Event]:
    """Return what happened in a case, in order. One query."""
    return list(Event.objects.filter(case_id=case).order_by("place"))


def seats_of(case: str) -> list[Seat]:
    """Return everybody who sits or sat in a case, in order. One query."""
    return list(Seat.objects.filter(case_id=case).order_by("begins", "role", "-chair", "id"))


def clocks_of(case: str) -> list[Clock]:
    """Return the clocks of a case, in order. One query."""
    return list(Clock.objects.filter(case_id=case).order_by("opened_at", "name", "id"))


def parties_of(case: str) -> list[Party]:
    """Return the parties of a case, in the order in which they joined. One query."""
    return list(Party.objects.filter(case_id=case).order_by("joined_at", "id"))


def contacts_of(case: str) -> list[Contact]:
    """Return the notes of contact of a case, in order. One query."""
    return list(Contact.objects.filter(case_id=case).order_by("filed_at", "id"))


def draws_of(case: str) -> list[Draw]:
    """Return the draws of a case, in order. One query."""
    return list(Draw.objects.filter(case_id=case).order_by("number"))


def declarations_of(case: str) -> list[Declaration]:
    """Return what was declared in a case, in order. One query."""
    return list(Declaration.objects.filter(seat__case_id=case).order_by("at", "id"))


def review_of(case: str) -> Review | None:
    """Return the latest review of a case, or None. One query."""
    return Review.objects.filter(case_id=case).order_by("-drawn_at", "-id").first()


def counts_by_state() -> dict[str, int]:
    """Return how many cases stand in each state. One query."""
    return dict(Case.objects.values_list("state").annotate(number=Count("id")).order_by("state"))


def _lines(cases: QuerySet[Case], first: int, number: int) -> list[Line]:
    return [Line(*values) for values in cases.values_list(*_LINE)[first : first + number]]

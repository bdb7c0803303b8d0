"""Reads of cases, as rows and plain values. Nothing here opens a sealed text; each says what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Case as Choice
from django.db.models import Count, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.functions import Greatest, RowNumber
from django.http import Http404, HttpRequest

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Clock, Contact, Declaration, Draw, Event, Party, Review, Seat
from evenhand.web.cases.standing import in_case, visible_cases
from evenhand.web.people.middleware import standing
from evenhand.web.people.standing import Standing

AT_ONCE: Final = 50
"""How many cases one page of a list shows."""
TURN: Final = 10
"""How many cases about one person, or by one sender, are taken before everybody else has had as many."""


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

    Among equals everybody complained of, and every sender, gets a turn of TURN cases before anybody gets a second
    one, and inside a turn those with more than a turn's worth come last: five hundred reports on one person, or by
    one sender, move nobody else's back by a single place (INV-50). One sort of the cases given.
    """
    danger = Choice(
        When(danger="flagged", then=Value(0)), When(danger="carded", then=Value(1)), default=Value(2),
        output_field=IntegerField(),
    )  # fmt: skip
    by_due = [F("due").asc(), F("id").asc()]
    alike: list[Any] = [F("affected"), danger]
    return cases.annotate(
        urgency=danger,
        turn=(Greatest(
            Window(RowNumber(), partition_by=[F("subject_lookup"), *alike], order_by=by_due),
            Window(RowNumber(), partition_by=[F("source_lookup"), *alike], order_by=by_due),
        ) - 1) / TURN,
        crowd=Greatest(
            Window(Count("*"), partition_by=[F("subject_lookup")]),
            Window(Count("*"), partition_by=[F("source_lookup")]),
        ),
    ).order_by(
        "urgency", "-affected", "turn", Choice(When(crowd__gt=TURN, then=Value(1)), default=Value(0)), "due", "id"
    )  # fmt: skip


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

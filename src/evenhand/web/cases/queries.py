"""Reads of cases, as rows and plain values. Nothing here opens a sealed text; each says what it costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Case as Choice
from django.db.models import Count, IntegerField, Q, QuerySet, Value, When, Window

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Clock, Lookup, LookupAsk, Party, Upload

AT_ONCE: Final = 50
"""How many cases one page of a list shows."""
CROWDS: Final = (10, 100)
"""Where more of a list than this is about one person, or by one sender, these wait behind the others of their rank."""


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
_SENDERS: Final = frozenset({CaseRole.COMPLAINANT.value, CaseRole.REPORTER.value})


def queue(there: QuerySet[Case]) -> QuerySet[Case]:
    """Return the live ones of cases in the fair order: danger, affected person, clock (INV-50).

    `there`: usually `listed_cases` of a person. One query when it is read.
    """
    # By the database's own rule every live case has an owner's role: no list of states is compared.
    return fair(there.filter(owner_role__isnull=False))


def fair(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return cases in the order of §2.3: danger, affected person, clock.

    Among equals those about a person, or by a sender, who stands in this list more than ten times come after all
    others, and those with more than a hundred after these: five hundred reports on one person, or by one sender, move
    nobody else's back by a single place (INV-50). Counted by the query itself, in whatever list it is filtered to.
    """
    danger = Choice(
        When(danger="flagged", then=Value(0)), When(danger="carded", then=Value(1)), default=Value(2),
        output_field=IntegerField(),
    )  # fmt: skip
    counted = {column: Window(Count("*"), partition_by=column) for column in ("subject_lookup", "source_lookup")}
    ranked = cases.annotate(urgency=danger, about=counted["subject_lookup"], by=counted["source_lookup"])
    sizes = [When(Q(about__gt=size) | Q(by__gt=size), then=Value(size)) for size in sorted(CROWDS, reverse=True)]
    crowd = Choice(*sizes, default=Value(0), output_field=IntegerField())
    return ranked.annotate(crowd=crowd).order_by("urgency", "-affected", "crowd", "due", "id")


def page_of(cases: QuerySet[Case], number: str, size: int = AT_ONCE) -> Page[Case]:
    """Return one page of a list, the last one for a number beyond it, the first for anything that is no number.

    One query finds the page's ids and counts all the others by the way, one reads its rows; four for a number beyond.
    """
    place = int(number[:7]) if number.isdecimal() else 1
    first = (max(1, place) - 1) * size
    found = list(cases.annotate(altogether=Window(Count("*"))).values_list("id", "altogether")[first : first + size])
    if not found:
        return Paginator(cases, size).get_page(number)
    page: Page[Any] = Paginator(range(found[0][1]), size).get_page(max(1, place))
    rows = Case.objects.in_bulk([key for key, _ in found])
    page.object_list = [rows[key] for key, _ in found if key in rows]
    return page


def look_ups_waiting(cases: Collection[str]) -> Mapping[str, bool]:
    """Return case -> whether the look-up that was asked for in it, and is not made yet, is approved. One query."""
    made = Lookup.objects.filter(case__in=cases).values("id")
    asked = LookupAsk.objects.filter(case__in=cases).exclude(pk__in=made)
    return {case: approver is not None for case, approver in asked.values_list("case", "approved_by")}


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


def _lines(cases: QuerySet[Case], first: int, number: int) -> list[Line]:
    return [Line(*values) for values in cases.values_list(*_LINE)[first : first + number]]


def files_of(case: Case) -> QuerySet[Upload]:
    """Return the files of a case in the order they came: of its report, of the other side in it, found for it."""
    found = Upload.objects.filter(Q(submission=case.submission_id) | _in_alone(case))
    return found.select_related("party__case", "case").order_by("received_at", "id")


def files_in_alone(case: Case) -> QuerySet[Upload]:
    """Return the files that belong to one case and to no other of the same report."""
    return Upload.objects.filter(_in_alone(case))


def _in_alone(case: Case) -> Q:
    return Q(party__case=case) | Q(case=case)


def files_from(party: Party) -> QuerySet[Upload]:
    """Return the files one side sent, in the order they came: a sender's came with the report, whatever the case."""
    return Upload.objects.filter(**side_of_files(party)).order_by("received_at", "id")


def side_of_files(party: Party) -> dict[str, str]:
    """Return the column, with its value, that says of a file which side it is from: the report, or the party itself."""
    return {"submission_id": party.case.submission_id} if party.side in _SENDERS else {"party_id": party.id}

"""Reads for the first screen: metadata alone, a fixed number of queries however many cases there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Window

from evenhand.ledger.store import Checkpoint
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case, ContactFlag, Message, Seat
from evenhand.web.cases.queries import look_ups_waiting, queue
from evenhand.web.cases.standing import listed_cases
from evenhand.web.cases.steps.dialogue import Kind
from evenhand.web.cases.steps.dialogue_page import ROLES as ANSWERS
from evenhand.web.cases.steps.scope import asks_to_approve
from evenhand.web.desk.queries import figures
from evenhand.web.notices.queries import UnservedLetter, unserved_letters
from evenhand.web.office.models import Absence
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import Standing
from evenhand.web.record.queries import latest_checkpoint

SHOWN: Final = 20
"""How many rows one list of the first screen holds; the rest is a number and a link."""
MOST_OWNED: Final = 300


@dataclass(frozen=True, slots=True)
class ToOpen:
    """Reports nobody has opened: how many, by when the first, how many come from those concerned."""

    number: int
    due: datetime | None
    affected: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Messages of parties that nobody has answered, in one case."""

    case: str
    number: str
    messages: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """Everything on one person's first screen, read at one moment."""

    person: str
    danger: Sequence[Case]
    danger_number: int
    mine: Sequence[Case]
    to_open: ToOpen
    others: Sequence[Case]
    others_number: int
    asks: int
    flags: Sequence[ContactFlag]
    unanswered: Sequence[Unanswered]
    taken_back: Sequence[tuple[str, str]]
    letters: Sequence[UnservedLetter]
    away: Absence | None
    asked_of_me: Sequence[Absence]
    leads: int
    signed: Checkpoint | None
    look_ups: Mapping[str, bool]
    """Case -> whether the look-up that waits to be made in it is approved."""


def day_of(holds: Standing, now: datetime) -> Day:
    """Return one person's day. Twenty-four queries at most; nothing sealed is opened."""
    officer = Role.OFFICER in holds.roles
    there = listed_cases(holds)
    live = queue(there)
    mine = list(live.filter(owner=holds.person)[:MOST_OWNED])
    danger, danger_number = _first(live.filter(danger="flagged"))  # the danger reports nobody has answered
    others, others_number = _first(_others(there, holds.person))
    return Day(
        person=holds.person, danger=danger, danger_number=danger_number, mine=mine,
        to_open=to_open(there), others=others, others_number=others_number,
        asks=asks_to_approve(holds).count() if officer else 0, flags=list(_flags(there, holds.person)),
        unanswered=_unanswered(holds), taken_back=_taken_back(holds),
        letters=unserved_letters([case.id for case in mine], now), away=absence_of(holds.person),
        asked_of_me=asked_of(holds.person),
        leads=figures()["leads"] if officer else 0, signed=latest_checkpoint(),
        look_ups=look_ups_waiting([case.id for case in mine if case.state == State.TRIAGE]),
    )  # fmt: skip


def _first(cases: QuerySet[Case]) -> tuple[list[Case], int]:
    """Return the first rows of a list, and how many there are altogether. One query."""
    rows: list[Any] = list(cases.annotate(altogether=Window(Count("*")))[:SHOWN])
    return rows, rows[0].altogether if rows else 0


def to_open(there: QuerySet[Case]) -> ToOpen:
    """Return the reports nobody has opened yet, among the cases there are for a person. One query."""
    waiting = there.filter(state=State.RECEIVED.value, owner=None)
    found = waiting.aggregate(number=Count("id"), due=Min("due"), affected=Count("id", filter=Q(affected=True)))
    return ToOpen(found["number"], found["due"], found["affected"])


def absence_of(person: str) -> Absence | None:
    """Return who stands in for a person, asked or confirmed, while they are away. One query."""
    return Absence.objects.filter(person=person, ended_at=None).first()


def asked_of(person: str) -> list[Absence]:
    """Return the absences for which a person is asked to stand in and has not answered. One query."""
    return list(Absence.objects.filter(stand_in=person, confirmed_at=None, declined_at=None, ended_at=None))


def _others(there: QuerySet[Case], person: str) -> QuerySet[Case]:
    """Return the live cases in which the person sits and somebody else has the next step, the oldest wait first."""
    seated = Seat.objects.filter(person=person, ends=None).values("case")
    live = there.filter(pk__in=seated, owner_role__isnull=False)
    return live.exclude(owner=person).order_by("state_since", "id")


def _flags(there: QuerySet[Case], person: str) -> QuerySet[ContactFlag]:
    open_ones = ContactFlag.objects.filter(recipient=person, contact=None, case__in=there)
    return open_ones.select_related("case").order_by("flagged_at", "id")[:SHOWN]


def _unanswered(holds: Standing) -> list[Unanswered]:
    seats = Seat.objects.filter(person=holds.person, ends=None, role__in=_words(ANSWERS))
    later: Any = Message.objects.filter(party=OuterRef("party"), from_party=False, at__gt=OuterRef("at"))
    waiting = Message.objects.filter(~Exists(later), from_party=True, case__in=seats.values("case"))
    rows = waiting.filter(case__owner_role__isnull=False).values_list("case", "case__number")
    return [Unanswered(*row) for row in rows.annotate(n=Count("id"), since=Min("at")).order_by("since")[:SHOWN]]


def _taken_back(holds: Standing) -> list[tuple[str, str]]:
    """Return (case, number) where the sender asked freely to take the report back and kept to it. One query."""
    seats = Seat.objects.filter(person=holds.person, ends=None, role__in=_words(ANSWERS))
    later: Any = Message.objects.filter(party=OuterRef("party"), kind=Kind.KEEP.value, at__gte=OuterRef("at"))
    asked = Message.objects.filter(~Exists(later), kind=Kind.WITHDRAW.value, case__in=seats.values("case"))
    waiting = asked.filter(case__owner_role__isnull=False).order_by("at", "id")
    return list(waiting.values_list("case", "case__number")[:SHOWN])


def _words(roles: frozenset[CaseRole]) -> list[str]:
    return sorted(role.value for role in roles)

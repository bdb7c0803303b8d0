"""What is held about the person who is signed in, as one file: account, roles, seats, their own acts and readings.

Nothing of a case but its number, and what they did in it and when: no text, no other person, no party's data. While
somebody holds a restricted office nothing of cases is in it (INV-01). Sealed letters and texts about a person come by
a request to the data protection officer, because others stand in them too.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db.models import Q

from evenhand.context import Context
from evenhand.web.cases.models import (
    Case,
    Contact,
    Declaration,
    Event,
    LookupAsk,
    Party,
    PoolMember,
    Seat,
    Vote,
)
from evenhand.web.desk.models import Lead
from evenhand.web.office.models import Absence, Shield
from evenhand.web.people.models import Grant, Mandate, User
from evenhand.web.people.standing import Standing
from evenhand.web.record.ids import ORGANISATION, ActorId
from evenhand.web.record.readings import own_readings
from evenhand.web.record.reads import log_reads

PURPOSE: Final = "take my own data"
AT_MOST: Final = 3
WITHIN: Final = timedelta(hours=24)
"""Files a person may take: so many within so long. Each is a reading on the record."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Form(StrEnum):
    """The two forms of the file."""

    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that is held: which part of the data, since and until when, in which case, what, and how."""

    part: str
    since: str
    until: str
    case: str
    what: str
    how: str


def taken_lately(person: str, now: datetime) -> int:
    """Return how many files the person has taken within the last day. One query."""
    return sum(row.texts for row in own_readings(person, since=now - WITHIN, purpose=PURPOSE))


def take(*, holds: Standing, ctx: Context) -> list[Held]:
    """Record that the person takes their data, and return it, oldest first within each part. Sixteen queries.

    Callers ask `taken_lately` before: more than AT_MOST a day is refused by the page.
    """
    person = holds.person
    log_reads([(person, ORGANISATION)], actor=ActorId(person), purpose=PURPOSE, ctx=ctx)
    held = [*_account(person), *_around(person)]
    return held if holds.restricted else [*held, *_cases(person)]


def as_json(held: Iterable[Held], *, at: datetime) -> str:
    """Return the file as JSON: when it was made, then a list per part."""
    parts: dict[str, list[dict[str, str]]] = {}
    for each in held:
        row = {name: value for name, value in asdict(each).items() if value and name != "part"}
        parts.setdefault(each.part, []).append(row)
    return json.dumps({"made_at": _words(at)} | parts, ensure_ascii=False, indent=2)


def as_csv(held: Iterable[Held]) -> str:
    """Return the file as CSV; no cell is a formula to whatever opens it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([field.name for field in fields(Held)])
    for each in held:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in asdict(each).values()])
    return out.getvalue()


def _account(person: str) -> Iterator[Held]:
    for name, made in User.objects.filter(pk=person).values_list("username", "made_at"):
        yield _held("account", made, what=name)
    for role, begins, ends in (
        Grant.objects.filter(person=person).order_by("begins").values_list("role", "begins", "ends")
    ):
        yield _held("roles", begins, ends, what=role)
    mandates = Mandate.objects.filter(person=person).order_by("begins")
    for office, since, until in mandates.values_list("office", "begins", "ends"):
        yield _held("restricted_offices", since, until, what=office)


def _around(person: str) -> Iterator[Held]:
    """Yield what stands beside cases: pool, absences, what they may look at, leads they put aside."""
    for row in PoolMember.objects.filter(person=person).order_by("appointed_at", "id"):
        trained = f"{row.kind}, trained {row.trained_on.isoformat()}/{row.trained_until.isoformat()}"
        yield _held("pool", row.appointed_at, row.ended_at, what=trained, how=row.appointed_by)
    for away in Absence.objects.filter(Q(person=person) | Q(stand_in=person)).order_by("asked_at", "id"):
        what = "away" if away.person == person else "standing in"
        yield _held("absences", away.asked_at, away.ended_at or away.until, what=what)
    shields = Shield.objects.filter(person=person).order_by("given_at")
    for given, ended in shields.values_list("given_at", "ended_at"):
        yield _held("shields", given, ended, what="sees what was noticed about a protected person")
    leads = Lead.objects.filter(disposed_by=person).order_by("disposed_at")
    for at, reason in leads.values_list("disposed_at", "reason"):
        yield _held("leads_put_aside", at, what=reason or "")


def _cases(person: str) -> Iterator[Held]:
    """Yield the person's own part in cases: seats, steps, votes given (not which way), notes, readings."""
    seats = Seat.objects.filter(person=person).order_by("begins", "id")
    for number, role, begins, ends, why in seats.values_list("case__number", "role", "begins", "ends", "end_reason"):
        yield _held("seats", begins, ends, case=number, what=role, how=why or "")
    sides = Party.objects.filter(account=person).order_by("joined_at")
    for number, side, at in sides.values_list("case__number", "side", "joined_at"):
        yield _held("sides", at, case=number, what=side)
    steps = Event.objects.filter(actor=person).order_by("at", "place")
    for number, step, role, at in steps.values_list("case__number", "transition", "actor_role", "at"):
        yield _held("steps", at, case=number, what=step, how=role)
    votes = Vote.objects.filter(seat__person=person).order_by("at", "id")
    for number, stage, at in votes.values_list("case__number", "stage", "at"):
        yield _held("votes", at, case=number, what=stage)
    said = Declaration.objects.filter(seat__person=person).order_by("at", "id")
    for number, kind, stage, answer, at in said.values_list("seat__case__number", "kind", "stage", "answer", "at"):
        yield _held("declarations", at, case=number, what=f"{kind} {stage}", how=answer)
    notes = Contact.objects.filter(filed_by=person).order_by("filed_at", "id")
    for number, category, channel, at in notes.values_list("case__number", "category", "channel", "filed_at"):
        yield _held("notes_of_contact", at, case=number, what=category, how=channel)
    asks = LookupAsk.objects.filter(Q(asked_by=person) | Q(approved_by=person)).order_by("asked_at", "id")
    for ask in asks.select_related("case"):
        mine = ask.asked_by == person
        yield _held(
            "look_ups", ask.asked_at if mine else ask.approved_at, case=ask.case.number,
            what="asked for" if mine else "approved",
        )  # fmt: skip
    yield from _readings(person)


def _readings(person: str) -> Iterator[Held]:
    """Yield what the person read, by day and purpose, with the case's number where they have or had a seat in it."""
    own = Case.objects.filter(pk__in=Seat.objects.filter(person=person).values("case"))
    numbers: dict[str, str] = {}
    for key, sent, number in own.values_list("key", "submission__key", "number"):
        numbers |= {key: number, sent: number}
    for row in own_readings(person, since=None):
        case = numbers.get(row.key, "")
        yield _held("readings", row.first, row.last, case=case, what=row.purpose, how=str(row.texts))


def _held(
    part: str,
    since: datetime | date | None,
    until: datetime | date | None = None,
    *,
    case: str = "",
    what: str = "",
    how: str = "",
) -> Held:
    return Held(part, _words(since), _words(until), case, what, how)


def _words(at: datetime | date | None) -> str:
    return at.isoformat() if at is not None else ""

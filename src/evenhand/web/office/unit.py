"""The whole unit in figures: messages, items, people; what is due and who is there. No name, no word of a post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case, Exclusion, ItemAssessment, Party, PoolMember, SubmissionItem
from evenhand.web.cases.standing import FREE_TO_TAKE
from evenhand.web.office.models import Absence
from evenhand.web.people.queries import holders_of
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import Standing

DAYS: Final = 7
_FRIDAY: Final = 4
_INTAKE: Final = [state.value for state in FREE_TO_TAKE]


@dataclass(frozen=True, slots=True)
class DueOn:
    """What falls due on one day: reports to open, other steps, and the officers who are there."""

    day: date
    to_open: int
    steps: int
    officers: int


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit at one moment; `since` is the last Friday before today."""

    since: datetime
    messages: int
    items: int
    people: int
    danger: int
    danger_since: datetime | None
    danger_owner: str | None
    affected: int
    to_assess: int
    assessed: int
    late: int
    days: Sequence[DueOn]
    pool: int


def unit_of(holds: Standing, now: datetime) -> Unit:
    """Return the unit for one officer; cases whose sender excluded them are in no figure. Sixteen queries."""
    cases = _countable(holds)
    live = cases.filter(owner_role__isnull=False)
    since = friday_before(now)
    new = cases.filter(received_at__gte=since, own_motion=False)
    totals = new.aggregate(messages=Count("submission", distinct=True), people=Count("subject_lookup", distinct=True))
    danger = live.filter(danger="flagged")
    first = danger.order_by("received_at", "id").first()
    named = SubmissionItem.objects.filter(submission__in=live.values("submission"))
    every = named.aggregate(n=Count("item", distinct=True))["n"]
    done = ItemAssessment.objects.filter(item__in=named.values("item")).aggregate(n=Count("item", distinct=True))["n"]
    return Unit(
        since=since, messages=totals["messages"], people=totals["people"],
        items=SubmissionItem.objects.filter(submission__in=new.values("submission")).aggregate(
            n=Count("item", distinct=True))["n"],
        danger=danger.count(), danger_since=first.received_at if first else None,
        danger_owner=first.owner_role if first and first.owner else None,
        affected=live.filter(affected=True, state__in=_INTAKE).count(), to_assess=max(every - done, 0), assessed=done,
        late=live.filter(due__lt=now).count(), days=_days(live, now),
        pool=PoolMember.objects.filter(kind="unit", ended_at=None, trained_until__gte=now.date()).count(),
    )  # fmt: skip


def friday_before(now: datetime) -> datetime:
    """Return midnight (UTC) of the last Friday before today, or of a week ago on a Friday."""
    back = (now.weekday() - _FRIDAY) % DAYS or DAYS
    return datetime.combine(now.date() - timedelta(days=back), time(), tzinfo=now.tzinfo)


def _countable(holds: Standing) -> QuerySet[Case]:
    """Return the cases an officer may know there are."""
    hidden = Q(submission__in=Exclusion.objects.filter(person=holds.person).values("submission"))
    hidden |= Q(pk__in=Party.objects.filter(account=holds.person).values("case"))
    return Case.objects.filter(submission__seeded=False, outside=False).exclude(hidden)


def _days(live: QuerySet[Case], now: datetime) -> list[DueOn]:
    """Return the days of the coming week, the table first: what is due, and who is there to do it. Four queries."""
    last = now.date() + timedelta(days=DAYS - 1)
    due = live.filter(due__date__lte=last).exclude(owner_role=CaseRole.CASE_KEEPER.value)
    counted = due.annotate(day=TruncDate("due")).values_list("day").annotate(
        opening=Count("id", filter=Q(state=State.RECEIVED.value)), n=Count("id")
    )  # fmt: skip
    found = {day: (opening, n - opening) for day, opening, n in counted if day >= now.date()}
    officers = holders_of(Role.OFFICER, now)
    away = list(
        Absence.objects.filter(ended_at=None, person__in=officers)
        .exclude(confirmed_at=None)
        .values_list("until", flat=True)
    )
    days = [now.date() + timedelta(days=ahead) for ahead in range(DAYS)]
    return [DueOn(day, *found.get(day, (0, 0)), len(officers) - sum(until >= day for until in away)) for day in days]

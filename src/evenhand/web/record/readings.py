"""Who read what lies under some keys: for the case page, the parties' closing letter and the auditor.

Attempts that were refused are no readings; they are told by `refused` alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import TruncDate

from evenhand.web.record.models import ReadRow
from evenhand.web.record.reads import REFUSED


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody read something under a key: why, first and last when, how many texts."""

    actor: str
    purpose: str
    first: datetime
    last: datetime
    texts: int


def readings_of(keys: Collection[str]) -> list[Reading]:
    """Return the readings under these keys, one per person and purpose, oldest first. One query."""
    rows = _rows().filter(key_id__in=list(keys)).values_list("actor", "purpose")
    grouped = rows.annotate(first=Min("at"), last=Max("at"), texts=Count("seq")).order_by("first")
    return [Reading(*row) for row in grouped]


def readings_of_things(ids: Collection[str], *, key: str, refused: bool = False) -> list[Reading]:
    """Return the readings of these texts or files (hex32), which lie under one key, as `readings_of`. One query.

    `refused`: instead, who asked for them without a seat and got nothing; the purpose is what they asked for.
    """
    rows = _rows(refused=refused).filter(key_id=key, object_id__in=list(ids)).values_list("actor", "purpose")
    grouped = rows.annotate(first=Min("at"), last=Max("at"), texts=Count("seq")).order_by("first")
    return [Reading(actor, purpose.removeprefix(REFUSED), *rest) for actor, purpose, *rest in grouped]


def _rows(*, refused: bool = False) -> QuerySet[ReadRow]:
    if refused:
        return ReadRow.objects.filter(purpose__startswith=REFUSED)
    return ReadRow.objects.exclude(purpose__startswith=REFUSED)


@dataclass(frozen=True, slots=True)
class OwnReading:
    """What one person read under one key for one purpose on one day (UTC): first and last when, how many texts."""

    key: str
    purpose: str
    first: datetime
    last: datetime
    texts: int


def own_readings(actor: str, *, since: datetime | None, purpose: str | None = None) -> list[OwnReading]:
    """Return what one person has read, by day, key and purpose, oldest first. One query, linear in their readings."""
    rows = _rows().filter(actor=actor)
    rows = rows.filter(at__gte=since) if since is not None else rows
    rows = rows.filter(purpose=purpose) if purpose is not None else rows
    days = rows.annotate(day=TruncDate("at", tzinfo=UTC)).values_list("day", "key_id", "purpose")
    grouped = days.annotate(first=Min("at"), last=Max("at"), texts=Count("seq")).order_by("first", "key_id", "purpose")
    return [OwnReading(*row[1:]) for row in grouped]


@dataclass(frozen=True, slots=True)
class ReadBy:
    """How many texts one person read for one purpose since a moment, and when last."""

    actor: str
    purpose: str
    texts: int
    last: datetime


def read_since(since: datetime, number: int) -> list[ReadBy]:
    """Return who read for which purpose since a moment, the most texts first; at most `number` rows. One query."""
    rows = _rows().filter(at__gte=since).values_list("actor", "purpose")
    grouped = rows.annotate(texts=Count("seq"), last=Max("at")).order_by("-texts", "actor", "purpose")
    return [ReadBy(*row) for row in grouped[:number]]

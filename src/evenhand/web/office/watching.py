"""What the auditor looks at: what is late, which seats changed hands, who read what, what was changed, which draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.cache import cache
from django.db.models import QuerySet

from evenhand.web.cases.models import Draw, PoolMember, Seat
from evenhand.web.cases.queries import Late, late
from evenhand.web.office.models import Absence
from evenhand.web.people.models import Grant, Mandate
from evenhand.web.record.readings import ReadBy, read_since
from evenhand.web.register.models import Load
from evenhand.web.rules.models import CodeVersion, ProcedureVersion

SHOWN: Final = 50
_FIRST_LOOK: Final = timedelta(days=7)

CHANGED: Final[tuple[tuple[str, Any, str, str], ...]] = (
    ("role_given", Grant, "granted_at", "role"),
    ("role_ended", Grant, "ended_at", "role"),
    ("mandate", Mandate, "recorded_at", "office"),
    ("mandate_ended", Mandate, "ended_at", "office"),
    ("code", CodeVersion, "published_at", "version"),
    ("procedure", ProcedureVersion, "published_at", "version"),
    ("pool", PoolMember, "appointed_at", "kind"),
    ("pool_left", PoolMember, "ended_at", "kind"),
    ("register", Load, "loaded_at", "loaded_at"),
    ("away", Absence, "asked_at", "until"),
)
"""What counts as a change: the word, the table, the column of its moment, the column of its detail."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a setting: what kind, and when."""

    kind: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """The auditor's list since they last ticked it off. Metadata alone: no case is opened for it."""

    since: datetime
    late: Sequence[Late]
    reallocated: Sequence[Seat]
    read: Sequence[ReadBy]
    names: dict[str, str]
    changed: Sequence[Change]
    draws: Sequence[Draw]


def watch(person: str, now: datetime) -> Watch:
    """Return what stands on the list of one auditor. Fourteen queries."""
    since = looked_last(person, now)
    read = read_since(since, SHOWN)
    return Watch(
        since=since, late=late(), reallocated=_reallocated(since), read=read, names=_names({row.actor for row in read}),
        changed=changes(since), draws=list(_draws()[:SHOWN]),
    )  # fmt: skip


def looked_last(person: str, now: datetime) -> datetime:
    """Return when the auditor last said that they had seen the list; a week ago before the first time."""
    return cache.get(f"audit-seen:{person}") or now - _FIRST_LOOK


def looked(person: str, now: datetime) -> None:
    """Remember that the auditor has seen the list as it is now."""
    cache.set(f"audit-seen:{person}", now, timeout=None)


def changes(since: datetime) -> list[Change]:
    """Return what was changed in roles, mandates, rules, pool, register and rota, the latest first. Ten queries."""
    found = [
        Change(kind, str(detail), at)
        for kind, model, column, shown in CHANGED
        for detail, at in model.objects.filter(**{f"{column}__gte": since}).values_list(shown, column)
    ]
    return sorted(found, key=lambda change: change.at, reverse=True)[:SHOWN]


def draw_named(draw: str) -> Draw | None:
    """Return a draw that was made, or None."""
    return Draw.objects.filter(pk=draw).exclude(drawn_at=None).first()


def _reallocated(since: datetime) -> list[Seat]:
    ended = Seat.objects.filter(ends__gte=since).exclude(end_reason="done").select_related("case")
    return list(ended.order_by("-ends", "id")[:SHOWN])


def _draws() -> QuerySet[Draw]:
    return Draw.objects.exclude(drawn_at=None).select_related("case").order_by("-drawn_at", "-id")


def _names(people: set[str]) -> dict[str, str]:
    """Return person -> the roles of their account, by which they appear; never a name."""
    rows = Grant.objects.filter(person__in=people).order_by("granted_at").values_list("person", "role")
    return dict(rows)

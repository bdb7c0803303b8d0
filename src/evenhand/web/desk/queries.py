"""Reads of the desk's tables, as plain frozen values. Nothing here opens a sealed text."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Max, Sum

from evenhand.web.desk.models import Lead, Protected, Reading, Screening
from evenhand.web.desk.words import READ, Act, Band, Reason, Status
from evenhand.web.people.models import Grant
from evenhand.web.people.queries import holders_of
from evenhand.web.people.roles import Role


@dataclass(frozen=True, slots=True)
class Row:
    """The plain columns of one lead."""

    id: str
    post: str
    """The post's record key, `platform:id`."""
    target: str
    act: Act
    posted_at: datetime | None
    found_at: datetime
    band: Band
    score: int
    categories: tuple[str, ...]
    frame: str
    snapshot: str
    status: Status
    reason: Reason | None
    disposed_by: str | None
    disposed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many posts aimed at one person had one outcome: `read`, or why they could not be read."""

    target: str
    outcome: str
    posts: int


_ROW: Final = (
    "id", "record_key", "target", "act", "posted_at", "found_at", "band", "score", "categories", "frame", "snapshot",
    "status", "reason", "disposed_by", "disposed_at",
)  # fmt: skip
QUEUE: Final = ("id", "target", "source", "band", "score", "found_at")


def waiting() -> list[tuple[str, str, str, int, int, datetime]]:
    """Return (id, target, source, band, score, found_at) of every waiting lead. One query, n rows."""
    return list(Lead.objects.filter(status=Status.WAITING).values_list(*QUEUE))


def rows(ids: Collection[str]) -> dict[str, Row]:
    """Return the leads of these ids that exist, by id. One query."""
    return {row.id: row for row in map(_row, Lead.objects.filter(id__in=ids).values(*_ROW))}


def put_aside_by(actor: str, since: datetime) -> list[Row]:
    """Return the leads this person put aside since then, latest first. One query."""
    found = Lead.objects.filter(disposed_by=actor, disposed_at__gte=since, status=Status.DROPPED)
    return [_row(values) for values in found.order_by("-disposed_at", "id").values(*_ROW)]


def done_by(actor: str, since: datetime) -> int:
    """Return how many leads this person has put aside since then. One query."""
    return Lead.objects.filter(disposed_by=actor, disposed_at__gte=since).count()


def tallies() -> list[Tally]:
    """Return the posts screened so far per person and outcome, over all imports. One query."""
    sums = Reading.objects.values("target", "outcome").annotate(total=Sum("posts"))
    return [Tally(s["target"], s["outcome"], s["total"]) for s in sums.order_by("target", "outcome")]


def figures() -> dict[str, int]:
    """Return how many leads wait and how many posts could not be read: {"leads": n, "unread": n}. Two queries."""
    missing = Reading.objects.exclude(outcome=READ).aggregate(total=Sum("posts"))["total"]
    return {"leads": Lead.objects.filter(status=Status.WAITING).count(), "unread": missing or 0}


def last_screened() -> datetime | None:
    """Return when an import was last screened, None if none ever was. One query."""
    newest = Screening.objects.order_by("-at").values_list("at", flat=True)[:1]
    return newest[0] if newest else None


def screened_upto() -> int:
    """Return the latest `imported_at` (UTC microseconds) that was screened, -1 if nothing was. One query."""
    found = Screening.objects.aggregate(upto=Max("upto"))["upto"]
    return -1 if found is None else int(found)


def known_posts(record_keys: Iterable[str]) -> set[tuple[str, str]]:
    """Return (record_key, categories) of the leads there are for these posts. One query per 500 keys."""
    keys = list(record_keys)
    found: set[tuple[str, str]] = set()
    for start in range(0, len(keys), 500):
        some = Lead.objects.filter(record_key__in=keys[start : start + 500])
        found.update(some.values_list("record_key", "categories"))
    return found


def unread(found: Iterable[Tally]) -> list[Tally]:
    """Return the tallies of posts that could not be read."""
    return [tally for tally in found if tally.outcome != READ]


def _row(values: dict[str, Any]) -> Row:
    reason = values["reason"]
    changed = {
        "act": Act(values["act"]),
        "band": Band(values["band"]),
        "categories": tuple(str(values["categories"]).split()),
        "status": Status(values["status"]),
        "reason": Reason(reason) if reason is not None else None,
    }
    return Row(post=values.pop("record_key"), **(values | changed))


def former_officers(at: datetime) -> set[str]:
    """Return the ids of those whose officer's role has run out and who hold it no more. Three queries."""
    ended = Grant.objects.filter(role=Role.OFFICER, ends__lte=at).values_list("person", flat=True)
    return set(ended) - holders_of(Role.OFFICER, at)


def protected(ids: Collection[str] | None = None) -> dict[str, tuple[str, str]]:
    """Return id -> (key, sealed label) of the protected people of these ids, or of all. One query."""
    found = Protected.objects.all() if ids is None else Protected.objects.filter(id__in=ids)
    return {person: (key, label) for person, key, label in found.values_list("id", "key", "label")}

"""What stands around the figures: who appoints the pool, and how the last check of the promises went."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count

from evenhand.statistics import rounded
from evenhand.web.cases.models import PoolMember
from evenhand.web.home import Home
from evenhand.web.publish.statistics import words

LAST: Final = "last-invariants.json"


@dataclass(frozen=True, slots=True)
class Body:
    """A body that appoints people to the pool, and about how many of those in it now."""

    name: str
    people: str


@dataclass(frozen=True, slots=True)
class Invariants:
    """The last run of `evenhand invariants run`: when, how many of each result, and which failed."""

    at: datetime
    passed: int
    tested: int
    not_yet: int
    failed: tuple[str, ...]


def appointing() -> tuple[Body, ...]:
    """Return the bodies whose appointments are in the pool now, by name. One query."""
    rows = PoolMember.objects.filter(ended_at=None).values_list("appointed_by")
    counted = rows.annotate(people=Count("person", distinct=True)).order_by("appointed_by")
    return tuple(Body(name.replace("_", " "), words.number(rounded(people).text)) for name, people in counted)


def invariants() -> Invariants | None:
    """Return how the last check went; None where there was none, or its file cannot be read."""
    try:
        said = json.loads((Home.here().root / LAST).read_bytes())
        results = {str(name): str(result) for name, result in said["invariants"].items()}
        at = datetime.fromisoformat(said["at"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    counted = list(results.values())
    failed = tuple(name for name, result in results.items() if result == "failed")
    return Invariants(at, counted.count("passed"), counted.count("tested"), counted.count("not yet"), failed)

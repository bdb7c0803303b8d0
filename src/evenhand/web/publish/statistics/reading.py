"""Reads: which reports are published, how many members there were, and whether a document can be made again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from hashlib import sha256
from typing import Any

from evenhand import __version__
from evenhand.errors import UsageError
from evenhand.statistics import Period
from evenhand.web.publish.models import PublishedReport
from evenhand.web.publish.statistics.counting import name_of, period_of
from evenhand.web.publish.statistics.reports import FORMAT, make
from evenhand.web.record.queries import leaf_about
from evenhand.web.register.models import Load
from evenhand.web.rules.queries import thing_of


class Verdict(StrEnum):
    """What came of checking one document."""

    HOLDS = "holds"
    DIFFERS = "differs"
    UNVERIFIABLE = "unverifiable"


@dataclass(frozen=True, slots=True)
class Checked:
    """One document and what came of checking it; `words` say what was found, `place` its leaf in the record."""

    period: str
    verdict: Verdict
    words: str
    place: int | None = None


def reports() -> list[PublishedReport]:
    """Return every report ever published, the newest first; those that were corrected too. One query."""
    return list(PublishedReport.objects.order_by("-published_at", "-period"))


def newest_by_period() -> dict[str, PublishedReport]:
    """Return the report in force of each period, the latest period first. One query."""
    rows = list(PublishedReport.objects.all())
    corrected = {row.corrects_id for row in rows}
    newest = {row.period: row for row in rows if row.id not in corrected}
    return dict(sorted(newest.items(), key=lambda pair: (period_of(pair[0]).end, pair[0]), reverse=True))


def latest(period: Period) -> PublishedReport | None:
    """Return the report in force of a period, or None. One query."""
    rows = list(PublishedReport.objects.filter(period=name_of(period)))
    corrected = {row.corrects_id for row in rows}
    return next((row for row in rows if row.id not in corrected), None)


def members_at(period: Period) -> int:
    """Return how many people the register held: on average over the loads of a period, else at the nearest load.

    Counts every entry of the register, those of former members included, because what it says of each is sealed;
    an organisation that knows better says so at publication. UsageError where no register was ever loaded. Two queries.
    """
    since, until = (datetime.combine(day, time(), UTC) for day in (period.start, period.end))
    loads = Load.objects.order_by("loaded_at")
    inside = list(loads.filter(loaded_at__gte=since, loaded_at__lt=until).values_list("members", flat=True))
    if inside:
        return round(sum(inside) / len(inside))
    nearest = loads.filter(loaded_at__lt=since).last() or loads.first()
    if nearest is None:
        raise UsageError(
            "nobody knows how many members there are",
            where="statistics", mend="Load the register (evenhand membership load), or give --members.",
        )  # fmt: skip
    return nearest.members


def check(text: str, csv: str | None = None) -> Checked:
    """Check a published document against the record, the stored reports and the rows it was counted from.

    Raises UsageError for a text that is no such document. The rows are counted again: linear in all of them.
    """
    document = _document(text)
    digest = sha256(text.encode()).hexdigest()
    period, place = str(document["period"]), _place(digest)
    if place is None:
        return Checked(period, Verdict.DIFFERS, "the record holds no publication of exactly this document")
    if csv is not None and sha256(csv.encode()).hexdigest() != document.get("csv_sha256"):
        return Checked(period, Verdict.DIFFERS, "the CSV beside it is not the one that was published with it", place)
    if document.get("code_version") != __version__:
        words = f"it was computed by version {document.get('code_version')}; this is {__version__}"
        return Checked(period, Verdict.UNVERIFIABLE, words, place)
    again = make(
        period_of(period), members=document["members"], quarters=document["quarters"],
        corrections=document["corrections"], corrects=document["corrects"],
    )  # fmt: skip
    if again.digest != digest:
        return Checked(period, Verdict.DIFFERS, "the rows give other numbers now", place)
    return Checked(period, Verdict.HOLDS, "the rows give exactly these numbers", place)


def place_of(row: PublishedReport) -> int | None:
    """Return the place of a report's publication in the record."""
    return _place(row.id)


def _place(digest: str) -> int | None:
    for kind in ("stats.published", "stats.corrected"):
        try:
            return leaf_about(thing_of(digest), kind)
        except UsageError:
            continue
    return None


def _document(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
        lists = all(isinstance(found[name], list) for name in ("quarters", "corrections", "rows"))
        right = lists and found["format"] == FORMAT and isinstance(found["members"], int)
    except (ValueError, TypeError, KeyError, RecursionError):
        right = False
    if not right:
        raise UsageError("is no published report of figures", mend="Use the JSON file that /statistics offers.")
    return dict(found)

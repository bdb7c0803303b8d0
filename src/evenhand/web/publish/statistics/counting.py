"""The exact figures of one period from this installation's rows: the auditor's copy, never published as it is."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from django.db.models import Sum

from evenhand import __version__
from evenhand.errors import UsageError
from evenhand.statistics import (
    Breakdown,
    CaseFlow,
    Computed,
    Denominator,
    Dimension,
    Maker,
    MeasureId,
    Named,
    Period,
    SubmissionFlow,
    Unit,
    contacts,
    membership,
    outcomes,
    reconcile_cases,
    reconcile_submissions,
    routes,
    subjects_per_members,
    submissions,
    times,
)
from evenhand.web.cases.counting import Counted, count
from evenhand.web.desk.models import Lead, Reading, Screening
from evenhand.web.desk.words import READ, Reason
from evenhand.web.publish.statistics.reference import NOT_PRINTED

WAITING: Final = "nobody_has_decided_yet"
_PERIOD: Final = re.compile(r"(\d{4})(?:[- ]Q([1-4]))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Exact:
    """Everything counted of a period, with both identities; they hold or this cannot be built."""

    period: Period
    computed: tuple[Computed, ...]
    sent: SubmissionFlow
    cases: CaseFlow
    tests: int


def period_of(text: str) -> Period:
    """Return the period of `2026-Q3` or `2026`; UsageError for anything else."""
    found = _PERIOD.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise UsageError(f"'{text[:20]}' is no period", mend="Write a quarter such as 2026-Q3, or a year such as 2026.")
    return Period.quarter(int(found[1]), int(found[2])) if found[2] else Period.year(int(found[1]))


def name_of(period: Period) -> str:
    """Return a period as addresses, file names and rows have it: `2026-Q3`, `2026`."""
    return str(period).replace(" ", "-")


def exact(period: Period, members: int, *, code_version: str = __version__) -> Exact:
    """Count a period; `members`: on average, above 0. Linear in the rows of all time; DoesNotHold if it cannot be."""
    counted = count(period)
    maker = Maker(period, code_version)
    computed = (
        submissions(maker, counted.submissions),
        membership(maker, counted.submissions, counted.items, counted.complained),
        subjects_per_members(maker, counted.complained, members),
        routes(maker, counted.cases, ()),
        outcomes(maker, counted.cases, counted.decided),
        times(maker, counted.cases, counted.open_days),
        contacts(maker, counted.contacts, counted.cases, ()),
        machine(maker, counted),
    )
    return Exact(
        period=period,
        computed=tuple(_printed(each) for each in computed),
        sent=reconcile_submissions(period, counted.submissions),
        cases=reconcile_cases(period, counted.cases),
        tests=sum(row.test and period.holds(row.received) for row in counted.submissions),
    )


def _printed(computed: Computed) -> Computed:
    kept = [each for each in computed.tables if (each.measure, each.dimension) not in NOT_PRINTED]
    return Computed(tuple(kept), computed.figures)


def machine(maker: Maker, counted: Counted) -> Computed:
    """Return M13 as far as it is counted: leads by what a person said of them, posts by whether they could be read.

    A lead is what the program put before an officer. Error rates by language and group are not counted yet.
    """
    return Computed(
        tables=(_leads(maker), _posts(maker)),
        figures=(
            Named(
                MeasureId.M13, Dimension.RESULT, "reported items the program found too",
                maker.count(counted.found, Unit.ITEM, Denominator(counted.found, "items of reports found by both")),
            ),
        ),
    )  # fmt: skip


def _leads(maker: Maker) -> Breakdown:
    since, until = _bounds(maker.period)
    found = Lead.objects.filter(found_at__gte=since, found_at__lt=until).values_list("reason", "disposed_at")
    said = Counter(
        f"not_abuse_{reason}" if reason and at and at < until else WAITING for reason, at in found.iterator(2_000)
    )
    cells = {label: said[label] for label in (WAITING, *(f"not_abuse_{reason.value}" for reason in Reason))}
    whole = "leads the program put before a person"
    return Breakdown(MeasureId.M13, Dimension.RESULT, Unit.ITEM, cells, sum(cells.values()), maker, whole)


def _posts(maker: Maker) -> Breakdown:
    """Return how many posts were read, and how many could not be and why: nothing unread counts as harmless."""
    since, until = _bounds(maker.period)
    batches = Screening.objects.filter(at__gte=since, at__lt=until).values_list("batch", flat=True)
    rows = Reading.objects.filter(batch__in=batches).values_list("outcome").annotate(posts=Sum("posts"))
    cells = {READ: 0} | {str(outcome): int(posts) for outcome, posts in rows.order_by("outcome")}
    whole = "posts aimed at protected people"
    return Breakdown(MeasureId.M13, Dimension.REASON, Unit.ITEM, cells, sum(cells.values()), maker, whole)


def _bounds(period: Period) -> tuple[datetime, datetime]:
    return datetime.combine(period.start, time(), UTC), datetime.combine(period.end, time(), UTC)

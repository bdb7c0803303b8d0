"""What /audit/figures shows to the auditor alone: the exact tables of a period, and whether the published one holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from evenhand.errors import EvenhandError, UsageError
from evenhand.statistics import Breakdown, CaseFlow, Named, Period, Quarter, SubmissionFlow
from evenhand.web.publish.statistics import words
from evenhand.web.publish.statistics.counting import Exact, exact, name_of, period_of
from evenhand.web.publish.statistics.reading import Checked, check, latest, members_at


@dataclass(frozen=True, slots=True)
class ExactTable:
    """One exact table: its name, its rows as (label, number), its total."""

    name: str
    rows: tuple[tuple[str, int], ...]
    total: int


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The page; `fault`: why nothing could be counted; `checked`: the published report made again, if there is one."""

    name: str
    period: str
    members: int
    sent: SubmissionFlow | None
    cases: CaseFlow | None
    tables: tuple[ExactTable, ...]
    figures: tuple[tuple[str, str, str, str], ...]
    tests: int
    fault: str
    checked: Checked | None


def audit_page(name: str, today: date) -> AuditPage | None:
    """Return the page for a period ("" for the last quarter that is over); None for what is no period."""
    try:
        period = period_of(name) if name else _last_over(today)
    except UsageError:
        return None
    try:
        members = members_at(period)
        found = exact(period, max(members, 1))
    except EvenhandError as error:
        return AuditPage(name_of(period), words.period_words(period), 0, None, None, (), (), 0, str(error), None)
    return _page(period, members, found)


def _page(period: Period, members: int, found: Exact) -> AuditPage:
    published = latest(period)
    return AuditPage(
        name=name_of(period), period=words.period_words(period), members=members, sent=found.sent, cases=found.cases,
        tables=tuple(_table(table) for each in found.computed for table in each.tables),
        figures=tuple(_figure(named) for each in found.computed for named in each.figures),
        tests=found.tests, fault="", checked=check(published.text, published.csv) if published else None,
    )  # fmt: skip


def _table(table: Breakdown) -> ExactTable:
    rows = tuple((words.label(table.dimension, coded), count) for coded, count in table.cells.items())
    unit = str(words.UNITS[table.unit])
    return ExactTable(f"{words.TITLES[table.measure, table.dimension]} ({unit})", rows, table.total)


def _figure(named: Named) -> tuple[str, str, str, str]:
    figure = named.figure
    whole = f"{figure.denominator.size:g} {words.WHOLES.get(figure.denominator.words, figure.denominator.words)}"
    interval = f"{figure.interval.low:g} – {figure.interval.high:g}"
    return f"{named.measure} {named.label}", f"{figure.value:g}", interval, whole


def _last_over(today: date) -> Period:
    year, number = (today.year, (today.month - 1) // 3) if today.month > 3 else (today.year - 1, 4)
    return Period(Quarter(year, number), Quarter(year, number))

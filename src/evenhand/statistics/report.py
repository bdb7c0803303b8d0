"""A report for the public: the protected tables and figures of one period, as rows, CSV, JSON, and sentences."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from evenhand.codes import Rung
from evenhand.errors import UsageError
from evenhand.membership import MembershipResult
from evenhand.statistics.catalogue import MEASURES, Dimension, MeasureId
from evenhand.statistics.disclosure import (
    PublicFigure,
    PublicTable,
    Shown,
    check_labels,
    protect,
    protect_figure,
    rounded,
)
from evenhand.statistics.figures import Statistic, Unit
from evenhand.statistics.never_printed import printable
from evenhand.statistics.periods import Period
from evenhand.statistics.tables import Breakdown, Computed, Named

SMALL_BODY: Final = 1_000
_TOTAL: Final = "total"
COLUMNS: Final = (
    "measure", "name", "dimension", "label", "statistic", "value", "low", "high", "interval", "unit", "denominator",
    "denominator_words", "period", "code_version", "sentence",
)  # fmt: skip


class Cadence(StrEnum):
    """How often figures are published."""

    QUARTERLY = "quarterly"
    ANNUAL = "annual"


def cadence(members: int) -> Cadence:
    """Return the cadence of a body: under 1,000 members one annual page, of the whole body only (D43)."""
    return Cadence.ANNUAL if members < SMALL_BODY else Cadence.QUARTERLY


@dataclass(frozen=True, slots=True)
class Report:
    """The public report of one period; everything in it may be printed. `corrections` are dated lines."""

    period: Period
    code_version: str
    tables: tuple[PublicTable, ...]
    figures: tuple[tuple[Named, PublicFigure], ...]
    left_out_tests: int = 0
    corrections: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, str]]:
        """Return one flat row per printed number, texts only, in COLUMNS order."""
        rows = [row for table in self.tables for row in _table_rows(table)]
        return rows + [_figure_row(named, figure) for named, figure in self.figures]

    def sentences(self) -> list[str]:
        """Return one sentence per number that may be quoted; hidden numbers have none."""
        return [row["sentence"] for row in self.rows() if row["sentence"]]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON."""
        return {
            "period": str(self.period),
            "code_version": self.code_version,
            "test_reports_left_out": self.left_out_tests,
            "corrections": list(self.corrections),
            "notes": list(dict.fromkeys(note for table in self.tables for note in table.notes)),
            "rows": self.rows(),
        }

    def as_json(self) -> str:
        """Return the report as JSON text, keys in order, ending in a line feed."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1) + "\n"

    def as_csv(self) -> str:
        """Return the rows as CSV text with a header; a cell that a spreadsheet would run starts with a quote."""
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _inert(value) for name, value in row.items()} for row in self.rows())
        return out.getvalue()

    @property
    def hidden(self) -> Mapping[str, frozenset[str]]:
        """The hidden labels by table name; a later report of the year hides them too."""
        return {table.source.name: table.hidden for table in self.tables}


def _inert(value: str) -> str:
    return "'" + value if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def build_report(
    computed: Iterable[Computed],
    *,
    members: int,
    quarters: Sequence[Report] = (),
    left_out_tests: int = 0,
    corrections: Sequence[str] = (),
) -> Report:
    """Return the public report of what was computed.

    All figures must be of one period and code. `quarters`: the reports of the year's quarters already
    published; what they hid stays hidden in the year. A body under 1,000 members gets totals of a whole year
    only. Raises UsageError for mixed periods, a quarter of a small body, a table twice, or nothing to print.
    """
    found = tuple(computed)
    tables = [table for each in found for table in each.tables]
    figures = [named for each in found for named in each.figures]
    period, version = _one_source(tables, figures)
    small = cadence(members) is Cadence.ANNUAL
    if small and not period.is_year:
        raise UsageError("a body under 1,000 members publishes once a year", mend="Build the report of the year.")
    if len({table.name for table in tables}) != len(tables):
        raise UsageError("a table is there twice", mend="Compute each measure once.")
    public = [protect(table, _before(table.name, quarters, period)) for table in tables]
    check_labels([named.label for named in figures])
    return Report(
        period=period,
        code_version=version,
        tables=tuple(_whole_only(table) for table in public) if small else tuple(public),
        figures=tuple((named, protect_figure(named.figure)) for named in figures),
        left_out_tests=left_out_tests,
        corrections=tuple(corrections),
    )


def _one_source(tables: Sequence[Breakdown], figures: Sequence[Named]) -> tuple[Period, str]:
    makers = {(table.maker.period, table.maker.code_version) for table in tables}
    makers |= {(named.figure.period, named.figure.code_version) for named in figures}
    if len(makers) != 1:
        raise UsageError(
            "a report is of one period and one code version", where=f"{len(makers)} found", mend="Compute it together."
        )
    return makers.pop()


def _before(name: str, quarters: Iterable[Report], period: Period) -> list[PublicTable]:
    """Return the same table of the year's quarters; nothing for a quarter, which repeats none."""
    mine = [each for each in quarters if period.is_year and not each.period.is_year and period.holds(each.period.first)]
    return [table for each in mine for table in each.tables if table.source.name == name]


def _whole_only(table: PublicTable) -> PublicTable:
    return PublicTable(table.source, {}, table.total, table.notes)


def _table_rows(table: PublicTable) -> list[dict[str, str]]:
    rows = [_cell_row(table, label, cell) for label, cell in table.cells.items()]
    return [*rows, _cell_row(table, _TOTAL, table.total)]


def _cell_row(table: PublicTable, label: str, cell: Shown) -> dict[str, str]:
    source = table.source
    number = cell.number
    value = f"about {number:,} {source.unit.words(number)}" if number else f"no {source.unit.plural}"
    whole = f"{_about(table.total)} {source.whole}"
    words = _readable(source.dimension, label)
    period = source.maker.period.words
    if label == _TOTAL:
        sentence = f"In {period} there were {whole}."
    else:
        sentence = MEASURES[source.measure].says(period=period, value=value, whole=whole, label=words)
    return _row(
        source.measure, source.dimension, label, Statistic.COUNT, source.unit,
        value=cell.text, low=cell.text, high=cell.text, interval="counted in full, then rounded",
        denominator=table.total.text, denominator_words=source.whole, period=str(source.maker.period),
        code_version=source.maker.code_version, sentence=printable(sentence) if number is not None else "",
    )  # fmt: skip


def _about(total: Shown) -> str:
    return f"about {total.number:,}" if total.number else ("fewer than 10" if total.is_hidden else "no")


def _readable(dimension: Dimension, label: str) -> str:
    if dimension is Dimension.RUNG and label in set(Rung):
        return Rung(label).words
    if dimension is Dimension.MEMBERSHIP and label in set(MembershipResult):
        return MembershipResult(label).words
    return label.replace("_", " ")


def _figure_row(named: Named, public: PublicFigure) -> dict[str, str]:
    figure = named.figure
    hidden = public.value is None
    return _row(
        named.measure, named.dimension, named.label, figure.statistic, figure.unit,
        value=_text(public.value), low=_text(public.low), high=_text(public.high),
        interval=f"{figure.interval.method}, {figure.interval.level:.0%}",
        denominator=_denominator(figure.denominator.size),
        denominator_words=figure.denominator.words, period=str(figure.period), code_version=figure.code_version,
        sentence="" if hidden else printable(_figure_sentence(named, public)),
    )  # fmt: skip


def _denominator(size: float) -> str:
    """Members are many and rounded like counts; a small whole is not shown either."""
    return rounded(round(size)).text


def _text(value: float | None) -> str:
    return "not shown" if value is None else f"{value:g}"


def _figure_sentence(named: Named, public: PublicFigure) -> str:
    figure = named.figure
    value = public.value or 0.0
    words = {
        Statistic.COUNT: f"about {value:,.0f} {figure.unit.words(value)}",
        Statistic.SHARE: f"{value:.0%} of {figure.unit.plural}",
        Statistic.RATE: f"{value:g} {figure.unit.plural} per 10,000 members (95 % interval {_text(public.low)} to "
        f"{_text(public.high)})",
        Statistic.MEDIAN_DAYS: f"{value:g} days",
        Statistic.P90_DAYS: f"{value:g} days",
        Statistic.MAX_DAYS: f"{value:g} days",
    }[figure.statistic]
    size = _denominator(figure.denominator.size)
    about = "fewer than 10" if size == "<10" else "no" if size == "0" else f"about {int(size):,}"
    return MEASURES[named.measure].says(
        period=figure.period.words, value=words, whole=f"{about} {figure.denominator.words}", label=named.label
    )


def _row(
    measure: MeasureId, dimension: Dimension, label: str, statistic: Statistic, unit: Unit, **rest: str
) -> dict[str, str]:
    given = {
        "measure": str(measure), "name": MEASURES[measure].name, "dimension": str(dimension), "label": label,
        "statistic": str(statistic), "unit": str(unit), **rest,
    }  # fmt: skip
    return {name: given[name] for name in COLUMNS}

"""What /statistics shows: one published report in words and tables, and what stands around every figure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from evenhand.statistics import Dimension, MeasureId, Period, Statistic, Unit, printable
from evenhand.web.publish.home_page import HomePage, home_page
from evenhand.web.publish.models import PublishedReport
from evenhand.web.publish.queries import Signed, signed
from evenhand.web.publish.statistics import words
from evenhand.web.publish.statistics.around import Body, Invariants, appointing, invariants
from evenhand.web.publish.statistics.counting import period_of
from evenhand.web.publish.statistics.drawing import Bar, drawing
from evenhand.web.publish.statistics.reading import newest_by_period, reports

_D = Dimension
Row = Mapping[str, str]
PARTS: Final = frozenset({MeasureId.M2, MeasureId.M7, MeasureId.M9, MeasureId.M14})


@dataclass(frozen=True, slots=True)
class Line:
    """One number: what it is of, the number in words, the sentence to quote, and its place on the page."""

    anchor: str
    label: str
    shown: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its title with its unit, its lines, and the line of the total."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    total: Line | None


@dataclass(frozen=True, slots=True)
class Stage:
    """How long one stage took: in days and in time, each in words."""

    name: str
    half: str
    most: str
    longest: str
    in_time: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One of the four units: its name, what one of them is, how many there were."""

    name: str
    meaning: str
    shown: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A period that was published: its name in the address, in words, and whether this page shows it."""

    name: str
    words: str
    here: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One publication of this period: when, its digest, and whether it is the one in force."""

    digest: str
    at: datetime
    in_force: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one report, ready to print."""

    name: str
    period: str
    digest: str
    code_version: str
    members: str
    units: tuple[UnitRow, ...]
    drawing: str
    ends: Table | None
    sent: tuple[Table, ...]
    flow: tuple[tuple[str, str], ...]
    rate: Line | None
    per_members: str
    tables: tuple[Table, ...]
    machine: tuple[Table, ...]
    machine_also: tuple[Line, ...]
    stages: tuple[Stage, ...]
    briefings: tuple[Line, ...]
    sentences: tuple[Line, ...]
    whole_only: bool
    tests: int
    corrections: tuple[str, ...]
    signed: Signed
    is_signed: bool
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class StatisticsPage:
    """The page; `figures` is None before anything was published."""

    figures: Figures | None
    choices: tuple[Choice, ...]
    appointing: tuple[Body, ...]
    home: HomePage
    invariants: Invariants | None


def statistics_page(name: str) -> StatisticsPage | None:
    """Return the page for a period (`2026-Q3`, `2026`; "" for the latest); None where it was not published."""
    newest = newest_by_period()
    if name and name not in newest:
        return None
    row = newest[name] if name else next(iter(newest.values()), None)
    return StatisticsPage(
        figures=figures_of(row) if row else None,
        choices=tuple(Choice(each, _period(each), bool(row and each == row.period)) for each in newest),
        appointing=appointing(),
        home=home_page(),
        invariants=invariants(),
    )


def figures_of(row: PublishedReport) -> Figures:
    """Return a stored report in words of the reader's language."""
    document = json.loads(row.text)
    rows: Sequence[Row] = document["rows"]
    tables = _tables(rows)
    single = [each for each in rows if Statistic(each["statistic"]) is Statistic.COUNT and _is_figure(each)]
    rate = next((each for each in rows if each["statistic"] == Statistic.RATE), None)
    units = _units(rows, document["cases_flow"])
    signers = (row.first_signer, row.second_signer)
    return Figures(
        name=row.period, period=_period(row.period), digest=row.id, code_version=document["code_version"],
        members=words.number(str(document["members"])),
        units=tuple(UnitRow(bar.name, meaning, bar.words) for bar, meaning in units),
        drawing=_drawing([bar for bar, _meaning in units], row.period),
        ends=next(iter(tables.get((MeasureId.M1, _D.END), ())), None),
        sent=(*tables.get((MeasureId.M1, _D.CHANNEL), ()), *tables.get((MeasureId.M1, _D.COMPLAINANT_TYPE), ())),
        flow=_flow(document["cases_flow"]),
        rate=_line(rate) if rate else None, per_members=_per_members(rate),
        tables=tuple(t for (m, _d), found in tables.items() if m in PARTS for t in found),
        machine=tuple(t for (m, _d), found in tables.items() if m is MeasureId.M13 for t in found),
        machine_also=tuple(_line(each) for each in single if each["measure"] == MeasureId.M13),
        stages=_stages(rows),
        briefings=tuple(_line(each) for each in single if each["measure"] == MeasureId.M14),
        sentences=_sentences(rows),
        whole_only=document["cadence"] == "annual", tests=document["test_reports_left_out"],
        corrections=tuple(document["corrections"]),
        signed=signed(
            row.id, "stats.corrected" if row.corrects_id else "stats.published", [s for s in signers if s],
            row.published_at,
        ),
        is_signed=all(signers), versions=_versions(row),
    )  # fmt: skip


def _sentences(rows: Sequence[Row]) -> tuple[Line, ...]:
    """Return each sentence once, at its first place: the total of four tables is one number."""
    first: dict[str, Line] = {}
    for line in map(_line, rows):
        first.setdefault(line.sentence, line)
    return tuple(line for sentence, line in first.items() if sentence)


def _period(name: str) -> str:
    return words.period_words(period_of(name))


def _is_figure(row: Row) -> bool:
    return row["interval"] != "counted in full, then rounded"


def _tables(rows: Sequence[Row]) -> dict[tuple[MeasureId, Dimension], list[Table]]:
    """Return the tables by measure and dimension, in the order of the report; one per unit."""
    grouped: dict[tuple[MeasureId, Dimension, Unit], list[Row]] = {}
    for row in rows:
        if not _is_figure(row):
            key = (MeasureId(row["measure"]), _D(row["dimension"]), Unit(row["unit"]))
            grouped.setdefault(key, []).append(row)
    found: dict[tuple[MeasureId, Dimension], list[Table]] = {}
    for (measure, dimension, unit), mine in grouped.items():
        title = str(words.TITLES.get((measure, dimension), measure))
        cells = tuple(_line(row) for row in mine if row["label"] != "total")
        total = next((_line(row) for row in mine if row["label"] == "total"), None)
        found.setdefault((measure, dimension), []).append(Table(title, str(words.UNITS[unit]), cells, total))
    return found


def _line(row: Row) -> Line:
    return Line(_anchor(row), _label(row), _shown(row), _sentence(row))


def _anchor(row: Row) -> str:
    parts = (row["measure"], row["dimension"], row["unit"], row["label"])
    return "-".join("".join(c if c.isalnum() else "-" for c in part) for part in parts).lower()


def _label(row: Row) -> str:
    if row["measure"] == MeasureId.M10 and _is_figure(row):
        return f"{words.stage(row['label'].split(', ')[0])}, {words.DAYS[Statistic(row['statistic'])]}"
    return words.label(_D(row["dimension"]), row["label"])


def _shown(row: Row) -> str:
    statistic = Statistic(row["statistic"])
    shown = words.number(row["value"])
    if row["value"] == "not shown" or statistic in (Statistic.COUNT, Statistic.RATE):
        return shown
    if statistic is Statistic.SHARE:
        return f"{float(row['value']):.0%}"
    return _("%(number)s days") % {"number": shown}


def _sentence(row: Row) -> str:
    """Return the sentence in the reader's language; "" where the document has none."""
    if not row["sentence"]:
        return ""
    period: Period = period_of(row["period"])
    whole = words.about(row["denominator"], words.WHOLES.get(row["denominator_words"], row["denominator_words"]))
    facts = {"period": words.period_words(period), "whole": whole}
    if row["label"] == "total":
        return _capital(str(words.TOTAL).format(**facts))
    template = str(words.SENTENCES[MeasureId(row["measure"])])
    return printable(_capital(template.format(**facts, value=_value(row), label=_label(row))))


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _value(row: Row) -> str:
    statistic, unit = Statistic(row["statistic"]), words.UNITS[Unit(row["unit"])]
    if statistic is Statistic.COUNT:
        return words.about(row["value"], unit)
    if statistic is Statistic.RATE:
        return _("%(number)s %(units)s per 10,000 members (95 %% interval %(low)s to %(high)s)") % {
            "number": words.number(row["value"]), "units": unit,
            "low": words.number(row["low"]), "high": words.number(row["high"]),
        }  # fmt: skip
    if statistic is Statistic.SHARE:
        return _("%(share)s of %(units)s") % {"share": _shown(row), "units": unit}
    return _shown(row)


def _per_members(rate: Row | None) -> str:
    """Return the rate as a picture everybody has: how many of 10,000 members; "" where too few stand behind it."""
    if rate is None or rate["value"] == "not shown":
        return ""
    each = float(rate["value"])
    if each <= 0:
        return ""
    one_in = words.number(str(round(10_000 / each)))
    return _("That is one member in %(number)s.") % {"number": one_in}


def _units(rows: Sequence[Row], flow: Mapping[str, str]) -> list[tuple[Bar, str]]:
    """Return the four units with what one of each is: messages, items, people, cases."""
    made: tuple[tuple[str, str, Callable[[], str]], ...] = (
        (_("Messages"), _("one message that reached us (a submission); many can be about one post"),
         lambda: _total(rows, MeasureId.M1, Unit.SUBMISSION)),
        (_("Items"), _("one post or act, however often it was reported"),
         lambda: _total(rows, MeasureId.M2, Unit.ITEM)),
        (_("People"), _("one person complained about, however many items or messages name them"),
         lambda: _total(rows, MeasureId.M2, Unit.SUBJECT)),
        (_("Cases"), _("one person and what is alleged against them, opened under one procedure"),
         lambda: flow["opened"]),
    )  # fmt: skip
    found = []
    for name, meaning, read in made:
        text = read()
        found.append((Bar(name, words.number(text), int(text) if text.isdigit() else None), meaning))
    return found


def _total(rows: Sequence[Row], measure: MeasureId, unit: Unit) -> str:
    mine = (row["value"] for row in rows if (row["measure"], row["unit"], row["label"]) == (measure, unit, "total"))
    return next(mine, "not shown")


def _drawing(bars: Sequence[Bar], name: str) -> str:
    title = _("Messages, items, people and cases in %(period)s") % {"period": _period(name)}
    return drawing(bars, title, "; ".join(f"{bar.name}: {bar.words}" for bar in bars))


def _flow(flow: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    names = (
        ("opened", _("opened in this period")), ("carried_in", _("open from before")),
        ("closed", _("closed in this period")), ("carried_out", _("still open at its end")),
    )  # fmt: skip
    return tuple((name, words.number(flow[key])) for key, name in names)


def _stages(rows: Sequence[Row]) -> tuple[Stage, ...]:
    found: dict[str, dict[Statistic, str]] = {}
    for row in rows:
        if row["measure"] == MeasureId.M10 and _is_figure(row):
            found.setdefault(row["label"].split(", ")[0], {})[Statistic(row["statistic"])] = _shown(row)
    order = [*words.STAGES, *sorted(set(found) - set(words.STAGES))]
    kinds = (Statistic.MEDIAN_DAYS, Statistic.P90_DAYS, Statistic.MAX_DAYS, Statistic.SHARE)
    return tuple(
        Stage(words.stage(coded), *(found[coded].get(kind, _("no clock")) for kind in kinds))
        for coded in order
        if coded in found
    )


def _versions(row: PublishedReport) -> tuple[Version, ...]:
    return tuple(
        Version(each.id, each.published_at, each.id == row.id) for each in reports() if each.period == row.period
    )

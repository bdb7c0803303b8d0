"""The measures this code computes: M1, M2, M3, M7, M9, M10 and M14, each from plain rows, each exact.

Every function takes the rows of all time and counts those of its period; linear in the rows. Seeded test
reports are left out of every figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from evenhand.codes import Rung
from evenhand.membership import MembershipResult
from evenhand.statistics.catalogue import Dimension, MeasureId
from evenhand.statistics.figures import Denominator, Maker, Unit
from evenhand.statistics.rows import (
    Body,
    BriefingRow,
    Channel,
    ComplainantType,
    ContactCategory,
    ContactRow,
    CountingRow,
    ItemRow,
    PauseReason,
    Route,
    StageCount,
    SubjectRow,
    SubmissionEnd,
    SubmissionRow,
    VexatiousRow,
    VexatiousStep,
)
from evenhand.statistics.tables import Breakdown, Computed, Named, breakdown

_RECEIVED: Final = "submissions received"
_MEMBERS: Final = frozenset({MembershipResult.BOTH, MembershipResult.MEMBER_AT_TIME, MembershipResult.MEMBER_NOW})


def submissions(maker: Maker, rows: Iterable[SubmissionRow]) -> Computed:
    """Return M1: submissions by what became of them, channel, complainant type and restricted-body origin."""
    mine = [row for row in rows if maker.period.holds(row.received) and not row.test]
    origins = ("restricted_body", "elsewhere")

    def table(dimension: Dimension, labels: Iterable[str], found: Iterable[str]) -> Breakdown:
        return breakdown(maker, MeasureId.M1, dimension, Unit.SUBMISSION, labels, found, _RECEIVED)

    return Computed(
        tables=(
            table(Dimension.END, SubmissionEnd, (row.end for row in mine)),
            table(Dimension.CHANNEL, Channel, (row.channel for row in mine)),
            table(Dimension.COMPLAINANT_TYPE, ComplainantType, (row.complainant for row in mine)),
            table(Dimension.ORIGIN, origins, (origins[not row.restricted_origin] for row in mine)),
        )
    )


def membership(
    maker: Maker, sent: Iterable[SubmissionRow], items: Iterable[ItemRow], subjects: Iterable[SubjectRow]
) -> Computed:
    """Return M2: the membership result by submissions, by items and by subjects, never one of them alone."""
    period = maker.period
    people = [row for row in subjects if period.holds(row.quarter)]
    return Computed(
        tables=(
            _membership(
                maker, Unit.SUBMISSION, _RECEIVED,
                [row.membership for row in sent if period.holds(row.received) and not row.test],
            ),
            _membership(
                maker, Unit.ITEM, "items received", [row.membership for row in items if period.holds(row.received)]
            ),
            _membership(
                maker, Unit.SUBJECT, "people complained about",
                [row.membership for row in people if not row.under_16],
                apart=sum(row.under_16 for row in people),
            ),
        )
    )  # fmt: skip


def _membership(
    maker: Maker, unit: Unit, whole: str, found: Sequence[MembershipResult], *, apart: int = 0
) -> Breakdown:
    return breakdown(maker, MeasureId.M2, Dimension.MEMBERSHIP, unit, MembershipResult, found, whole, apart=apart)


def subjects_per_members(maker: Maker, subjects: Iterable[SubjectRow], average_members: float) -> Computed:
    """Return M3: members complained about, per 10,000 average members, with the exact Poisson interval.

    One person counts once in a period. Raises UsageError unless the average is above 0.
    """
    count = sum(maker.period.holds(row.quarter) and row.membership in _MEMBERS for row in subjects)
    rate = maker.rate(count, Unit.SUBJECT, average_members)
    return Computed(figures=(Named(MeasureId.M3, Dimension.WHOLE, "members complained about", rate),))


def routes(maker: Maker, cases: Iterable[CountingRow], vexatious: Iterable[VexatiousRow]) -> Computed:
    """Return M7: cases by the route settled in the period; complainants warned, labelled, and overturned."""
    settled = [row for row in cases if maker.period.holds(row.settled)]
    steps = [row.step for row in vexatious if maker.period.holds(row.quarter)]
    return Computed(
        tables=(
            breakdown(
                maker, MeasureId.M7, Dimension.ROUTE, Unit.CASE, Route,
                [row.route for row in settled if row.route is not None and not row.under_16],
                "cases whose way was settled", apart=sum(row.under_16 for row in settled),
            ),
            breakdown(
                maker, MeasureId.M7, Dimension.VEXATIOUS, Unit.COMPLAINANT, VexatiousStep, steps,
                "complainants about whose way of complaining something was done",
            ),
        )
    )  # fmt: skip


def outcomes(maker: Maker, cases: Iterable[CountingRow], subjects: Iterable[SubjectRow]) -> Computed:
    """Return M9: outcomes by rung, by cases decided and by subjects (each at their heaviest)."""
    decided = [row for row in cases if maker.period.holds(row.decided)]
    people = [row for row in subjects if maker.period.holds(row.quarter) and row.heaviest is not None]
    return Computed(
        tables=(
            breakdown(
                maker, MeasureId.M9, Dimension.RUNG, Unit.CASE, Rung,
                [row.rung for row in decided if row.rung is not None and not row.under_16],
                "cases decided", apart=sum(row.under_16 for row in decided),
            ),
            breakdown(
                maker, MeasureId.M9, Dimension.RUNG, Unit.SUBJECT, Rung,
                [row.heaviest for row in people if row.heaviest is not None and not row.under_16],
                "people about whom something was decided", apart=sum(row.under_16 for row in people),
            ),
        )
    )  # fmt: skip


def times(maker: Maker, cases: Iterable[CountingRow], open_days: Sequence[int] = ()) -> Computed:
    """Return M10: days per stage (median, p90, longest), the share in its clock, age of open cases, pauses.

    A stay counts in the period in which it ended. `open_days`: the age of each case open on the last day.
    """
    stays: dict[str, list[StageCount]] = defaultdict(list)
    for row in cases:
        for stay in row.stages:
            if maker.period.holds(stay.quarter) and not row.under_16:
                stays[stay.stage].append(stay)
    figures = [named for stage in sorted(stays) for named in _stage(maker, stage, stays[stage])]
    if open_days:
        figures += _lengths(maker, "age of open cases", [*open_days], "cases open on the last day")
    found = [reason for each in stays.values() for stay in each for reason in stay.pauses]
    pauses = breakdown(
        maker, MeasureId.M10, Dimension.PAUSE_REASON, Unit.PAUSE, PauseReason, found, "pauses of clocks that ended"
    )
    return Computed(tables=(pauses,), figures=tuple(figures))


def _stage(maker: Maker, stage: str, stays: Sequence[StageCount]) -> list[Named]:
    figures = _lengths(maker, stage, [stay.days for stay in stays], "cases that left this stage")
    clocked = [stay.in_clock for stay in stays if stay.in_clock is not None]
    if clocked:
        share = maker.share(sum(clocked), len(clocked), Unit.CASE, "cases that left this stage under a clock")
        figures.append(Named(MeasureId.M10, Dimension.CLOCK, f"{stage}, in its clock", share))
    return figures


def _lengths(maker: Maker, label: str, days: list[int], words: str) -> list[Named]:
    found = (
        (f"{label}, median", maker.quantile(days, 0.5, Unit.CASE, words)),
        (f"{label}, nine in ten within", maker.quantile(days, 0.9, Unit.CASE, words)),
        (f"{label}, longest", maker.longest(days, Unit.CASE, words)),
    )
    return [Named(MeasureId.M10, Dimension.STAGE, name, figure) for name, figure in found]


def contacts(
    maker: Maker, rows: Iterable[ContactRow], cases: Iterable[CountingRow], briefings: Iterable[BriefingRow]
) -> Computed:
    """Return M14: contacts by category, by body, found later; seats' declarations; briefings. Zero is a figure."""
    mine = [row for row in rows if maker.period.holds(row.quarter)]
    decided = [row for row in cases if maker.period.holds(row.decided)]
    seats, declared = sum(row.seats for row in decided), sum(row.seats_declared for row in decided)
    logged = ("logged_in_time", "found_later")
    given = ("declared", "not_declared")

    def table(dimension: Dimension, labels: Iterable[str], found: Iterable[str]) -> Breakdown:
        return breakdown(maker, MeasureId.M14, dimension, Unit.CONTACT, labels, found, "contacts recorded")

    sent = sum(maker.period.holds(row.quarter) for row in briefings)
    return Computed(
        tables=(
            table(Dimension.CONTACT_CATEGORY, ContactCategory, (row.category for row in mine)),
            table(Dimension.BODY, Body, (row.body for row in mine)),
            table(Dimension.WHOLE, logged, (logged[row.found_later] for row in mine)),
            Breakdown(
                MeasureId.M14, Dimension.DECLARATION, Unit.SEAT,
                dict(zip(given, (declared, seats - declared), strict=True)), seats, maker, "seats that decided",
            ),
        ),
        figures=(
            Named(
                MeasureId.M14, Dimension.WHOLE, "briefings of the leadership",
                maker.count(sent, Unit.BRIEFING, Denominator(sent, "briefings sent")),
            ),
        ),
    )  # fmt: skip

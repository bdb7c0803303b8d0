"""Disclosure control, a property per rule: D1, D2, D3 (a linear programme over all printed tables), D4 to D7."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from evenhand.errors import UsageError
from evenhand.statistics import (
    Breakdown,
    Dimension,
    Maker,
    MeasureId,
    Period,
    PublicTable,
    Shown,
    Unit,
    check_branch_table,
    check_labels,
    measure,
    protect,
    protect_figure,
    protect_flow,
    rounded,
)
from evenhand.statistics.disclosure import BELOW, DOES_NOT_ADD_UP, NOT_SHOWN, UNDER_16, WIDTH

EXAMPLES = 3_000 if os.environ.get("EVENHAND_NIGHTLY") else 60
LABELS = ("alpha", "beta", "gamma", "delta", "epsilon")
COUNTS = st.one_of(st.integers(0, 12), st.integers(0, 40), st.integers(0, 3_000))
YEARS = st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(COUNTS, min_size=n, max_size=n), min_size=4, max_size=4))
CELLS = st.lists(COUNTS, min_size=2, max_size=5)
MAKER = Maker(Period.quarter(2026, 1), "code 1")


def table(counts: Iterable[int], *, apart: int = 0, unit: Unit = Unit.SUBJECT, maker: Maker = MAKER) -> Breakdown:
    cells = dict(zip(LABELS, counts, strict=False))
    total = sum(cells.values()) + apart
    return Breakdown(MeasureId.M9, Dimension.RUNG, unit, cells, total, maker, "people", apart)


# D1


@pytest.mark.slow
@given(st.integers(0, 10**6))
def test_d1_counts_are_zero_or_below_ten_or_rounded_to_five(count):
    shown = rounded(count)
    assert shown.low <= count <= shown.high
    if count == 0:
        assert shown.text == "0"
    elif count < 10:
        assert shown.text == BELOW
    else:
        assert int(shown.text) % 5 == 0 and abs(int(shown.text) - count) <= 2


@pytest.mark.slow
@given(CELLS, st.integers(0, 3))
def test_d1_no_printed_table_holds_an_exact_small_number(counts, apart):
    public = protect(table(counts, apart=apart))
    for cell in [*public.cells.values(), public.total]:
        assert cell.text in (BELOW, NOT_SHOWN) or int(cell.text) % 5 == 0
        assert cell.number is None or cell.number == 0 or cell.number >= 10


def test_d1_a_zero_that_reveals_is_not_shown():
    public = protect(table([0, 37, 0]))
    assert {cell.text for cell in public.cells.values()} == {NOT_SHOWN}
    assert public.total.text == "35"
    assert protect(table([0, 30, 30])).cells["alpha"].text == "0"
    assert protect(table([0, 0])).cells["alpha"].text == "0"


# D2


@pytest.mark.slow
@given(st.lists(st.integers(0, 300), min_size=1, max_size=30), st.sampled_from([0.5, 0.9]))
def test_d2_no_median_with_fewer_than_ten(days, share):
    public = protect_figure(MAKER.quantile(days, share, Unit.CASE, "cases"))
    assert (public.value is None) is (len(days) < 10)


@pytest.mark.slow
@given(st.integers(1, 200), st.floats(0, 1))
def test_d2_no_share_from_which_a_small_number_can_be_worked_out(whole, part):
    count = round(part * whole)
    public = protect_figure(MAKER.share(count, whole, Unit.CASE, "cases"))
    if whole < 10 or 0 < count < 10 or 0 < whole - count < 10:
        assert public.value is None
    else:
        assert public.value == round(count / whole, 2)


@pytest.mark.slow
@given(st.integers(0, 400))
def test_d2_a_rate_is_of_the_rounded_count_and_of_ten_at_least(count):
    public = protect_figure(MAKER.rate(count, Unit.SUBJECT, 50_000))
    if count < 10:
        assert public.value is None
    else:
        assert public.value == pytest.approx(rounded(count).number / 5, abs=0.005)


@pytest.mark.slow
@given(CELLS)
def test_d2_a_hidden_cell_never_stands_alone_beside_its_total(counts):
    public = protect(table(counts))
    if len(public.cells) > 1 and public.hidden and not public.total.is_hidden:
        assert len(public.hidden) >= 2


# D3: over all tables ever printed, no hidden cell can be solved


class Attack:
    """Everything printed, as linear constraints; variables are the exact cells, totals and what was set apart."""

    def __init__(self) -> None:
        self.bounds: list[tuple[float, float | None]] = []
        self.equal: list[dict[int, float]] = []
        self.hidden: list[int] = []

    def variable(self, shown: Shown | None, exact: int | None = None) -> int:
        low, high = (0, 10**7) if shown is None else (shown.low, min(shown.high, 10**7))
        if exact is not None and shown is not None and not shown.is_hidden:
            low = high = exact
        self.bounds.append((low, high))
        if shown is not None and shown.is_hidden:
            self.hidden.append(len(self.bounds) - 1)
        return len(self.bounds) - 1

    def add(self, public: PublicTable, *, knows_all_shown: bool, knows_apart: bool) -> dict[str, int]:
        cells = {
            label: self.variable(cell, public.source.cells[label] if knows_all_shown else None)
            for label, cell in public.cells.items()
        }
        total = self.variable(public.total, public.source.total if knows_all_shown else None)
        row = dict.fromkeys(cells.values(), 1.0) | {total: -1.0}
        apart = self.variable(None)
        if knows_apart:
            self.bounds[apart] = (public.source.apart, public.source.apart)
        self.equal.append(row | {apart: 1.0})
        return cells | {"total": total}

    def narrowest(self) -> float:
        if not self.hidden:
            return np.inf
        size = len(self.bounds)
        matrix = np.zeros((len(self.equal), size))
        for index, row in enumerate(self.equal):
            for column, factor in row.items():
                matrix[index, column] = factor
        widths = []
        for cell in self.hidden:
            ends = []
            for sign in (1, -1):
                aim = np.zeros(size)
                aim[cell] = sign
                found = linprog(aim, A_eq=matrix, b_eq=np.zeros(len(self.equal)), bounds=self.bounds, method="highs")
                assert found.success, found.message
                ends.append(sign * found.fun)
            widths.append(ends[1] - ends[0])
        return min(widths)


@pytest.mark.slow
@settings(max_examples=EXAMPLES)
@given(CELLS, st.integers(0, 3))
def test_d3_one_table(counts, apart):
    public = protect(table(counts, apart=apart))
    attack = Attack()
    attack.add(public, knows_all_shown=False, knows_apart=False)
    assert attack.narrowest() >= WIDTH - 1e-6


@pytest.mark.slow
@settings(max_examples=EXAMPLES)
@given(CELLS)
def test_d3_one_table_against_somebody_who_knows_every_shown_number_exactly(counts):
    attack = Attack()
    attack.add(protect(table(counts)), knows_all_shown=True, knows_apart=True)
    assert attack.narrowest() >= WIDTH - 1e-6


@pytest.mark.slow
@settings(max_examples=EXAMPLES)
@given(YEARS, st.booleans())
@example([[0, 0], [0, 0], [0, 1], [0, 10]], False)
def test_d3_four_quarters_and_their_year(quarters, knows):
    printed = [protect(table(counts)) for counts in quarters]
    year = protect(table([sum(column) for column in zip(*quarters, strict=True)]), printed)
    attack = Attack()
    parts = [attack.add(each, knows_all_shown=knows, knows_apart=True) for each in printed]
    whole = attack.add(year, knows_all_shown=knows, knows_apart=True)
    for each, names in zip([*printed, year], [*parts, whole], strict=True):
        # Between the quarters and their year, totals are known as they are printed.
        attack.bounds[names["total"]] = (each.total.low, min(each.total.high, 10**7))
    for label, cell in whole.items():
        attack.equal.append({cell: -1.0} | {part[label]: 1.0 for part in parts})
    assert attack.narrowest() >= WIDTH - 1e-6


@pytest.mark.slow
@settings(max_examples=EXAMPLES)
@given(CELLS, st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_d3_two_tables_of_one_total(first, cuts):
    ends = [0, *sorted(round(cut * sum(first)) for cut in cuts), sum(first)]
    second = [after - before for before, after in itertools.pairwise(ends)]
    attack = Attack()
    one = attack.add(protect(table(first)), knows_all_shown=True, knows_apart=True)
    other = attack.add(protect(table(second)), knows_all_shown=True, knows_apart=True)
    attack.equal.append({one["total"]: 1.0, other["total"]: -1.0})
    assert attack.narrowest() >= WIDTH - 1e-6


@pytest.mark.slow
@settings(max_examples=EXAMPLES)
@given(st.integers(0, 40), st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1)), min_size=1, max_size=4))
@example(0, [(12, 1 / 12)])
def test_d3_the_flow_of_cases_over_several_quarters(carried, quarters):
    attack = Attack()
    last_out = None
    for opened, part in quarters:
        closed = round(part * (carried + opened))
        flow = protect_flow(opened, carried, closed, carried + opened - closed)
        names = {name: attack.variable(cell) for name, cell in flow.items()}
        attack.equal.append(
            {names["opened"]: 1.0, names["carried_in"]: 1.0, names["closed"]: -1.0, names["carried_out"]: -1.0}
        )
        if last_out is not None:
            attack.equal.append({last_out: 1.0, names["carried_in"]: -1.0})
        last_out, carried = names["carried_out"], carried + opened - closed
    assert attack.narrowest() >= WIDTH - 1e-6


def test_d3_the_attack_solves_what_is_not_protected():
    naive = table([4, 30, 50])
    printed = PublicTable(naive, {label: rounded(count) for label, count in naive.cells.items()}, rounded(naive.total))
    attack = Attack()
    attack.add(printed, knows_all_shown=True, knows_apart=True)
    assert attack.narrowest() < WIDTH


# D4, D5


@pytest.mark.slow
@given(CELLS, st.integers(0, 5))
def test_d4_every_printed_table_says_that_it_does_not_add_up(counts, apart):
    assert DOES_NOT_ADD_UP in protect(table(counts, apart=apart)).notes


@pytest.mark.slow
@given(st.integers(10, 10**6))
def test_d5_no_noise_the_same_number_is_always_printed_the_same(count):
    assert rounded(count) == rounded(count)
    assert abs(rounded(count).number - count) <= 2


# D6


@pytest.mark.parametrize(
    "label",
    [
        "@quill", "https://x.example/1", "www.quill.example", "2026-03-02", "2/3/2026", "1234567890",
        "ann@harbour.example", "a whole post that somebody wrote about the harbour yesterday evening",
    ],
)  # fmt: skip
def test_d6_labels_that_tell_are_refused(label):
    with pytest.raises(UsageError):
        check_labels([label])
    bad = Breakdown(MeasureId.M9, Dimension.RUNG, Unit.SUBJECT, {label: 20, "L1": 20}, 40, MAKER, "people")
    with pytest.raises(UsageError):
        protect(bad)


def test_d6_what_is_not_in_the_fixed_list_is_no_table():
    with pytest.raises(UsageError, match="fixed list"):
        measure(MeasureId.M9, Unit.SUBMISSION, Dimension.RUNG)
    with pytest.raises(UsageError, match="fixed list"):
        Breakdown(MeasureId.M9, Dimension.BODY, Unit.CASE, {"branch": 1}, 1, MAKER, "cases")
    assert not {"branch", "name", "handle", "day", "panel"} & set(Dimension)


@pytest.mark.slow
@given(st.lists(st.integers(0, 60), min_size=1))
def test_d6_no_outcomes_by_branch_below_ten(counts):
    if any(0 < count < 10 for count in counts):
        with pytest.raises(UsageError, match="branch"):
            check_branch_table(counts)
    else:
        check_branch_table(counts)


# D7


@pytest.mark.slow
@given(CELLS, st.integers(0, 40))
def test_d7_people_under_16_are_in_the_total_and_in_no_row(counts, apart):
    exact = table(counts, apart=apart)
    public = protect(exact)
    assert sum(exact.cells.values()) == exact.total - apart
    assert public.total.low <= exact.total <= public.total.high
    assert UNDER_16 in public.notes
    assert "apart" not in {each.name for each in fields(PublicTable)}


@pytest.mark.slow
@settings(max_examples=EXAMPLES)
@given(st.lists(st.integers(10, 400), min_size=2, max_size=5), st.integers(1, 9))
def test_d7_how_many_were_under_16_cannot_be_worked_out(counts, apart):
    public = protect(table(counts, apart=apart))
    attack = Attack()
    attack.add(public, knows_all_shown=True, knows_apart=False)
    attack.hidden.append(len(attack.bounds) - 1)
    assert attack.narrowest() >= WIDTH - 1e-6

"""A figure travels with its five companions; units are never mixed; intervals agree with a second opinion."""

from __future__ import annotations

import math
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evenhand.errors import UsageError
from evenhand.statistics import (
    Denominator,
    Figure,
    Interval,
    Maker,
    MixedUnits,
    Period,
    Quarter,
    Statistic,
    Unit,
    clopper_pearson,
    poisson,
    quantile_interval,
    wilson,
)

PERIOD = Period.quarter(2026, 1)
MAKER = Maker(PERIOD, "code 1")
WHOLE = Denominator(412, "submissions received")
COMPANIONS = {
    "unit": Unit.CASE,
    "period": PERIOD,
    "denominator": WHOLE,
    "code_version": "code 1",
    "interval": Interval.counted(7),
}


@pytest.mark.parametrize("lacking", list(COMPANIONS))
@pytest.mark.parametrize("instead", ["absent", None, ""])
def test_a_figure_cannot_be_built_without_each_of_the_five(lacking, instead):
    given_ = COMPANIONS | {lacking: instead}
    if instead == "absent":
        del given_[lacking]
    with pytest.raises((UsageError, TypeError)):
        Figure(value=7, **given_)
    assert Figure(value=7, **COMPANIONS).value == 7


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, 8])
def test_a_value_must_be_possible_and_in_its_interval(value):
    with pytest.raises(UsageError):
        Figure(value=value, **COMPANIONS)


@pytest.mark.parametrize(("one", "other"), list(product(Unit, Unit)))
def test_adding_two_units_is_refused(one, other):
    first, second = MAKER.count(3, one, WHOLE), MAKER.count(4, other, WHOLE)
    if one is other:
        assert (first + second).value == 7
    else:
        with pytest.raises(MixedUnits, match="different units"):
            first + second


def test_other_sums_that_mean_nothing_are_refused():
    count = MAKER.count(3, Unit.CASE, WHOLE)
    for other in (
        Maker(Period.year(2026), "code 1").count(3, Unit.CASE, WHOLE),
        Maker(PERIOD, "code 2").count(3, Unit.CASE, WHOLE),
        MAKER.count(3, Unit.CASE, Denominator(9, "cases decided")),
        MAKER.share(3, 10, Unit.CASE, "cases"),
        MAKER.quantile([1, 2, 3], 0.5, Unit.CASE, "cases"),
    ):
        with pytest.raises(UsageError):
            count + other


@pytest.mark.slow
@given(st.integers(1, 3_000), st.floats(0, 1))
def test_intervals_of_shares_agree_with_scipy(trials, part):
    successes = round(part * trials)
    exact = stats.binomtest(successes, trials).proportion_ci(method="exact")
    score = stats.binomtest(successes, trials).proportion_ci(method="wilson")
    mine, other = clopper_pearson(successes, trials), wilson(successes, trials)
    assert (mine.low, mine.high) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert (other.low, other.high) == pytest.approx((score.low, score.high), abs=1e-9)
    assert mine.low <= successes / trials <= mine.high


@pytest.mark.slow
@given(st.integers(0, 5_000))
def test_the_interval_of_a_count_agrees_with_scipy(count):
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0
    found = poisson(count)
    assert (found.low, found.high) == pytest.approx((low, stats.chi2.ppf(0.975, 2 * count + 2) / 2), rel=1e-8)


@pytest.mark.slow
@given(st.lists(st.integers(0, 400), min_size=20, max_size=200), st.sampled_from([0.5, 0.9]))
def test_the_interval_of_a_quantile_agrees_with_scipy(values, share):
    found = quantile_interval(values, share)
    theirs = stats.quantile_test(values, q=0, p=share).confidence_interval()
    assert found.low == (theirs.low if not math.isnan(theirs.low) else min(values))
    assert found.high == (theirs.high if not math.isnan(theirs.high) else max(values))


@pytest.mark.parametrize(("part", "whole"), [(-1, 3), (4, 3), (0, 0)])
def test_impossible_shares_are_refused(part, whole):
    for make in (wilson, clopper_pearson):
        with pytest.raises(UsageError):
            make(part, whole)
    with pytest.raises(UsageError):
        poisson(-1)
    with pytest.raises(UsageError):
        quantile_interval([], 0.5)


def test_a_rate_is_per_ten_thousand_average_members_with_the_exact_interval():
    rate = MAKER.rate(17, Unit.SUBJECT, 48_000.5)
    assert rate.value == pytest.approx(17 / 48_000.5 * 10_000)
    assert rate.interval.low == pytest.approx(stats.chi2.ppf(0.025, 34) / 2 / 4.80005, rel=1e-9)
    assert rate.statistic is Statistic.RATE and rate.behind == 17
    with pytest.raises(UsageError, match="average"):
        MAKER.rate(1, Unit.SUBJECT, 0)


def test_medians_are_those_anybody_would_compute():
    assert MAKER.quantile([4, 1, 3, 2], 0.5, Unit.CASE, "cases").value == 2.5
    assert MAKER.quantile(list(range(1, 11)), 0.9, Unit.CASE, "cases").value == 9


@pytest.mark.slow
@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)))
def test_a_day_lies_in_its_quarter_and_year_only(day):
    quarter = Quarter.of(day)
    period = Period(quarter, quarter)
    assert period.start <= day < period.end and period.last_day == period.end - timedelta(days=1)
    assert Period.year(day.year).holds(quarter) and not Period.year(day.year + 1).holds(quarter)
    assert quarter.next.start == period.end


def test_periods_have_words():
    assert PERIOD.words == "the first quarter of 2026"
    assert Period.year(2026).words == "2026"
    for wrong in ((Quarter(2026, 1), Quarter(2026, 2)), (Quarter(2025, 1), Quarter(2026, 4))):
        with pytest.raises(UsageError):
            Period(*wrong)
    with pytest.raises(UsageError):
        Quarter(2026, 5)

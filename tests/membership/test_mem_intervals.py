"""Member on the day of the act, and now: leap days, open ends, touching and overlapping stretches (PROCEDURE §7.3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.membership import Interval, MemberRef, MembershipResult, lookup, standing

R = MembershipResult
M = MemberRef("m-1")
NOW = date(2026, 3, 2)
ONE_DAY = timedelta(days=1)
DAYS = st.dates(date(2000, 1, 1), date(2026, 3, 2))


def stay(joined: str, left: str | None = None, died: str | None = None) -> Interval:
    day = date.fromisoformat
    return Interval(M, day(joined), day(left) if left else None, day(died) if died else None)


@pytest.mark.parametrize(
    ("intervals", "on", "result"),
    [
        ([stay("2020-01-01")], "2025-05-05", R.BOTH),
        ([stay("2020-01-01", "2025-12-31")], "2025-05-05", R.MEMBER_AT_TIME),
        ([stay("2025-06-01")], "2025-05-05", R.MEMBER_NOW),
        ([stay("2019-01-01", "2020-01-01")], "2025-05-05", R.FORMER),
        ([stay("2019-01-01", "2020-01-01"), stay("2025-05-05")], "2025-05-04", R.MEMBER_NOW),
        ([stay("2019-01-01", "2020-01-01"), stay("2020-01-01")], "2020-01-01", R.BOTH),
        ([], "2025-05-05", R.NEVER),
        (None, "2025-05-05", R.UNDETERMINED),
        ([stay("2020-01-01", died="2025-12-24")], "2025-05-05", R.DECEASED),
        ([stay("2020-01-01", "2021-01-01", "2025-12-24")], "2025-05-05", R.DECEASED),
        ([stay("2026-06-01")], "2025-05-05", R.NEVER),
        # Leap days: joined on one, left on one, acted on one.
        ([stay("2024-02-29")], "2024-02-29", R.BOTH),
        ([stay("2023-02-28", "2024-02-29")], "2024-02-28", R.MEMBER_AT_TIME),
        ([stay("2023-02-28", "2024-02-29")], "2024-02-29", R.FORMER),
        ([stay("2024-03-01")], "2024-02-29", R.MEMBER_NOW),
    ],
)
def test_the_table(intervals, on, result):
    assert lookup(intervals, date.fromisoformat(on), NOW) is result


def test_a_register_that_begins_later_cannot_say():
    since = date(2015, 1, 1)
    assert lookup([], date(2014, 12, 31), NOW, known_since=since) is R.UNDETERMINED
    assert lookup([], since, NOW, known_since=since) is R.NEVER
    assert lookup([stay("2010-01-01")], date(2014, 1, 1), NOW, known_since=since) is R.BOTH
    assert lookup([stay("2016-01-01")], date(2014, 1, 1), NOW, known_since=since) is R.UNDETERMINED


@pytest.mark.parametrize(("left", "died"), [("2019-12-31", None), (None, "2019-12-31")])
def test_an_end_before_the_beginning_is_refused(left, died):
    with pytest.raises(UsageError, match="before joining on 2020-01-01"):
        stay("2020-01-01", left, died)


def test_an_act_in_the_future_and_two_people_at_once_are_refused():
    with pytest.raises(UsageError, match="future"):
        lookup([], NOW + ONE_DAY, NOW)
    other = Interval(MemberRef("m-2"), date(2020, 1, 1))
    with pytest.raises(UsageError, match="several members"):
        lookup([stay("2020-01-01"), other], NOW, NOW)


@pytest.mark.slow
@given(DAYS, DAYS, DAYS)
def test_the_day_of_leaving_is_out_and_the_day_of_joining_is_in(one, other, on):
    joined, left = sorted((one, other))
    interval = Interval(M, joined, left)
    assert interval.covers(on) is (joined <= on < left)
    assert not interval.covers(left)
    assert Interval(M, joined).covers(joined)


@pytest.mark.slow
@given(DAYS, DAYS)
def test_left_before_joined_is_refused_and_nothing_else(joined, left):
    if left < joined:
        with pytest.raises(UsageError):
            Interval(M, joined, left)
    else:
        assert Interval(M, joined, left).end == left


@pytest.mark.slow
@given(st.lists(st.tuples(DAYS, DAYS), max_size=4), DAYS)
def test_the_result_says_what_the_days_say(pairs, on):
    intervals = [Interval(M, *sorted(pair)) for pair in pairs]
    days = {i.joined + ONE_DAY * n for i in intervals for n in range(((i.left or NOW) - i.joined).days)}
    found = lookup(intervals, on, NOW)
    assert (found in (R.BOTH, R.MEMBER_AT_TIME)) is (on in days)
    assert (found in (R.BOTH, R.MEMBER_NOW)) is (NOW in days)
    assert (found is R.NEVER) is (not intervals)


@pytest.mark.slow
@given(st.tuples(DAYS, DAYS).map(sorted), st.tuples(DAYS, DAYS).map(sorted))
def test_overlap_is_a_common_day_and_symmetric(one, other):
    first, second = Interval(M, *one), Interval(M, *other)
    common = max(one[0], other[0]) < min(one[1], other[1])
    assert first.overlaps(second) is second.overlaps(first) is common


def test_an_open_interval_overlaps_all_that_follows():
    assert stay("2020-01-01").overlaps(stay("2024-01-01"))
    assert not stay("2020-01-01", "2024-01-01").overlaps(stay("2024-01-01"))


def test_standing_keeps_the_facts_apart():
    found = standing([stay("2020-01-01", "2025-12-31")], date(2025, 5, 5), NOW)
    assert (found.at_the_act, found.now, found.ever, found.deceased) == (True, False, True, False)


def test_every_result_has_words():
    assert len({each.words for each in R}) == len(R)

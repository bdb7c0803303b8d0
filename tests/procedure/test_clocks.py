"""Deadlines over holidays, clock changes, leap days, pauses, extensions and bounces (PROCEDURE §2.2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.procedure.clocks import (
    CLOCKS,
    LONGEST_PATH,
    Calendar,
    Clock,
    ClockId,
    Direction,
    Duration,
    Pause,
    ServiceEvent,
    ServiceKind,
    Unit,
    add_working_days,
    after,
    default_clock,
    due,
    duration,
    end_of_day,
    is_working_day,
    served_at,
    working_days_between,
)

DUBLIN = Calendar("Europe/Dublin", frozenset({date(2026, 12, 25), date(2026, 12, 28)}))
K = ServiceKind


def at(text: str, zone: str = "Europe/Dublin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


zones = st.sampled_from(["Europe/Dublin", "Europe/London", "America/New_York", "Africa/Cairo", "Asia/Kathmandu", "UTC"])
days = st.dates(date(2020, 1, 1), date(2032, 12, 31))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    return Calendar(draw(zones), frozenset(draw(st.lists(days, max_size=8))))


lengths = st.builds(Duration, st.integers(1, 60), st.sampled_from(list(Unit)))


@pytest.mark.slow
@given(days, st.integers(0, 40), calendars())
def test_working_days_are_the_inverse_of_counting_them(day: date, number: int, calendar: Calendar) -> None:
    end = add_working_days(day, number, calendar)
    assert working_days_between(day, end, calendar) == number
    assert number == 0 or is_working_day(end, calendar)
    assert end >= day + timedelta(days=number)


@pytest.mark.slow
@given(moments, lengths, calendars())
def test_a_deadline_in_days_ends_with_the_local_day_and_hours_are_elapsed(
    start: datetime, length: Duration, calendar: Calendar
) -> None:
    end = after(start, length, calendar)
    assert end.tzinfo is UTC and end > start
    if length.unit is Unit.HOURS:
        assert end - start == timedelta(hours=length.number)
    else:
        local = end.astimezone(calendar.zone)
        assert (local.hour, local.minute, local.second) == (23, 59, 59)
        assert (end + timedelta(seconds=1)).astimezone(calendar.zone).date() > local.date()


@pytest.mark.slow
@given(moments, moments, lengths, calendars())
def test_who_starts_later_is_never_due_earlier(
    first: datetime, second: datetime, length: Duration, calendar: Calendar
) -> None:
    earlier, later = sorted((first, second))
    assert after(earlier, length, calendar) <= after(later, length, calendar)


def test_hours_do_not_change_with_the_clocks_and_days_do_not_lose_one() -> None:
    # Clocks go forward in the night to 29 March 2026: 24 elapsed hours end an hour later on the wall.
    friday = at("2026-03-28T18:00")
    danger = due(friday, default_clock(ClockId.DANGER), DUBLIN)
    assert danger.bound == friday.astimezone(UTC) + timedelta(hours=24)
    assert danger.bound.astimezone(DUBLIN.zone).hour == 19
    assert after(friday, duration("1d"), DUBLIN) == datetime(2026, 3, 29, 22, 59, 59, tzinfo=UTC)
    assert after(at("2026-10-24T18:00"), duration("1d"), DUBLIN) == datetime(2026, 10, 25, 23, 59, 59, tzinfo=UTC)


def test_a_day_whose_last_second_comes_twice_ends_with_the_later_one() -> None:
    # Cairo turns midnight back to 23:00 on the last Thursday of October.
    cairo = Calendar("Africa/Cairo")
    end = end_of_day(date(2026, 10, 29), cairo)
    assert (end + timedelta(seconds=1)).astimezone(cairo.zone).date() == date(2026, 10, 30)


def test_leap_day_and_ends_of_months() -> None:
    utc = Calendar("UTC")
    assert after(at("2028-02-28T10:00", "UTC"), duration("1d"), utc).date() == date(2028, 2, 29)
    assert after(at("2027-08-31T10:00", "UTC"), duration("6m"), utc).date() == date(2028, 2, 29)
    assert after(at("2026-08-31T10:00", "UTC"), duration("6m"), utc).date() == date(2027, 2, 28)
    assert after(at("2026-12-15T10:00", "UTC"), duration("1m"), utc).date() == date(2027, 1, 15)


def test_holidays_and_weekends_are_no_working_days() -> None:
    # Thursday 24 December; Friday and Monday are holidays.
    assert add_working_days(date(2026, 12, 24), 1, DUBLIN) == date(2026, 12, 29)
    assert due(at("2026-12-24T23:30"), default_clock(ClockId.TRIAGE), DUBLIN).bound == datetime(
        2027, 1, 4, 23, 59, 59, tzinfo=UTC
    )


def test_the_local_day_counts_not_the_day_in_utc() -> None:
    new_york = Calendar("America/New_York")
    late = datetime(2026, 6, 2, 3, 0, tzinfo=UTC)  # still 1 June there
    assert after(late, duration("1d"), new_york) == datetime(2026, 6, 3, 3, 59, 59, tzinfo=UTC)


def test_of_two_bounds_the_earlier_binds() -> None:
    # From Wednesday 23 December: five working days pass two holidays, seven days do not wait for them.
    start = at("2026-12-23T09:00")
    bound = due(start, default_clock(ClockId.ACKNOWLEDGE), DUBLIN).bound
    assert bound is not None and bound.date() == date(2026, 12, 30)
    plain = due(at("2026-06-01T09:00"), default_clock(ClockId.ACKNOWLEDGE), DUBLIN).bound
    assert plain is not None and plain.date() == date(2026, 6, 8)


def test_an_extension_is_counted_from_the_end_of_the_window() -> None:
    reply = default_clock(ClockId.REPLY)
    start = at("2026-06-01T09:00")
    assert due(start, reply, DUBLIN, extended=True).bound == after(start, duration("28d"), DUBLIN)
    with pytest.raises(UsageError, match="cannot be extended"):
        due(start, default_clock(ClockId.TRIAGE), DUBLIN, extended=True)


@pytest.mark.slow
@given(moments, lengths, calendars(), st.integers(0, 400), st.integers(0, 900))
def test_a_pause_never_shortens_a_window_and_leaves_what_was_left(
    start: datetime, length: Duration, calendar: Calendar, wait: int, long: int
) -> None:
    clock = Clock(ClockId.REPLY, length, (length,))
    plain = due(start, clock, calendar).bound
    pause = Pause(start + timedelta(hours=wait), start + timedelta(hours=wait + long))
    paused = due(start, clock, calendar, pauses=[pause]).bound
    assert plain is not None and paused is not None and pause.end is not None
    assert paused >= plain
    if length.unit is Unit.WORKING_DAYS and pause.start <= plain:
        left = working_days_between(calendar.day_of(pause.start), calendar.day_of(plain), calendar)
        assert working_days_between(calendar.day_of(pause.end), calendar.day_of(paused), calendar) == left
    if length.unit is Unit.HOURS and pause.start <= plain:
        assert paused - plain == pause.end - pause.start


@pytest.mark.slow
@given(moments, lengths, calendars(), st.integers(0, 200), st.integers(1, 200), st.integers(1, 200))
def test_overlapping_pauses_count_once(
    start: datetime, length: Duration, calendar: Calendar, wait: int, first: int, second: int
) -> None:
    clock = Clock(ClockId.REPLY, length, (length,))
    begin = start + timedelta(hours=wait)
    middle, end = begin + timedelta(hours=first), begin + timedelta(hours=first + second)
    whole = due(start, clock, calendar, pauses=[Pause(begin, end)])
    assert due(start, clock, calendar, pauses=[Pause(begin, middle), Pause(middle, end)]) == whole
    assert due(start, clock, calendar, pauses=[Pause(begin, end), Pause(begin, middle)]) == whole


def test_an_open_pause_stops_the_clock_and_one_after_the_deadline_does_not() -> None:
    start = at("2026-06-01T09:00")
    clock = default_clock(ClockId.REPLY)
    stopped = due(start, clock, DUBLIN, pauses=[Pause(at("2026-06-05T09:00"))])
    assert stopped.aim is None and stopped.bound is None
    assert not stopped.is_over(at("2030-01-01T00:00"))
    late = due(start, clock, DUBLIN, pauses=[Pause(at("2026-08-01T09:00"))])
    assert late == due(start, clock, DUBLIN)
    assert late.is_over(at("2026-07-01T00:00")) and not late.is_over(at("2026-06-15T23:59:59"))
    with pytest.raises(UsageError, match="ends before"):
        due(start, clock, DUBLIN, pauses=[Pause(at("2026-06-05T09:00"), at("2026-06-04T09:00"))])


def test_a_pause_that_began_before_the_clock_counts_from_its_start() -> None:
    start = at("2026-06-05T09:00")
    hours = Clock(ClockId.REPLY, duration("24h"), (duration("24h"),))
    early = Pause(at("2026-06-01T09:00"), at("2026-06-05T19:00"))
    assert due(start, hours, DUBLIN, pauses=[early]).bound == start.astimezone(UTC) + timedelta(hours=34)
    days = Clock(ClockId.REPLY, duration("14d"), (duration("14d"),))
    over = Pause(at("2026-06-01T09:00"), at("2026-06-08T09:00"))
    assert due(start, days, DUBLIN, pauses=[over]).bound == after(start, duration("17d"), DUBLIN)
    done = Pause(at("2026-06-01T09:00"), at("2026-06-05T09:00"))
    assert due(start, days, DUBLIN, pauses=[done]) == due(start, days, DUBLIN)


def test_inv_45_each_way_of_being_served() -> None:
    sent = at("2026-06-01T09:00")
    hour = timedelta(hours=1)
    mail = ServiceEvent(K.DELIVERED, sent, "mail")
    letter = ServiceEvent(K.POSTED, sent, "letter")
    assert served_at([mail], DUBLIN, sent + 23 * hour).at is None
    assert served_at([mail], DUBLIN, sent + 24 * hour).at == sent + 24 * hour
    posted = served_at([letter], DUBLIN, sent + 200 * hour)
    assert (posted.how, posted.at) == (K.POSTED, end_of_day(date(2026, 6, 4), DUBLIN))
    opened = ServiceEvent(K.OPENED, sent + 2 * hour)
    assert served_at([mail, letter, opened], DUBLIN, sent + 300 * hour).at == sent + 2 * hour


def test_inv_45_a_bounce_starts_no_clock_and_makes_a_task() -> None:
    sent = at("2026-06-01T09:00")
    mail = ServiceEvent(K.DELIVERED, sent, "mail")
    bounce = ServiceEvent(K.BOUNCED, sent + timedelta(hours=30), "mail")
    later = sent + timedelta(days=30)
    assert served_at([mail, bounce], DUBLIN, later) == served_at([bounce], DUBLIN, later)
    assert served_at([mail, bounce], DUBLIN, later).at is None
    assert served_at([mail, bounce], DUBLIN, later).needs_task
    letter = ServiceEvent(K.POSTED, sent + timedelta(days=2), "letter")
    again = served_at([mail, bounce, letter], DUBLIN, later)
    assert again.how is K.POSTED and not again.needs_task


moments_of_service = st.builds(
    ServiceEvent, st.sampled_from(list(K)), moments, st.sampled_from(["mail", "letter", "second"])
)


@pytest.mark.slow
@given(st.lists(moments_of_service, max_size=6), moments, calendars())
def test_inv_45_nothing_is_served_before_it_was_sent_or_after_now(
    events: list[ServiceEvent], now: datetime, calendar: Calendar
) -> None:
    served = served_at(events, calendar, now)
    assert (served.at is None) == (served.how is None)
    if served.at is not None:
        assert min(event.at for event in events) <= served.at <= now
        assert not served.needs_task
    if all(event.kind is K.BOUNCED for event in events):
        assert served.at is None


def test_hostile_input_is_refused_with_words() -> None:
    with pytest.raises(UsageError, match="time zone"):
        _ = Calendar("../etc/passwd").zone
    with pytest.raises(UsageError, match="without a time zone"):
        after(datetime(2026, 1, 1), duration("1d"), DUBLIN)
    with pytest.raises(UsageError, match="cannot be added"):
        add_working_days(date(2026, 1, 1), -1, DUBLIN)
    always = Calendar("UTC", frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(600)))
    with pytest.raises(UsageError, match="no working day"):
        add_working_days(date(2026, 1, 1), 1, always)
    for wrong in ("", "14", "d14", "14 d", "1.5d", "-1d", "99999d", "١d", "14y"):
        with pytest.raises(UsageError, match="length of time"):
            duration(wrong)


def test_the_shipped_clocks_are_those_of_the_specification() -> None:
    assert set(CLOCKS) == set(ClockId)
    assert sum(CLOCKS[clock].default.aim.rough_days for clock in LONGEST_PATH) == 59
    ceiling = sum(min(b.rough_days for b in CLOCKS[clock].default.bound) for clock in LONGEST_PATH)
    assert round(ceiling) == 213
    assert CLOCKS[ClockId.DANGER].direction is Direction.LOCKED
    assert str(default_clock(ClockId.ACKNOWLEDGE).bound[1]) == "7d"
    assert [duration(text).words for text in ("1wd", "24h", "6m")] == ["1 working day", "24 hours", "6 months"]

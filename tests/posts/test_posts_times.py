"""Times: exact microseconds, no guess about zones, nothing crashes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import Ambiguous, UsageError
from evenhand.posts import Choices, read
from evenhand.posts.times import iso_time, to_datetime, to_us, x_time, zone_of

MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_iso_with_any_offset_is_exact(moment: datetime, minutes: int) -> None:
    try:
        text = moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    except OverflowError:
        return
    read_back = iso_time(text)
    assert read_back.us == to_us(moment)
    assert to_datetime(read_back.us) == moment
    assert read_back.status == ("utc" if minutes == 0 else "offset")


@given(st.datetimes(datetime(2006, 1, 1), datetime(2100, 1, 1)))
def test_x_time_is_exact(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert x_time(moment.strftime("%a %b %d %H:%M:%S +0000 %Y")) == to_us(moment)


@given(st.text(max_size=40))
def test_no_text_crashes(text: str) -> None:
    iso_time(text)
    x_time(text)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("0000-01-01T00:00:00Z", "date_out_of_range"),
        ("0001-01-01T00:00:00+01:00", "date_out_of_range"),
        ("2024-13-01T00:00:00Z", "date_out_of_range"),
        ("yesterday", "date_unparsable"),
    ],
)
def test_what_is_no_time_is_flagged(text: str, flag: str) -> None:
    assert (iso_time(text).us, iso_time(text).flags) == (None, (flag,))


def test_more_than_six_digits_are_cut() -> None:
    assert iso_time("2024-01-01T00:00:00.123456789012Z").us == iso_time("2024-01-01T00:00:00.123456Z").us


def test_a_naive_time_gets_a_zone_only_by_choice(tmp_path: Path) -> None:  # FMT-C8
    path = tmp_path / "t.csv"
    path.write_text("id,text,created_at\n1,a,2024-07-01T12:00:00\n")
    (unknown,) = read(path)
    assert (unknown.claimed_at, unknown.tz_status) == (None, "naive_unknown")
    assert unknown.claimed_at_local == datetime(2024, 7, 1, 12)
    (chosen,) = read(path, choices=Choices(timezone="Europe/London"))
    assert chosen.claimed_at == datetime(2024, 7, 1, 11, tzinfo=UTC)
    assert chosen.tz_status == "naive_assumed:Europe/London"
    with pytest.raises(UsageError, match="no time zone"):
        zone_of("Middle/Earth")


def table(path: Path, *dates: str) -> Path:
    path.write_text("id,text,created_at\n" + "".join(f'{n},a,"{text}"\n' for n, text in enumerate(dates, 1)))
    return path


def test_day_and_month_are_decided_on_the_whole_column(tmp_path: Path) -> None:
    first, second = read(table(tmp_path / "t.csv", "03/04/2024 10:00", "25/12/2024 10:00"))
    assert (first.claimed_at_local, second.claimed_at_local) == (datetime(2024, 4, 3, 10), datetime(2024, 12, 25, 10))
    assert first.flags == ["date_order_assumed:dmy"]


def test_where_nothing_tells_it_is_a_question(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "03/04/2024 10:00", "05/06/2024 9:00 PM")
    with pytest.raises(Ambiguous, match="day or with the month"):
        list(read(path))
    answered = list(read(path, choices=Choices(date_order="mdy")))
    assert [p.claimed_at_local for p in answered] == [datetime(2024, 3, 4, 10), datetime(2024, 5, 6, 21)]


def test_abbreviations_and_numbers(tmp_path: Path) -> None:  # FMT-C8
    path = table(tmp_path / "t.csv", "01/31/2020 16:45:20 EST", "01/31/2020 16:45:20 XYT", "1600000000", "1600000000.5")
    est, unknown, epoch, half = read(path)
    assert est.claimed_at == datetime(2020, 1, 31, 21, 45, 20, tzinfo=UTC)
    assert (unknown.claimed_at, unknown.tz_status) == (None, "naive_unknown")
    assert (epoch.tz_status, half.claimed_at_raw) == ("epoch", "1600000000.5")
    assert epoch.claimed_at == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)

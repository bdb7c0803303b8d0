"""A letter names the day where the organisation is: a bound at midnight is another day by UTC."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases.story_room import begin, to_assessed, to_assessor, to_investigation

from evenhand.procedure.choices import builtin
from evenhand.web.cases import periods
from evenhand.web.notices.composing import day_words

pytestmark = pytest.mark.slow


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(datetime(2026, 3, 2, 17, 0, 0, tzinfo=UTC))


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_the_day_in_a_letter_is_the_day_of_the_clock(
    room: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    here = builtin("default")
    there = replace(here, calendar=replace(here.calendar, timezone=zone))
    monkeypatch.setattr(periods, "procedure_of", lambda _digest: there)
    story = begin(room, clock)
    to_assessor(story)
    to_assessed(story)
    to_investigation(story)
    aim = story.case.aim
    assert aim is not None
    local, utc = there.calendar.day_of(aim), aim.date()
    assert (local != utc) == (zone == "America/New_York")
    (letter,) = story.open_letters("respondent")
    assert day_words(local, "en") in letter
    assert local == utc or day_words(utc, "en") not in letter

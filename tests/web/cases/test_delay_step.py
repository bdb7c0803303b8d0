"""A late step is told to both sides by its owner; the bound does not move. (Its words: tests/inv/test_inv_24.py.)"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.databases import Desk
from tests.web.cases.story_room import MovingClock, begin, to_assessor

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.steps.delay import tell_of_delay
from evenhand.web.notices.queries import letters_of_case
from evenhand.web.people import second_step
from evenhand.web.record.ids import ActorId

pytestmark = pytest.mark.slow


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC))


@pytest.fixture
def ctx(clock: MovingClock) -> Context:
    return Context(now=clock, random=Context.repeatable("delay", clock.now).random)


def test_a_delay_is_told_and_the_bound_stays(desk: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Context, "system", lambda: desk.ctx)
    monkeypatch.setattr(second_step, "passed", lambda _request: True)
    story = begin(desk, clock)
    to_assessor(story)
    before = story.case.due
    assessor = story.sits(CaseRole.ASSESSOR)
    day = (clock.now + timedelta(days=20)).date()
    story.press(assessor, "delay", reason="The platform has not answered yet.", new_date=day.isoformat())
    story.case.refresh_from_db()
    assert story.case.due == before
    assert [row.side for row in letters_of_case(story.case.id) if row.notice is NoticeId.N9] == ["complainant"]
    with pytest.raises(UsageError, match="lies in the past"):
        tell_of_delay(case=story.case, reason="Late.", new_date=date(2026, 3, 1), actor=ActorId(assessor), ctx=desk.ctx)

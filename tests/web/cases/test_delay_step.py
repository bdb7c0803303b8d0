"""A late step is told to both sides by its owner; the bound does not move. (Its words: tests/inv/test_inv_24.py.)"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.clock import MovingClock
from tests.web.cases.story_room import Story, to_assessor

from evenhand.errors import UsageError
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.steps.delay import tell_of_delay
from evenhand.web.notices.queries import letters_of_case
from evenhand.web.record.ids import ActorId

pytestmark = pytest.mark.slow


def test_a_delay_is_told_and_the_bound_stays(story: Story, clock: MovingClock) -> None:
    to_assessor(story)
    before = story.case.due
    assessor = story.sits(CaseRole.ASSESSOR)
    day = (clock.now + timedelta(days=20)).date()
    story.press(assessor, "delay", reason="The platform has not answered yet.", new_date=day.isoformat())
    story.case.refresh_from_db()
    assert story.case.due == before
    assert [row.side for row in letters_of_case(story.case.id) if row.notice is NoticeId.N9] == ["complainant"]
    with pytest.raises(UsageError, match="lies in the past"):
        tell_of_delay(
            case=story.case, reason="Late.", new_date=date(2026, 3, 1), actor=ActorId(assessor), ctx=story.ctx
        )

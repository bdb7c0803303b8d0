"""Whoever is asked how they may be named and writes that they need longer is not passed over: their line stops it."""

from __future__ import annotations

import pytest
from tests.cast import text_of
from tests.clock import MovingClock
from tests.web.cases import story_room
from tests.web.cases.story_room import Story

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.steps.dialogue import Kind, reply, say
from evenhand.web.cases.steps.identity import met_before_naming

pytestmark = pytest.mark.slow
WORDS = "the sender has written since they were asked"


@pytest.mark.parametrize("kind", [Kind.MESSAGE, Kind.MORE_TIME])
def test_a_line_stops_the_naming_until_it_is_answered(story: Story, clock: MovingClock, kind: Kind) -> None:
    story_room.to_assessor(story)
    story_room.to_assessed(story)
    story.open_letters("complainant")
    clock.move(days=3)
    say(party=story.party("complainant"), text="I need a week more, please.", kind=kind, ctx=story.ctx)
    clock.move(days=27)
    assessor = story.sits(CaseRole.ASSESSOR)
    there = f"/cases/{story.case.id}/investigate"
    assert "identity_step_done" not in met_before_naming(story.case, story.ctx)
    assert WORDS in text_of(story.client(assessor).get(there))

    sender = story.party("complainant")
    reply(case=story.case, party=sender, text="Until Friday, then.", actor=assessor, ctx=story.ctx)
    assert "identity_step_done" in met_before_naming(story.case, story.ctx)
    assert WORDS not in text_of(story.client(assessor).get(there))


def test_silence_and_an_earlier_line_do_not_stop_it(story: Story, clock: MovingClock) -> None:
    story_room.to_assessor(story)
    say(party=story.party("complainant"), text="When do I hear?", kind=Kind.MESSAGE, ctx=story.ctx)
    clock.move(hours=1)
    story_room.to_assessed(story)
    story.open_letters("complainant")
    assert "identity_step_done" not in met_before_naming(story.case, story.ctx)
    clock.move(days=30)
    assert "identity_step_done" in met_before_naming(story.case, story.ctx)

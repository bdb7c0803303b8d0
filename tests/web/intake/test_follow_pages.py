"""The page of somebody who reported, along a whole case: what is asked of them until when, and how it ended."""

from __future__ import annotations

import re

import pytest
from tests.clock import MovingClock
from tests.web.cases import story_room
from tests.web.cases.story_room import Story, follower

from evenhand.web.cases.models import Message

pytestmark = pytest.mark.slow


def test_the_sender_is_told_until_when_to_answer_and_what_follows_from_silence(
    story: Story, clock: MovingClock
) -> None:  # fmt: skip
    story_room.to_assessor(story)
    story_room.to_assessed(story)
    asked = follower().get("/follow").content.decode()
    assert "If we hear nothing by then, we may go on" in asked and "Dublin time" in asked
    letters = [
        follower().get(address).content.decode()
        for address in re.findall(r'href="(/follow/letter/[0-9a-f]{32})"', asked)
    ]
    letter = next(html for html in letters if "Before anybody is told your name" in html)
    assert "Please answer by" in letter and "we may go on and show these words" in letter
    clock.move(days=30)
    late = follower().get("/follow").content.decode()
    assert "May the other side be shown these words?" in late and "If we hear nothing by then" not in late


def test_what_has_ended_leads_to_its_letter_and_cannot_be_taken_back(story: Story) -> None:
    for step in story_room.STEPS:
        assert "I would like to take my report back" in follower().get("/follow").content.decode()
        step(story)
    story_room.past_review(story)
    client = follower()
    html = client.get("/follow").content.decode()
    assert "I would like to take my report back" not in html
    decision = re.findall(r'href="(/follow/letter/[0-9a-f]{32})">Read how it ended', html)
    assert "The decision" in client.get(decision[0]).content.decode()
    assert client.post("/follow/message", {"text": "Thank you."}).status_code == 302
    assert Message.objects.filter(kind="message").exists()


def test_a_message_can_be_written_at_any_time(story: Story) -> None:
    assert follower().post("/follow/message", {"text": "Please wait."}).status_code == 302
    assert follower().post("/follow/message", {"text": " "}).status_code == 422
    assert follower().post("/follow/withdraw", {"text": "x"}).status_code == 422, "whether anybody pressed is asked"

"""A case in triage names what it waits for: a look-up to ask for, a colleague's word, or the look-up itself."""

from __future__ import annotations

import pytest
from tests.cast import text_of
from tests.web.cases.story_room import Story

from evenhand.web.cases.models import LookupAsk

pytestmark = pytest.mark.slow
WAITS = "It waits until another officer approves it."


def test_the_first_screen_says_what_keeps_a_case_in_triage(story: Story) -> None:
    officer, second = story.people["officer_1"], story.people["officer_2"]
    mine = story.client(officer)
    there = f"/cases/{story.case.id}"

    def first_screen() -> str:
        return text_of(mine.get("/desk"))

    story.press(officer, "acknowledge", pseudonym="Ash")
    story.press(officer, "triage", danger="none")
    assert "Ask for the membership look-up" in first_screen()
    assert "Join it to a case" not in first_screen() + text_of(mine.get(there)), "no other case names its items"

    story.press(officer, "look-up", account="chirp:harbour_gull", purpose="Was it a member?", on_day="2026-02-27")
    assert "another officer must approve the look-up" in first_screen()
    assert WAITS in text_of(mine.get(there))
    assert "Confirm the look-up" not in text_of(mine.get(there))

    ask = LookupAsk.objects.get(case=story.case)
    assert story.client(second).post("/approvals", {"ask": ask.id}).status_code == 302
    assert "Confirm the look-up; an assessor is drawn" in first_screen()
    assert WAITS not in text_of(mine.get(there))

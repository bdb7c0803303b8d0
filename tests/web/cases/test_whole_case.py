"""One contested case from the report to its closing, through the pages, by everybody in it."""

from __future__ import annotations

import pytest
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases import story_room
from tests.web.cases.story_room import Story, begin

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Decision, Outcome, Review
from evenhand.web.cases.steps.decide.closing import afterwards_due
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


def test_a_contested_case_from_report_to_decision(room: Desk, clock: MovingClock) -> None:
    story = begin(room, clock)
    states = []
    for step in story_room.STEPS:
        step(story)
        story.case.refresh_from_db()
        states.append(story.case.state)
    assert states[:7] == [
        "membership_check", "evidence_assessment", "under_investigation", "reply_window", "panel_set",
        "liability_decided", "sanction_decided",
    ]  # fmt: skip
    if story.case.state == "independent_review":
        _verify(story)
    assert story.case.state == "decided"
    assert Decision.objects.get().contacts == 0
    assert Outcome.objects.get().rung == "L1"
    letters = "\n".join(story.open_letters("respondent"))
    assert "Declared none: 3 of 3" in letters
    clock.move(days=400)
    for _ in range(3):
        afterwards_due(story.ctx)
    close_read_windows(story.ctx)
    story.case.refresh_from_db()
    assert story.case.state == "spent", "a year after it began"
    assert verify(room.ctx).exit_code == 0


def test_an_own_motion_or_protected_case_goes_to_a_reviewer(room: Desk, clock: MovingClock) -> None:
    story = begin(room, clock, protected_characteristic=True)
    for step in story_room.STEPS:
        step(story)
    story.case.refresh_from_db()
    assert story.case.state == "independent_review"
    _verify(story)
    assert story.case.state == "decided"
    assert Review.objects.get().verdict == "verified"


def test_an_own_motion_has_no_sender_to_tell_and_a_reviewer(room: Desk, clock: MovingClock) -> None:
    story = begin(room, clock, own_motion=True)
    story_room.to_assessor(story)
    story_room.to_assessed(story, shown_text="")
    story_room.to_investigation(story, sender=False)
    for step in story_room.STEPS[3:]:
        step(story)
    story.case.refresh_from_db()
    assert story.case.state == "independent_review"


def _verify(story: Story) -> None:
    reviewer = story.sits(CaseRole.REVIEWER)
    assert story.client(reviewer).get(f"/cases/{story.case.id}/review").status_code == 200
    story.clock.move(minutes=10)
    story.press(reviewer, "review", verdict="verified", reason="All five points.", contact="none")
    story.case.refresh_from_db()

"""T21: a report is taken back by whoever sent it, freely, after 72 hours, and whoever knew of it is told."""

from __future__ import annotations

import re

import pytest
from tests.cast import text_of
from tests.clock import MovingClock
from tests.web.cases import story_room
from tests.web.cases.cases_room import received
from tests.web.cases.story_room import Story, follower

from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case, Clock, Event, Message, Party
from evenhand.web.cases.periods import day_of
from evenhand.web.cases.refusals import Refused
from evenhand.web.cases.steps.decide.closing import afterwards_due, closes_after
from evenhand.web.cases.steps.identity import met_before_naming
from evenhand.web.cases.steps.withdraw import ask_back, asked, may_go_on_until, take_back, told
from evenhand.web.notices.queries import letters_of_case
from evenhand.web.record.ids import ActorId
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow
ASK = "I would like to take my report back"
KEEP = "I have changed my mind: keep my report"


def ask(pressed: str = "free") -> str:
    """Ask for it through the page, and return the page that follows."""
    client = follower()
    page = client.get("/follow/withdraw").content.decode()
    assert "72 hours" in page and "/follow/ring" in page, "welfare is offered where it is asked for"
    sent = client.post("/follow/withdraw", {"pressed": pressed, "text": "I am tired of it."})
    assert sent.status_code == 302
    return client.get("/follow").content.decode()


def refused(story: Story, person: str) -> str:
    """Send the officer's form too early and return what they read; nothing has changed."""
    story.case.refresh_from_db()
    was = story.case.state
    form = {"revision": str(story.case.revision), "read": "on"}
    answer = story.client(person).post(f"/cases/{story.case.id}/take-back", form, follow=True)
    story.case.refresh_from_db()
    assert story.case.state == was
    return text_of(answer)


def letters(story: Story, notice: NoticeId) -> list[str]:
    return sorted(row.side for row in letters_of_case(story.case.id) if row.notice is notice)


def test_it_ends_after_72_hours_and_nobody_else_hears_of_it(story: Story, clock: MovingClock) -> None:
    story_room.to_assessor(story)
    assessor = story.sits(CaseRole.ASSESSOR)
    page = f"/cases/{story.case.id}/take-back"
    assert page not in story.client(assessor).get(f"/cases/{story.case.id}").content.decode()
    assert "has not asked" in text_of(story.client(assessor).get(page))
    after = ask()
    assert KEEP in after and ASK not in after
    for address in (f"/cases/{story.case.id}", "/desk"):
        assert page in story.client(assessor).get(address).content.decode(), address
    clock.move(hours=71)
    assert "time in which the sender may change their mind" in refused(story, assessor)
    clock.move(hours=2)
    story.press(assessor, "take-back", read="on")
    assert story.case.state == State.WITHDRAWN
    until = may_go_on_until(story.case)
    assert until is not None and closes_after(story.case) == day_of(story.case, until), "nobody closes it before"
    assert (story.case.owner, story.case.due) == (None, None)
    assert not Clock.objects.filter(case=story.case, ended_at=None).exists()
    event = Event.objects.filter(case=story.case).latest("place")
    assert (event.transition, event.actor, event.actor_role) == ("T21", assessor, "assessor")
    assert letters(story, NoticeId.N13) == ["complainant"]
    html = follower().get("/follow").content.decode()
    assert "taken back" in html and ASK not in html and KEEP not in html
    address = re.findall(r'href="(/follow/letter/[0-9a-f]{32})">Read how it ended', html)[0]
    assert "You have taken your report back" in follower().get(address).content.decode()
    clock.move(hours=1)
    close_read_windows(story.ctx)
    assert [each for each in verify(story.ctx).findings if each.verdict == "failed"] == []


def test_it_is_closed_only_when_nobody_may_go_on_with_it_any_more(story: Story, clock: MovingClock) -> None:
    story_room.to_assessor(story)
    ask()
    clock.move(hours=73)
    story.press(story.sits(CaseRole.ASSESSOR), "take-back", read="on")
    clock.move(days=20)
    assert afterwards_due(story.ctx) == 0
    clock.move(days=20)
    assert afterwards_due(story.ctx) == 1
    story.case.refresh_from_db()
    assert story.case.state == State.CLOSED
    assert letters(story, NoticeId.N10) == ["complainant"]


def test_whoever_changes_their_mind_keeps_the_report(story: Story, clock: MovingClock) -> None:
    story_room.to_assessor(story)
    ask()
    assert follower().post("/follow/keep").status_code == 302
    assert asked(story.case) is None
    desk = story.client(story.sits(CaseRole.ASSESSOR)).get("/desk").content.decode()
    assert "after 72 hours it can be ended" not in desk
    html = follower().get("/follow").content.decode()
    assert ASK in html and KEEP not in html
    clock.move(hours=100)
    assert "has not asked with their own code" in refused(story, story.sits(CaseRole.ASSESSOR))
    assert follower().post("/follow/keep").status_code == 400
    ask()
    assert asked(story.case) is not None, "and may ask again"


def test_a_report_is_not_taken_back_under_pressure(story: Story, clock: MovingClock) -> None:
    story_room.to_assessor(story)
    html = ask("pressed")
    assert "somebody pressed you" in html and ASK in html
    clock.move(hours=100)
    assessor = story.sits(CaseRole.ASSESSOR)
    page = text_of(story.client(assessor).get(f"/cases/{story.case.id}/take-back"))
    assert "They say that somebody pressed them" in page
    assert "nobody pressed" in refused(story, assessor)
    ask()
    clock.move(hours=73)
    story.press(assessor, "take-back", read="on")
    assert story.case.state == State.WITHDRAWN


def test_nobody_is_told_of_an_investigation_while_it_waits(story: Story, clock: MovingClock) -> None:
    """N22 says so: whoever takes their report back at the identity step was promised that nobody is told anything."""
    story_room.to_assessor(story)
    story_room.to_assessed(story)
    client = follower()
    answer = client.post("/follow/identity", {"answer": "withdraw", "reason": ""})
    assert answer["Location"] == "/follow/withdraw"
    ask()
    clock.move(days=30)
    assert "identity_step_done" not in met_before_naming(story.case, story.ctx)
    assessor = story.sits(CaseRole.ASSESSOR)
    page = story.client(assessor).get(f"/cases/{story.case.id}/investigate").content.decode()
    assert "has asked to take the report back" in page
    client = follower()
    client.post("/follow/keep")
    assert "May the other side be shown these words?" in client.get("/follow").content.decode()
    client.post("/follow/identity", {"answer": "agreed", "reason": ""})
    assert "identity_step_done" in met_before_naming(story.case, story.ctx)
    clock.move(minutes=1)
    ask()
    assert "identity_step_done" not in met_before_naming(story.case, story.ctx), "whatever they had agreed to"


def test_who_had_been_told_gets_a_letter_in_their_language(story: Story, clock: MovingClock) -> None:
    story_room.to_assessor(story)
    story_room.to_assessed(story)
    story_room.to_investigation(story)
    Party.objects.filter(case=story.case, side="respondent").update(locale="de")
    assert "was told of your report" in follower().get("/follow/withdraw").content.decode()
    ask()
    clock.move(hours=73)
    story.press(story.sits(CaseRole.INVESTIGATOR), "take-back", read="on")
    assert letters(story, NoticeId.N13) == ["complainant", "respondent"]
    read = " ".join(story.open_letters("respondent"))
    assert "hat die Meldung zurückgenommen" in read and "zählt nie gegen Sie" in read
    assert "I am tired of it" not in read


def test_somebody_elses_report_is_not_ended_with_it(story: Story, clock: MovingClock) -> None:
    story_room.to_assessor(story)
    other = Case.objects.get(pk=received(story.ctx).cases[0])
    Case.objects.filter(pk=other.pk).update(merged_into=story.case, revision=other.revision + 1)
    ask()
    clock.move(hours=73)
    assessor = story.sits(CaseRole.ASSESSOR)
    with pytest.raises(Refused, match="joined to this one"):
        take_back(case=story.case, role=CaseRole.ASSESSOR, actor=ActorId(assessor), ctx=story.ctx)
    assert "goes on for them" in text_of(story.client(assessor).get(f"/cases/{story.case.id}/take-back"))


def test_what_the_sender_was_asked_and_offered_is_recorded(story: Story) -> None:
    story_room.to_assessor(story)
    ask_back(party=story.party("complainant"), text="", pressed=False, ctx=story.ctx)
    assert Message.objects.get(case=story.case).kind == "withdraw"
    assert told(story.case) == []

"""INV-24: no reason code for press, advantage, election, donor, seniority, faction; such words are answered for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.cast import text_of
from tests.clock import MovingClock
from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, holder, put, refused
from tests.web.cases import story_room
from tests.web.cases.story_room import Story, begin

from evenhand.procedure.lexicon import LOCALES, THEMES, phrases, warnings
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.hints import KIND, answered, hints_in
from evenhand.web.cases.models import Declaration, Finding, Seat
from evenhand.web.cases.steps import base, load
from evenhand.web.cases.steps.assess.dismiss import CODE_WORDS
from evenhand.web.cases.steps.scope import SCOPE_WORDS
from evenhand.web.record.ids import ActorId
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify

_OTHERS_WORDS = {"contact", "recuse", "conflict", "reply-by-letter", "evidence", "cover"}
"""Steps in which somebody writes down what another person said or did, or what stands on a picture: nobody's reason."""


def test_no_closed_list_of_a_step_holds_such_a_reason() -> None:
    for words in (*CODE_WORDS.values(), *SCOPE_WORDS.values(), *CODE_WORDS, *SCOPE_WORDS):
        assert warnings(str(words)) == (), words


@pytest.mark.parametrize("locale", LOCALES)
def test_each_phrase_asks_for_an_answer_in_words_a_person_can_read(locale: str) -> None:
    for theme in THEMES:
        for phrase in phrases(locale)[theme]:
            (hint,) = hints_in([f"We think of {phrase.replace('*', 'n')}."])
            assert hint.phrase and hint.about


def test_every_step_passes_the_gate_but_those_that_note_what_others_said() -> None:
    load()
    assert {slug for slug, (step, _view) in base._STEPS.items() if not step.weighed} == _OTHERS_WORDS


def test_an_answer_stays_as_it_was_given(court: Desk) -> None:
    case = case_in(State.HEARING)
    seat = Seat.objects.filter(case=case, role="panel", person=holder(case, "panel")).get()
    row = {"id": "f" * 32, "seat_id": seat.id, "kind": KIND, "answer": "some", "stage": "000001", "text": "e" * 32}
    put("cases_declaration", **row, at=NOW)
    refused("append-only", "UPDATE cases_declaration SET text = NULL WHERE kind = 'words'")
    refused("append-only", "DELETE FROM cases_declaration WHERE kind = 'words'")


@pytest.fixture
def story(room: Desk, clock: MovingClock) -> Story:
    return begin(room, clock, protected_characteristic=True)


@pytest.mark.slow
def test_a_step_waits_for_the_answer_and_the_reviewer_reads_it(story: Story) -> None:
    for step in story_room.STEPS[:5]:
        step(story)
    chair = story.panel()[0]
    day = story_room.first_day_of(story)
    story.press(chair, "hearing", form="paper", on_day=day.isoformat())
    story.clock.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    story.press(chair, "hearing")
    for member in story.panel():
        assert story.client(member).get(f"/cases/{story.case.id}/papers").status_code == 200
    story.clock.move(minutes=10)
    allegation = story_room.allegation_of(story)
    for member in story.panel():
        story.press(member, "vote", **{f"vote_{allegation.id}": "proved", "contact": "none", "reason": ""})
    story.case.refresh_from_db()
    form = {
        "revision": str(story.case.revision), "dissent": "",
        f"reason_{allegation.id}": "There is media interest, and the post stands there. Er ist einer von uns.",
    }  # fmt: skip
    client, address = story.client(chair), f"/cases/{story.case.id}/find"
    asked = client.post(address, form)
    page = asked.content.decode()
    assert asked.status_code == 422 and not Finding.objects.exists() and not Declaration.objects.filter(kind=KIND)
    assert "“media interest” reads as if it mattered what the press may say." in page, text_of(asked)
    assert "“einer von uns”" in page and f'name="reason_{allegation.id}" value="There is media interest' in page
    empty = client.post(address, form | {"why_these_words": " "})
    assert empty.status_code == 422 and "Say why, or go back" in empty.content.decode()
    taken = client.post(address, form | {"why_these_words": "A party said so; it weighed nothing."})
    assert taken.status_code == 302 and Finding.objects.exists()
    story_room.to_outcome(story)
    story_room.to_reasons(story)
    story.case.refresh_from_db()
    assert story.case.state == "independent_review"
    reviewer = story.sits(CaseRole.REVIEWER)
    (shown,) = answered(story.case, ActorId(reviewer), story.ctx)
    assert [hint.phrase for hint in shown.hints] == ["media interest", "einer von uns"]
    review = story.client(reviewer).get(f"/cases/{story.case.id}/review").content.decode()
    assert "A party said so; it weighed nothing." in review and "what the press may say" in review
    close_read_windows(story.ctx)
    assert verify(story.desk.ctx).exit_code == 0


@pytest.mark.slow
def test_a_delay_and_a_message_to_a_party_pass_the_same_gate(story: Story) -> None:
    story_room.to_assessor(story)
    assessor = story.sits(CaseRole.ASSESSOR)
    day = (story.clock.now + timedelta(days=20)).date().isoformat()
    client = story.client(assessor)
    forms = {
        "delay": {"reason": "We wait because of the press coverage.", "new_date": day},
        "dialogue": {"party": story.party("complainant").id, "text": "We wait until after the election."},
    }
    for slug, form in forms.items():
        story.case.refresh_from_db()
        form |= {"revision": str(story.case.revision)}
        asked = client.post(f"/cases/{story.case.id}/{slug}", form)
        assert asked.status_code == 422 and "need an answer" in asked.content.decode(), slug
        taken = client.post(f"/cases/{story.case.id}/{slug}", form | {"why_these_words": "I quote the sender."})
        assert taken.status_code == 302, slug
    assert list(Declaration.objects.filter(kind=KIND).order_by("stage").values_list("stage", flat=True)) == [
        "000001", "000002"
    ]  # fmt: skip


@pytest.mark.slow
def test_a_note_of_contact_says_what_was_said_and_asks_nothing(story: Story) -> None:
    story_room.to_assessor(story)
    assessor = story.sits(CaseRole.ASSESSOR)
    said = {"category": "press", "channel": "mail", "when": "", "text": "Asked about media interest; I said nothing."}
    story.press(assessor, "contact", **said)
    assert not Declaration.objects.filter(kind=KIND).exists()

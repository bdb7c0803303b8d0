"""No register knows a language: the first letter says in both how to read it, and whoever chooses keeps to it."""

from __future__ import annotations

import pytest
from django.conf import settings
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.answer.answer_room import told
from tests.web.cases import story_room
from tests.web.cases.story_room import follower
from tests.web.notices.notices_room import LETTERS_TOML

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Party
from evenhand.web.notices.models import Letter
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow

TO_GERMAN = (
    "Auf Deutsch: Öffnen Sie https://unit.quillhaven.example/answer mit Ihrem Code, oder rufen Sie 01 555 0100 an."
)


def test_the_first_letter_says_in_both_languages_how_to_read_it(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    (first,) = case.story.open_letters("respondent")
    assert '<html lang="en">' in first and f'<p lang="de">{TO_GERMAN}</p>' in first.split("<main>")[0]


def test_the_unit_s_own_language_comes_first(
    room: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(story_room, "LETTERS_TOML", f'language = "de"\n{LETTERS_TOML}')
    case = told(room, clock)
    (first,) = case.story.open_letters("respondent")
    assert case.party.locale == "de" and "Jemand hat sich beschwert. Nichts ist entschieden." in first
    assert '<p lang="en">In English: open https://unit.quillhaven.example/answer with your code' in first


def test_one_press_turns_the_page_and_every_later_letter(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    client = case.enter()
    page = client.get("/answer").content.decode()
    assert '<button type="submit" class="eh-button eh-button--secondary" name="language" value="de" lang="de">' in page
    assert "Diese Seite und unsere Briefe auf Deutsch" in page
    pressed = client.post("/answer/language", {"language": "de"})
    assert pressed.url == "/answer" and pressed.cookies[settings.LANGUAGE_COOKIE_NAME].value == "de"
    assert case.party.locale == "de"
    german = client.get("/answer").content.decode()
    assert "Jemand hat sich beschwert." in german and "This page and our letters in English" in german
    story_room.to_formal(case.story)
    sent = Letter.objects.filter(party=case.party.id)
    assert dict(sent.values_list("notice", "locale")) == {"N3": "en", "N5": "de"}
    client.post("/answer/language", {"language": "de"})
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0, "the row says what a document says"


def test_a_language_nobody_wrote_letters_in_is_refused(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    refused = case.enter().post("/answer/language", {"language": "xx"})
    assert refused.status_code == 400 and "no letters in this language" in refused.content.decode()
    assert case.party.locale == "en"


def test_the_sender_can_do_the_same(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    client = follower()
    assert client.post("/follow/language", {"language": "de"}).url == "/follow"
    assert case.story.party("complainant").locale == "de"
    assert "Der Stand:" in client.get("/follow").content.decode()


def test_an_officer_writes_down_what_somebody_said_on_the_telephone(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    officer = case.story.sits(CaseRole.ASSESSOR)
    page = case.story.client(officer).get(f"/cases/{case.case.id}/language").content.decode()
    assert "Person complained about: English" in page
    case.story.press(officer, "language", party=case.party.id, locale="de")
    assert case.party.locale == "de"


def test_what_an_officer_takes_down_is_answered_in_the_unit_s_language(
    room: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(story_room, "LETTERS_TOML", f'language = "de"\n{LETTERS_TOML}')
    case = told(room, clock)
    client = case.story.client(case.story.people["officer_1"])
    form = {
        "channel": "letter",
        "explanation": "A letter came.",
        "places": "https://chirp.example/9",
        "sender": "witness",
    }
    assert client.post("/report/take-down", form).status_code == 200
    assert Party.objects.filter(side="reporter").get().locale == "de"

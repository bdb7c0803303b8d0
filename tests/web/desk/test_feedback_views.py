"""The pages of feedback, as officers' browsers get them: what is asked, what is hidden, what is recorded."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.cast import sign_in, text_of, visitor
from tests.web.desk.desk_room import Room

from evenhand.categories import Category
from evenhand.screening.local import LocalHead, LocalPackage, save_local
from evenhand.web.desk.actions import put_aside
from evenhand.web.desk.models import Example, Label, Lead, LocalRefit
from evenhand.web.desk.refits import models_folder
from evenhand.web.desk.words import Reason
from evenhand.web.people.cast import Member
from evenhand.web.record.models import ReadRow

pytestmark = pytest.mark.slow


@pytest.fixture
def officer(cast: dict[str, Member]) -> Client:
    return sign_in(visitor(), cast["officer"])


def test_the_sample_asks_one_question_behind_a_veil(room: Room, officer: Client, cast: dict[str, Member]) -> None:
    assert "No sampled post waits" in text_of(officer.get("/desk/sample"))
    room.find("a fine speech")
    answer = officer.get("/desk/sample")
    page = text_of(answer)
    assert "Is this abuse?" in page and "a fine speech" in page
    assert "<details" in answer.content.decode()
    assert "someone" not in page and "0.02" not in page
    assert ReadRow.objects.filter(actor=cast["officer"].person, purpose="desk.sample").exists()
    post = {"post": Example.objects.get().id, "answer": "abuse"}
    done = officer.post("/desk/sample", post, follow=True)
    assert "If it may be a danger to somebody, tell them and the unit now" in done.content.decode()
    assert Label.objects.get().by == cast["officer"].person
    page = text_of(officer.get("/desk/leads"))
    assert "Of 1 post drawn at random from those without a lead, a person found 1 to be abuse" in page


def test_a_sample_without_an_answer_says_what_to_mend(room: Room, officer: Client) -> None:
    room.find("a fine speech")
    answer = officer.post("/desk/sample", {"post": Example.objects.get().id})
    assert answer.status_code == 422
    assert "Choose one of the answers" in answer.content.decode()
    assert not Label.objects.exists()


def test_the_second_label_does_not_show_the_first(room: Room, officer: Client) -> None:
    room.find("you idiot")
    put_aside(lead=Lead.objects.get().id, reason=Reason.MISREAD, actor=room.officer, ctx=room.ctx)
    room.later(minutes=11)
    page = text_of(officer.get("/desk/labels"))
    assert "you idiot" in page and "A colleague has answered" in page
    assert "misread" not in page and "It says" not in page and "very likely" not in page
    officer.post("/desk/labels", {"post": Lead.objects.get().id, "answer": "not_abuse"})
    assert Label.objects.get().answer == "not_abuse"
    page = text_of(officer.get("/desk/labels"))
    assert "Two people agree on 1 of 1 labelled posts" in page and "No post waits" in page


def test_missed_abuse_is_recorded_by_a_form(room: Room, officer: Client) -> None:
    assert "Councillor, ward 3" in officer.get("/desk/missed").content.decode()
    assert officer.post("/desk/missed", {"person": room.ana}).status_code == 422
    officer.post("/desk/missed", {"person": room.ana, "text": "you clown", "kinds": ["insult"]})
    assert (Example.objects.get().source, Label.objects.get().kinds) == ("missed", "insult")


def test_two_people_switch_a_refit_on_by_the_page(room: Room, cast: dict[str, Member], officer: Client) -> None:
    report = {"learnt_from": 90, "held_out": 30, "labellers": 2, "swaps": {"pairs": 60, "same": 1.0, "gap": 0.01},
              "checks": {"abuse": {"before": {"wrong": 9}, "after": {"wrong": 2, "posts": 30}}}}  # fmt: skip
    package = LocalPackage("m", "c", {Category.ABUSE: LocalHead(1.0, 0.0, 0.5, {})}, report)
    save_local(package, models_folder(room.desk.home))
    assert "30 held-out posts 9 wrong before, 2 after" in text_of(officer.get("/desk/refits"))
    officer.post(f"/desk/refits/{package.id}/propose")
    assert "somebody else has to switch it on" in text_of(officer.get("/desk/refits"))
    row = LocalRefit.objects.get()
    officer.post(f"/desk/refits/{row.id}/switch-on")
    assert LocalRefit.objects.get().approved_by is None
    keeper = sign_in(visitor(), cast["case_keeper"])
    keeper.post(f"/desk/refits/{row.id}/switch-on")
    assert LocalRefit.objects.get().approved_by == cast["case_keeper"].person
    officer.post(f"/desk/refits/{row.id}/end")
    assert LocalRefit.objects.get().ended_by == cast["officer"].person
    assert "The detector as shipped" in text_of(officer.get("/desk/refits"))

"""The desk's pages in a German browser: every word of ours is German; posts, names and addresses stay as they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation
from tests.cast import sign_in, text_of, visitor
from tests.web.cases.german_room import english_in, in_german, own_words
from tests.web.desk.desk_room import Room

from evenhand.categories import Category
from evenhand.screening.local import LocalHead, LocalPackage, save_local
from evenhand.web.desk.models import Lead
from evenhand.web.desk.refits import models_folder
from evenhand.web.people.cast import Member

pytestmark = pytest.mark.slow

TYPED = ("you idiot, sit down", "we will find you", "a fine speech", "Councillor, ward 3", "Treasurer", "Evenhand")
DETECTOR = ("It says “idiot” to you.", "It says “find you” to you.")  # its sentence is stored with the lead


@pytest.fixture
def officer(cast: dict[str, Member]) -> Iterator[Client]:
    yield in_german(sign_in(visitor(), cast["officer"]))


def test_the_leads_and_their_question_are_german(room: Room, officer: Client) -> None:
    empty = own_words(officer.get("/desk/leads").content.decode())
    assert "<h1>Kein Hinweis wartet.</h1>" in empty and english_in(empty, TYPED) == []
    room.find("you idiot, sit down", "we will find you", "a fine speech", "ok")
    answer = officer.get("/desk/leads")
    page = own_words(answer.content.decode())
    assert "<title>Hinweise" in page
    assert "1 Hinweis, der eine Gefahr sein kann, wartet. 1 anderer Hinweis wartet." in page
    assert "1 von 4 Beiträgen, die sich gegen geschützte Menschen richten, konnte nicht gelesen werden: 1 zu" in page
    assert "geantwortet · sehr wahrscheinlich: Beleidigung, Herabwürdigung" in text_of(answer)
    assert "1. März 2026" in text_of(answer)
    assert english_in(page, TYPED + DETECTOR) == []
    lead = Lead.objects.filter(band=1).get().id
    asked = own_words(officer.post(f"/desk/leads/{lead}/not-abuse", {}).content.decode())
    assert "<h1>Keine Herabwürdigung</h1>" in asked and "Wählen Sie den Grund, der am besten passt." in asked
    assert english_in(asked, TYPED + DETECTOR) == []
    done = own_words(
        officer.post(f"/desk/leads/{lead}/not-abuse", {"reason": "criticism"}, follow=True).content.decode()
    )
    assert "Ein Hinweis, gegen Councillor, ward 3 gerichtet: Kritik, wie scharf auch immer." in done
    assert english_in(done, TYPED + DETECTOR) == []
    refused = own_words(officer.post(f"/desk/leads/{lead}/not-abuse", {"reason": "criticism"}).content.decode())
    assert "Dieser Hinweis ist schon beiseitegelegt." in refused and english_in(refused, TYPED) == []


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/desk/sample", "Ein Beitrag ohne Hinweis"),
        ("/desk/labels", "Eine zweite Antwort"),
        ("/desk/missed", "Herabwürdigung ohne Hinweis"),
        ("/desk/refits", "Anpassungen des Erkenners"),
    ],
)
def test_a_page_of_feedback_has_a_german_heading_and_nothing_in_english(
    room: Room, officer: Client, address: str, heading: str
) -> None:
    report = {"learnt_from": 90, "held_out": 30, "labellers": 2, "swaps": {"pairs": 60, "same": 0.995, "gap": 0.01},
              "checks": {"abuse": {"before": {"wrong": 9}, "after": {"wrong": 2, "posts": 30}}}}  # fmt: skip
    package = LocalPackage("m", "c", {Category.ABUSE: LocalHead(1.0, 0.0, 0.5, {})}, report)
    save_local(package, models_folder(room.desk.home))
    page = own_words(officer.get(address).content.decode())
    assert f"<h1>{heading}</h1>" in page
    assert english_in(page, (*TYPED, package.id)) == []
    assert address != "/desk/refits" or "99,5 % von 60 Paaren" in page


def test_how_many_is_said_in_german_for_one_and_for_many() -> None:
    from evenhand.web.desk.examples import MissRate
    from evenhand.web.desk.presenters.asked import miss_words, waiting_words
    from evenhand.web.desk.presenters.page import headline, held_back, withheld_words
    from evenhand.web.desk.words import Band

    with translation.override("de"):
        assert headline({Band.DANGER: 2, Band.OTHER: 1_453}) == (
            "2 Hinweise, die eine Gefahr sein können, warten. 1.453 andere Hinweise warten."
        )
        assert (waiting_words(1), waiting_words(2)) == (
            "1 Beitrag wartet auf eine Antwort.",
            "2 Beiträge warten auf eine Antwort.",
        )
        assert withheld_words(1).startswith("1 Beitrag wird") and withheld_words(2).startswith("2 Beiträge werden")
        assert "1 weiterer Hinweis" in held_back(3, 4) and "4 weitere Hinweise" in held_back(3, 7)
        assert "1 Hinweis wartet auf" in held_back(0, 1) and "2 Hinweise warten auf" in held_back(0, 2)
        assert miss_words(MissRate(10, 1, 0.018, 0.404, 0, 0)).endswith("(95-%-Intervall: 1,8 bis 40,4 %).")

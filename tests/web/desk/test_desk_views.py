"""The leads page and its forms, as an officer's browser gets them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from tests.cast import sign_in, text_of, visitor
from tests.web.desk.desk_room import Room, post
from tests.web.desk.test_desk_finding import wrong_tables

from evenhand.web.desk.models import Lead
from evenhand.web.people.cast import Member
from evenhand.web.record.models import ReadRow

pytestmark = pytest.mark.slow


@pytest.fixture
def officer(cast: dict[str, Member]) -> Iterator[Client]:
    yield sign_in(visitor(), cast["officer"])


def test_before_the_first_import_the_page_says_that_nothing_is_known(officer: Client) -> None:
    page = text_of(officer.get("/desk/leads"))
    assert "No lead is waiting." in page
    assert "No post has been screened yet" in page
    assert "When posts aimed at a protected person are imported" in page


def test_a_lead_is_shown_with_all_that_an_officer_needs_and_no_author(room: Room, officer: Client) -> None:
    room.find("you idiot, sit down", "we will find you", "a fine speech", "ok")
    page = text_of(officer.get("/desk/leads"))
    assert "1 lead that may be a danger is waiting. 1 other lead is waiting." in page
    assert "1 post of 4 aimed at protected people could not be read: 1 too short" in page
    assert page.index("we will find you") < page.index("you idiot")
    assert "1. Aimed at Councillor, ward 3" in page
    assert "replied · very likely: insult, abuse" in page.replace("  ", " ")
    assert "It says “idiot” to you." in page.replace(" [", "[") or "It says" in page
    assert "1 March 2026, 22:15 UTC" in page
    assert "Nothing a machine says moves a person’s case" in page
    assert "someone" not in page
    assert "Some One" not in page
    assert "0.95" not in page and "950" not in page and "95" not in page


def test_words_that_a_page_about_threats_must_not_say(room: Room, officer: Client) -> None:
    room.find("a fine speech", "ok")
    page = text_of(officer.get("/desk/leads")).lower()
    assert "no lead is waiting" in page
    assert "1 post of 2 aimed at protected people could not be read" in page
    for word in ("safe", "no threats", "authentic", "genuine"):
        assert word not in page


def test_each_reading_is_logged_before_the_words_leave(room: Room, cast: dict[str, Member], officer: Client) -> None:
    room.find("you idiot", "idiot you")
    officer.get("/desk/leads")
    logged = ReadRow.objects.filter(actor=cast["officer"].person, purpose="desk.leads")
    snapshots = set(Lead.objects.values_list("snapshot", flat=True))
    assert snapshots < set(logged.values_list("object_id", flat=True))
    assert not set(Lead.objects.values_list("author", flat=True)) & set(logged.values_list("object_id", flat=True))
    before = logged.count()
    officer.get("/desk/leads")
    assert logged.count() == 2 * before


def test_hostile_words_are_only_ever_text(room: Room, officer: Client) -> None:
    room.find("<script>alert(1)</script> you idiot </blockquote><h1>{{ page }}")
    html = officer.get("/desk/leads").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; you <mark>idiot" in html
    assert "&lt;/blockquote&gt;&lt;h1&gt;{{ page }}" in html


def test_the_page_holds_an_officers_day_and_counts_the_rest(room: Room, officer: Client) -> None:
    room.bring_in([post(f"you idiot {n}") for n in range(7)])
    room.screen()
    with override_settings(DESK_CAPACITY=3):
        page = text_of(officer.get("/desk/leads"))
        assert "7 other leads are waiting." in page
        assert page.count("Show what was written") == 3
        assert "4 more leads wait behind these" in page
        for _ in range(3):
            first = re.search(r"/desk/leads/([0-9a-f]{32})/not-abuse", officer.get("/desk/leads").content.decode())
            assert first
            officer.post(first.group(0), {"reason": "misread"})
        page = text_of(officer.get("/desk/leads"))
        assert page.count("Show what was written") == 0
        assert "4 leads wait for a colleague or for tomorrow." in page
        room.find("we will find you")
        assert text_of(officer.get("/desk/leads")).count("Show what was written") == 1


def test_not_abuse_needs_a_reason_of_the_list(room: Room, officer: Client) -> None:
    room.find("you idiot")
    address = f"/desk/leads/{Lead.objects.get().id}/not-abuse"
    assert officer.get(address).status_code == 200
    for wrong in ({}, {"reason": ""}, {"reason": "press_interest"}):
        answer = officer.post(address, wrong)
        assert answer.status_code == 422
        assert "There is something to mend" in text_of(answer)
    assert Lead.objects.get().status == "waiting"
    assert wrong_tables(room) == []


def test_a_lead_is_put_aside_and_taken_back(room: Room, cast: dict[str, Member], officer: Client) -> None:
    room.find("you idiot")
    lead = Lead.objects.get().id
    answer = officer.post(f"/desk/leads/{lead}/not-abuse", {"reason": "criticism"}, follow=True)
    page = text_of(answer)
    assert "The lead was put aside." in page
    assert "A lead aimed at Councillor, ward 3: Criticism, however harsh." in page
    assert Lead.objects.get().disposed_by == cast["officer"].person
    again = officer.post(f"/desk/leads/{lead}/not-abuse", {"reason": "misread"})
    assert again.status_code == 400
    assert "already been put aside" in text_of(again)
    assert officer.get(f"/desk/leads/{lead}/not-abuse").status_code == 400
    page = text_of(officer.post(f"/desk/leads/{lead}/undo", follow=True))
    assert "back among the leads" in page
    assert Lead.objects.get().status == "waiting"
    assert officer.post(f"/desk/leads/{lead}/undo").status_code == 400
    assert wrong_tables(room) == []


def test_the_others_of_the_cast_learn_nothing_about_a_real_lead(room: Room, cast: dict[str, Member]) -> None:
    room.find("you idiot")
    lead = Lead.objects.get().id
    for name in ("chair", "auditor", "outsider", "protected"):
        other = sign_in(visitor(), cast[name])
        for path in ("/desk/leads", f"/desk/leads/{lead}/not-abuse", f"/desk/leads/{'0' * 32}/not-abuse"):
            answer = other.get(path)
            assert answer.status_code == 403, (name, path)
            assert "idiot" not in answer.content.decode()
        assert other.post(f"/desk/leads/{lead}/not-abuse", {"reason": "criticism"}).status_code == 403
        assert other.post(f"/desk/leads/{lead}/undo").status_code == 403
    assert visitor().get("/desk/leads").status_code == 302
    assert Lead.objects.get().status == "waiting"


def test_wrong_methods_and_unknown_leads(room: Room, officer: Client) -> None:
    room.find("you idiot")
    lead = Lead.objects.get().id
    assert officer.get(f"/desk/leads/{lead}/undo").status_code == 405
    assert officer.post("/desk/leads").status_code == 405
    for name in ("0" * 32, "..", "x" * 300):
        assert officer.get(f"/desk/leads/{name}/not-abuse").status_code == 404


def test_an_erased_snapshot_leaves_a_page(room: Room, officer: Client) -> None:
    from evenhand.web.record.models import SealedText

    room.find("you idiot")
    SealedText.objects.filter(id=Lead.objects.get().snapshot).delete()
    assert "The words were erased." in text_of(officer.get("/desk/leads"))


def test_fixed_words_of_one_and_many() -> None:
    from evenhand.web.desk.presenters.coverage import unread_words
    from evenhand.web.desk.presenters.page import headline
    from evenhand.web.desk.queries import Tally
    from evenhand.web.desk.words import Band

    assert headline({}) == "No lead is waiting."
    assert headline({Band.OTHER: 1}) == "No danger lead is waiting. 1 other lead is waiting."
    assert headline({Band.DANGER: 2, Band.AFFECTED: 3, Band.OTHER: 4}) == (
        "2 leads that may be a danger are waiting. 7 other leads are waiting."
    )
    assert headline({Band.DANGER: 1_232, Band.OTHER: 1_453}) == (
        "1,232 leads that may be a danger are waiting. 1,453 other leads are waiting."
    )
    one = [Tally("a", "too_short", 1), Tally("a", "read", 2_999)]
    assert unread_words(one).startswith("1 post of 3,000 aimed")
    assert unread_words([Tally("a", "read", 1)]) == "The one post aimed at protected people could be read."
    assert unread_words([Tally("a", "read", 2)]) == "All 2 posts aimed at protected people could be read."
    strange = unread_words([Tally("a", "invented_reason", 3), Tally("b", "no_text", 1_200)])
    assert strange == (
        "1,203 posts of 1,203 aimed at protected people could not be read: "
        "1,200 without any words; 3 for another reason."
    )

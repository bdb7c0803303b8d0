"""Holds on their page: asked for by one, signed by another in another role, due ones first, fail closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.models import QuerySet
from tests.cast import signed_in, text_of
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases.story_room import Story
from tests.web.vault.test_vlt_holds import GROUND, Staff

from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify
from evenhand.web.vault.holds import Held, check_free
from evenhand.web.vault.models import Hold

pytestmark = pytest.mark.slow


def send(person: str, **said: str) -> Any:
    return signed_in(person).post("/holds", said)


def shown(person: str) -> str:
    answer = signed_in(person).get("/holds")
    assert answer.status_code == 200
    return text_of(answer)


def asked(story: Story, **changed: str) -> dict[str, str]:
    review = (story.ctx.now() + timedelta(days=90)).date().isoformat()
    said = {"do": "ask", "target": story.case.number, "reason": "court_proceedings", "ground": GROUND}
    return said | {"review_on": review} | changed


def test_two_people_in_two_roles_place_review_and_release_on_the_page(
    story: Story, room: Desk, clock: MovingClock
) -> None:
    staff = Staff(room)
    assert signed_in(staff.officer).get("/holds").status_code == 403
    for faulty, words in (
        ({"target": "1999-0001"}, "no case with this number"), ({"ground": ""}, "Say in a line"),
        ({"review_on": "2031-01-01"}, "at most six months ahead"), ({"reason": "mood"}, "Choose one"),
    ):  # fmt: skip
        no = send(staff.dpo, **asked(story, **faulty))
        assert no.status_code == 422 and words in text_of(no), words
    assert not Hold.objects.exists()
    assert send(staff.dpo, **asked(story)).status_code == 302
    hold = Hold.objects.get()
    check_free(cases=[story.case.id])
    mine, theirs = shown(staff.dpo), shown(staff.keeper)
    assert f"Case {story.case.number}" in mine and "it holds nothing before a second person signs" in mine
    assert "Sign the hold" not in mine and "Sign the hold" in theirs and GROUND in theirs
    assert send(staff.dpo, do="place", hold=hold.id).status_code == 400, "the same person signs nothing twice"
    assert send(staff.keeper, do="place", hold=hold.id).status_code == 302
    with pytest.raises(Held):
        check_free(cases=[story.case.id])
    _on_first_pages(story, staff, clock)
    clock.move(days=11)
    assert "somebody looks at them again: 1." in text_of(signed_in(story.people["officer_1"]).get("/desk"))
    due = shown(staff.dpo)
    assert "Holds to look at again:" in due and "only two people end a hold" in due
    with pytest.raises(Held):
        check_free(cases=[story.case.id])
    late = send(staff.dpo, do="review", hold=hold.id, review_on="2031-01-01")
    assert late.status_code == 422 and "at most six months ahead" in text_of(late)
    again = (story.ctx.now() + timedelta(days=60)).date().isoformat()
    assert send(staff.dpo, do="review", hold=hold.id, review_on=again).status_code == 302
    assert "Holds to look at again:" not in shown(staff.dpo)
    assert send(staff.keeper, do="end", hold=hold.id).status_code == 302
    assert "Sign the end of the hold" not in shown(staff.keeper)
    assert send(staff.keeper, do="release", hold=hold.id).status_code == 400
    with pytest.raises(Held):
        check_free(cases=[story.case.id])
    assert send(staff.dpo, do="release", hold=hold.id).status_code == 302
    check_free(cases=[story.case.id])
    assert "Nothing is held." in shown(staff.keeper)
    assert send(staff.dpo, do="dance").status_code == 404
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


def _on_first_pages(story: Story, staff: Staff, clock: MovingClock) -> None:
    """A hold stands on first pages from two weeks before its day; who signs gets the way there, others no case."""
    officer, words = signed_in(story.people["officer_1"]), "looked at again within two weeks: 1."
    assert words not in text_of(officer.get("/desk"))
    clock.move(days=80)
    here, keeper = officer.get("/desk"), signed_in(staff.keeper).get("/keeper")
    assert words in text_of(here) and 'href="/holds"' not in here.content.decode()
    assert words in text_of(keeper) and "Look at the holds" in text_of(keeper)
    german = officer.get("/desk", headers={"accept-language": "de"}).content.decode()
    assert "Aufbewahrungen, die binnen zwei Wochen zu prüfen sind: 1." in german


def test_where_holds_cannot_be_read_the_page_says_that_nothing_is_deleted(
    room: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = Staff(room)

    def broken(self: QuerySet[Hold], *args: Any, **kwargs: Any) -> Any:
        raise DatabaseError("no such table")

    monkeypatch.setattr(Hold.objects, "filter", broken.__get__(Hold.objects.all()))
    answer = signed_in(staff.dpo).get("/holds")
    assert answer.status_code == 400 and "so nothing is deleted" in text_of(answer)

"""What one side may ask for, the other may ask for in the same words (INV-28): company, another member, more time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils.formats import date_format
from tests.cast import text_of
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.answer.answer_room import Told, told
from tests.web.cases import story_room
from tests.web.cases.story_room import follower

from evenhand.procedure.choices import builtin
from evenhand.procedure.clocks import ClockId
from evenhand.web.cases import clocks, periods
from evenhand.web.cases.models import Link, Message, Party, Seat
from evenhand.web.cases.steps.challenge import may_challenge
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


def both(case: Told) -> list[tuple[str, Client]]:
    return [("/follow", follower()), ("/answer", case.enter())]


def test_either_side_brings_somebody(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    asked = []
    for door, client in both(case):
        page = client.get(f"{door}/companion")
        assert f'href="{door}"' in page.content.decode(), "the way back leads to the side's own page"
        asked.append(text_of(page))
        assert "You need not go through this alone." in asked[-1]
        missing = client.post(f"{door}/companion", {"helper": "guard", "words": ""})
        assert missing.status_code == 422
        assert "Choose one of the answers." in text_of(missing) and "Say in a line who it is." in text_of(missing)
        assert client.post(f"{door}/companion", {"helper": "companion", "words": "My sister"}).url == door
        assert "We have noted who helps you." in client.get(door).content.decode()
    assert asked[0] == asked[1]
    assert sorted(Message.objects.values_list("party__side", "kind")) == [
        ("complainant", "companion"), ("respondent", "companion"),
    ]  # fmt: skip


def test_either_side_objects_to_one_of_the_three_once(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock, formal=True)
    for door, client in both(case):
        assert client.get(f"{door}/challenge").url == door, "nobody sits yet"
    story_room.to_panel(case.story)
    seats = case.story.panel()
    seat = Seat.objects.get(person=seats[1], ends=None).id
    asked = []
    for door, client in both(case):
        asked.append(text_of(client.get(f"{door}/challenge")))
        missing = client.post(f"{door}/challenge", {"seat": "nobody", "reasons": "They are my neighbour."})
        assert missing.status_code == 422 and "Choose one of the three." in text_of(missing)
        assert client.post(f"{door}/challenge", {"seat": seat, "reasons": "They are my neighbour."}).url == door
        assert "Your reasons were recorded." in client.get(door).content.decode()
        assert client.get(f"{door}/challenge").url == door, "once"
    assert asked[0] == asked[1] and "Object to one of the three people" in asked[0]
    assert Link.objects.filter(by_party=True).count() == 2 and case.story.panel() == seats
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


@pytest.mark.parametrize("side", ["reporter", "witness"])
def test_whoever_is_no_side_objects_to_nobody(room: Desk, clock: MovingClock, side: str) -> None:
    case = told(room, clock, formal=True)
    story_room.to_panel(case.story)
    party = Party.objects.select_related("case").get(case=case.case, side="complainant")
    assert may_challenge(party)
    party.side = side
    assert not may_challenge(party)


def test_the_new_end_of_the_time_is_a_day_where_the_organisation_is(
    room: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = builtin("default")
    there = replace(here, calendar=replace(here.calendar, timezone="America/New_York"))
    monkeypatch.setattr(periods, "procedure_of", lambda _digest: there)
    case = told(room, clock, formal=True)
    client = case.enter()
    client.get("/answer")
    assert client.post("/answer/more-time").url == "/answer"
    window = clocks.window(case.case, ClockId.REPLY, case.party.id)
    assert window is not None and window.due is not None
    local = there.calendar.day_of(window.due)
    assert local != window.due.date(), "another day by UTC"
    assert f"You have more time: until {date_format(local)}." in client.get("/answer").content.decode()

"""What is held about a person, as one file: theirs alone, no word of a case, recorded, a few times a day."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from tests.cast import text_of, visitor
from tests.clock import MovingClock
from tests.web.cases import story_room
from tests.web.cases.story_room import Story

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Event
from evenhand.web.office.own_data import AT_MOST, PURPOSE, Held, as_csv
from evenhand.web.people.actions import record_mandate
from evenhand.web.people.models import User
from evenhand.web.people.roles import Office
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.models import ReadRow
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow
CASE_PARTS = {"seats", "sides", "steps", "votes", "declarations", "notes_of_contact", "look_ups", "readings"}


@pytest.fixture
def story(story: Story) -> Story:
    """A case whose assessor has been drawn and has assessed nothing yet."""
    story_room.to_assessor(story)
    return story


def taken(client: Client, form: str = "json") -> Any:
    answer = client.post("/my/data", {"form": form})
    assert answer.status_code == 200, text_of(answer)
    assert answer["Content-Disposition"] == f'attachment; filename="my-data.{form}"'
    return answer


def test_an_officer_s_file_holds_what_they_did_and_no_word_of_the_case(story: Story) -> None:
    me = story.people["officer_1"]
    held = json.loads(taken(story.client(me)).content)
    assert [row["what"] for row in held["account"]] == ["officer_1"]
    assert [row["what"] for row in held["roles"]] == ["officer"]
    [seat] = held["seats"]
    assert (seat["case"], seat["what"]) == (story.case.number, "intake")
    steps = list(Event.objects.filter(actor=me).order_by("place").values_list("transition", flat=True))
    assert [row["what"] for row in held["steps"]] == steps
    assert all(datetime.fromisoformat(row["since"]).tzinfo for row in held["steps"])
    assert {row["case"] for row in held["steps"]} == {story.case.number}
    assert {"triage", "membership look-up"} <= {row["what"] for row in held["readings"]}
    assert [row["what"] for row in held["look_ups"]] == ["asked for"]
    raw = json.dumps(held)
    for secret in ("muppet", "Robin Quill", "quillhaven", "chirp:", "Was it a member", *_others(story, me)):
        assert secret not in raw, secret


def _others(story: Story, me: str) -> list[str]:
    """Everybody else's id and name."""
    return [word for pk, name in User.objects.exclude(pk=me).values_list("pk", "username") for word in (pk, name)]


def test_nobody_else_s_acts_are_in_it(story: Story) -> None:
    assessor = story.sits(CaseRole.ASSESSOR)
    outsider = story.people["legal_1"]
    mine = json.loads(taken(story.client(outsider)).content)
    assert set(mine) & CASE_PARTS == {"readings"}
    assert [row["what"] for row in mine["readings"]] == [PURPOSE]
    theirs = json.loads(taken(story.client(assessor)).content)
    assert [row["what"] for row in theirs["seats"]] == ["assessor"]
    assert "T01" not in {row["what"] for row in theirs.get("steps", [])}


def test_a_restricted_office_has_no_case_in_it(story: Story) -> None:
    """INV-01: 0 fields of any case while the office lasts, whatever they did before."""
    me = story.people["officer_1"]
    with recording(actor=SYSTEM, ctx=story.ctx, purpose="test"):
        record_mandate(
            person=me, office=Office.LEADER, begins=story.clock.now.date(), ends=None, actor=SYSTEM, ctx=story.ctx
        )  # fmt: skip
    client = story.client(me)
    assert "nothing of cases is in it" in text_of(client.get("/my/data"))
    held = json.loads(taken(client).content)
    assert not set(held) & CASE_PARTS
    assert [row["what"] for row in held["restricted_offices"]] == ["leader"]
    assert Case.objects.get().number not in json.dumps(held)


def test_taking_it_is_on_record_and_a_few_times_a_day(story: Story, clock: MovingClock) -> None:
    me = story.people["officer_2"]
    client = story.client(me)
    assert "3 times today" in text_of(client.get("/my/data"))
    assert not ReadRow.objects.filter(actor=me, purpose=PURPOSE).exists(), "looking at the page is no reading"
    for _ in range(AT_MOST):
        taken(client)
    refused = client.post("/my/data", {"form": "json"})
    assert refused.status_code == 429
    assert "Come back tomorrow" in text_of(refused)
    assert ReadRow.objects.filter(actor=me, purpose=PURPOSE).count() == AT_MOST
    taken(story.client(story.people["officer_3"]))  # one person's files cost nobody else theirs
    clock.move(hours=25)
    assert PURPOSE in {row["what"] for row in json.loads(taken(client).content)["readings"]}
    clock.move(minutes=30)
    close_read_windows(story.ctx)
    assert verify(story.ctx).exit_code == 0


def test_the_spreadsheet_says_the_same_and_holds_no_formula(story: Story) -> None:
    me = story.people["officer_1"]
    rows = list(csv.DictReader(io.StringIO(taken(story.client(me), "csv").content.decode())))
    held = json.loads(taken(story.client(me)).content)
    for part in ("account", "roles", "seats", "steps", "look_ups"):
        assert [row["what"] for row in rows if row["part"] == part] == [row["what"] for row in held[part]]
    [line] = csv.DictReader(io.StringIO(as_csv([Held("account", "", "", "", "=cmd|calc", "")])))
    assert line["what"] == "'=cmd|calc"


def test_without_signing_in_there_is_a_door_and_without_a_form_no_file(story: Story) -> None:
    assert visitor().get("/my/data").status_code == 302
    assert visitor().post("/my/data", {"form": "json"}).status_code == 302
    answer = story.client(story.people["officer_1"]).post("/my/data", {"form": "xml"})
    assert answer.status_code == 200 and "Content-Disposition" not in answer

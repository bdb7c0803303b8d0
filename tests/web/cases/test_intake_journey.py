"""The officer's side of intake, through the pages: open, danger, duplicates, the look-up by two, the assessor."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from tests.cast import signed_in
from tests.databases import Desk
from tests.web.cases.cases_room import company, received

from evenhand.membership.register import read_register
from evenhand.web.cases.models import Case, Lookup, LookupAsk, Seat
from evenhand.web.record.verify import verify
from evenhand.web.register.actions import load

pytestmark = pytest.mark.slow
REGISTER = "member_id,joined,left,deceased,handles\n1001,2019-05-01,,,x:harbour_gull\n"


def press(client: Client, case: Case, slug: str, **fields: str) -> int:
    case.refresh_from_db()
    answer = client.post(f"/cases/{case.id}/{slug}", {"revision": str(case.revision)} | fields)
    return answer.status_code


def test_a_report_reaches_its_assessor(room: Desk) -> None:
    people = company(room.ctx)
    load(register=read_register(REGISTER), actor=people["officer_1"], ctx=room.ctx)
    case = Case.objects.get(pk=received(room.ctx).cases[0])
    officer, second = signed_in(people["officer_1"]), signed_in(people["officer_2"])
    assert case.number in officer.get("/cases").content.decode()
    assert press(officer, case, "acknowledge", pseudonym="Ash") == 302
    assert press(second, case, "acknowledge", pseudonym="Birch") == 404
    assert press(officer, case, "triage", danger="none") == 302
    assert (
        press(officer, case, "look-up", account="x:harbour_gull", purpose="Was it a member?", on_day="2026-02-27")
        == 302
    )
    ask = LookupAsk.objects.get()
    assert officer.post("/approvals", {"ask": ask.id}).status_code == 404, "not one's own"
    assert second.post("/approvals", {"ask": ask.id}).status_code == 302
    assert "a member on that day and now" in officer.get(f"/cases/{case.id}/membership").content.decode()
    assert press(officer, case, "membership") == 302
    case.refresh_from_db()
    assert case.state == "membership_check"
    assert Lookup.objects.get().on_day == date(2026, 2, 27)
    assessor = Seat.objects.get(case=case, role="assessor")
    assert case.owner == assessor.person != people["officer_1"]
    assert verify(room.ctx).exit_code == 0


def test_an_old_form_is_told_that_the_case_moved_on(room: Desk) -> None:
    people = company(room.ctx)
    case = Case.objects.get(pk=received(room.ctx).cases[0])
    officer = signed_in(people["officer_1"])
    before = str(case.revision)
    assert press(officer, case, "acknowledge", pseudonym="Ash") == 302
    late = officer.post(f"/cases/{case.id}/triage", {"revision": before, "danger": "none"})
    assert late.status_code == 409
    assert "This case has moved on" in late.content.decode()


def test_whoever_the_sender_excluded_sees_no_such_case(room: Desk) -> None:
    people = company(room.ctx)
    case = Case.objects.get(pk=received(room.ctx, excluded=(str(people["officer_1"]),)).cases[0])
    named, other = signed_in(people["officer_1"]), signed_in(people["officer_2"])
    assert named.get(f"/cases/{case.id}").status_code == 404
    assert case.number not in named.get("/cases").content.decode()
    assert case.number in other.get("/cases").content.decode()

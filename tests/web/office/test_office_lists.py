"""The unit, the auditor's list, the case keeper's list: metadata alone, each for its own part of the house."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.cast import signed_in, text_of
from tests.databases import Desk
from tests.web.cases.cases_room import Company, received, seated

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Draw, Nonce
from evenhand.web.cases.recusal import recuse
from evenhand.web.cases.seats import seat_by_draw
from evenhand.web.office.unit import friday_before
from evenhand.web.people.actions import record_mandate
from evenhand.web.people.roles import Office
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.models import ReadRow

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("day", "friday"), [(2, 27), (6, 27), (7, 6)])
def test_since_friday_means_the_last_one_before_today(day: int, friday: int) -> None:
    found = friday_before(datetime(2026, 3, day, 9, 30, tzinfo=UTC))
    assert (found.day, found.hour) == (friday, 0)


def test_messages_items_and_people_are_told_apart(room: Desk, audited: Company) -> None:
    for _ in range(3):
        received(room.ctx)
    received(room.ctx, subjects=("Another Quill",), items=(), danger_claimed=True)
    page = text_of(signed_in(audited["officer_1"]).get("/desk/unit"))
    assert "4 messages since Friday 27 February. They concern 1 post or act by 2 people." in page
    assert "1 danger report is waiting. The first: waiting for 0 minutes; nobody has opened it." in page
    assert "1; 0 are done" in page
    assert "Quill" not in page and "muppet" not in page


def test_the_auditor_sees_what_changed_hands_and_repeats_a_draw(room: Desk, audited: Company) -> None:
    case = Case.objects.get(pk=received(room.ctx).cases[0])
    seated(case.id, audited["officer_1"], CaseRole.INTAKE, room.ctx)
    seat_by_draw(case=case.id, role=CaseRole.ASSESSOR, ctx=room.ctx)
    recuse(case=case.id, actor=audited["officer_1"], ctx=room.ctx)
    record_mandate(
        person=PersonId(audited["officer_4"]), office=Office.PRESS_OFFICE, begins=room.ctx.now().date(), ends=None,
        actor=SYSTEM, ctx=room.ctx,
    )  # fmt: skip
    auditor = signed_in(audited["auditor"])
    read_before = ReadRow.objects.count()
    page = text_of(auditor.get("/audit"))
    assert "stepped back, by themselves" in page
    assert "somebody joined the pool (panel: a lay member)" in page and "a role was given" in page
    assert "an office was recorded (Press office)" in page
    assert "Robin Quill" not in page and ReadRow.objects.count() == read_before
    draw = Draw.objects.get()
    assert "the same people come out" in text_of(auditor.post("/audit", {"draw": draw.id}, follow=True))
    assert auditor.post("/audit", {"draw": "f" * 32}).status_code == 404
    auditor.post("/audit", {})
    assert "somebody joined the pool" in text_of(auditor.get("/audit")), "of the very same second"


def test_a_draw_that_does_not_repeat_is_said(room: Desk, audited: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case.objects.get(pk=received(room.ctx).cases[0])
    seat_by_draw(case=case.id, role=CaseRole.ASSESSOR, ctx=room.ctx)
    monkeypatch.setattr("evenhand.web.office.lists.check_draw", lambda _draw: ("somebody else comes out",))
    auditor = signed_in(audited["auditor"])
    said = text_of(auditor.post("/audit", {"draw": Draw.objects.get().id}, follow=True))
    assert "somebody else comes out" in said


def test_the_case_keeper_promises_secrets_and_sees_what_waits(room: Desk, audited: Company) -> None:
    keeper = signed_in(audited["keeper"])
    page = text_of(keeper.get("/keeper"))
    assert "0 cases wait for a seat" in page and "30 secrets are left." in page
    assert "Appointed by 2 bodies." in page and "members meeting" in page
    assert "No rota is written to" in page
    assert keeper.post("/keeper", {"number": "5"}).status_code == 302
    assert Nonce.objects.count() == 35
    assert keeper.post("/keeper", {"number": "0"}).status_code == 422
    assert keeper.post("/keeper", {"number": "many"}).status_code == 422
    assert signed_in(audited["officer_1"]).get("/keeper").status_code == 403

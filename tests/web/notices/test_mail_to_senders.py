"""Whoever chose mail when they reported gets one for each letter, at the address of the report and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.databases import Desk
from tests.web.cases.cases_room import REPORT, company

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.engine import open_case
from evenhand.web.cases.models import Case, Party
from evenhand.web.cases.seats import take
from evenhand.web.cases.steps.acknowledge import acknowledge
from evenhand.web.notices.models import Attempt
from evenhand.web.record import outbox
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.keys import KeyRefused
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify

ADDRESS = REPORT.contact


@pytest.mark.parametrize("by", ["mail", "page"])
def test_a_sender_gets_mail_where_they_chose_it(desk: Desk, by: str) -> None:
    people = company(desk.ctx)
    officer = people["officer_1"]
    case = Case.objects.get(pk=open_case(report=replace(REPORT, by=by), ctx=desk.ctx).cases[0])
    take(case=case.id, role=CaseRole.INTAKE, person=officer, ctx=desk.ctx)
    case.refresh_from_db()
    acknowledge(case=case, actor=officer, pseudonym="Ash", ctx=desk.ctx)
    outbox.run_pending()
    written = [path.read_text() for path in (desk.home.root / "outbox").glob("*")]
    assert [f"To: {ADDRESS}" in mail for mail in written] == ([True] if by == "mail" else [])
    assert Attempt.objects.count() == len(written)
    assert [found for found in verify(desk.ctx).findings if found.verdict == "failed"] == []


def test_no_seat_on_the_case_alone_opens_the_address(desk: Desk) -> None:
    people = company(desk.ctx)
    case = Case.objects.get(pk=open_case(report=replace(REPORT, by="mail"), ctx=desk.ctx).cases[0])
    curious = people["charge_1"]
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        grant_seat(r, key=KeyId(case.key), actor=curious, role="charge_assessor", since=desk.ctx.now())
        r.add(type="wave.filed", key=KeyId(case.key), body={})
    contact = Party.objects.get(case=case).contact
    assert contact is not None
    with pytest.raises(KeyRefused):
        open_texts([contact], actor=curious, purpose="be curious", ctx=desk.ctx)

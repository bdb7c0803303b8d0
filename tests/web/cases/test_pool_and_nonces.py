"""Who is in the pool, the case keeper's promised secrets, and seats that are filled once somebody can be drawn."""

from __future__ import annotations

from datetime import date

import pytest
from tests.databases import Desk
from tests.web.cases.cases_room import company, later, received, seated, step

from evenhand.errors import UsageError
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case, Nonce, PoolMember
from evenhand.web.cases.nonces import left, next_promised, promise, reveal
from evenhand.web.cases.pool import Appointment, appoint, end_appointment, members_of
from evenhand.web.cases.recusal import redraw
from evenhand.web.cases.vacancies import fill_empty_seats
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.keys import KeyRefused
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import verify

YEARS = (date(2026, 1, 1), date(2027, 12, 31))


def test_nobody_appoints_themselves_or_to_nothing(desk: Desk) -> None:
    people = company(desk.ctx, nonces=0)
    keeper = people["keeper"]
    with pytest.raises(UsageError, match="appoints themselves"):
        appoint(appointment=Appointment(keeper, "lay", "members_meeting", *YEARS), actor=keeper, ctx=desk.ctx)
    with pytest.raises(UsageError, match="no kind"):
        appoint(appointment=Appointment("f" * 32, "muppet", "members_meeting", *YEARS), actor=keeper, ctx=desk.ctx)


def test_who_left_before_a_report_is_not_in_its_pool(desk: Desk) -> None:
    company(desk.ctx, nonces=0)
    gone = PoolMember.objects.filter(kind="lay").order_by("id")[0]
    before = Case.objects.get(pk=received(desk.ctx).cases[0])
    hour = later(desk.ctx, hours=1)
    end_appointment(member=gone.id, actor=SYSTEM, ctx=hour)
    after = Case.objects.get(pk=received(later(desk.ctx, hours=2)).cases[0])
    assert gone in members_of(before)
    assert gone not in members_of(after)
    with pytest.raises(UsageError, match="no such member"):
        end_appointment(member=gone.id, actor=SYSTEM, ctx=hour)


def test_a_promised_secret_is_the_keepers_and_used_in_order(desk: Desk) -> None:
    people = company(desk.ctx, nonces=3)
    first = next_promised()
    assert first is not None
    assert (first.place, left()) == (0, 3)
    assert len(reveal(first.commitment, desk.ctx)) == 32
    with pytest.raises(KeyRefused):
        open_texts([first.sealed], actor=people["officer_1"], purpose="peek", ctx=desk.ctx)
    assert promise(number=2, actor=people["keeper"], ctx=desk.ctx) == 5
    assert sorted(Nonce.objects.values_list("place", flat=True)) == [0, 1, 2, 3, 4]
    for number in (0, 501):
        with pytest.raises(UsageError, match="between 1 and"):
            promise(number=number, actor=people["keeper"], ctx=desk.ctx)


def test_a_case_that_waits_is_filled_when_a_draw_can_be_made(desk: Desk) -> None:
    ctx = desk.ctx
    people = company(ctx, nonces=0)
    case = received(ctx).cases[0]
    seated(case, people["officer_1"], CaseRole.INTAKE, ctx)
    for target in (State.ACKNOWLEDGED, State.TRIAGE, State.MEMBERSHIP_CHECK):
        step(case, target, CaseRole.INTAKE, people["officer_1"], ctx)
    waiting = Case.objects.get()
    assert (waiting.owner_role, waiting.allocation_pending) == ("case_keeper", True)
    assert redraw(case=case, role=CaseRole.ASSESSOR, ctx=ctx) == ()
    assert fill_empty_seats(ctx) == 0
    promise(number=2, actor=people["keeper"], ctx=ctx)
    assert fill_empty_seats(ctx) == 1
    filled = Case.objects.get()
    assert (filled.owner_role, filled.allocation_pending) == ("assessor", False)
    assert filled.owner is not None
    assert fill_empty_seats(ctx) == 0
    assert [finding for finding in verify(ctx).findings if finding.verdict == "failed"] == []

"""INV-02, 04, 17, 18, 19: seats are drawn, kept apart, given up at once, and every draw can be repeated."""

from __future__ import annotations

import json

import pytest
from tests.databases import Desk
from tests.web.cases.cases_room import company, later, received, seated, step

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case, Draw, FrozenPool, PersonSet, Seat
from evenhand.web.cases.recusal import recuse
from evenhand.web.cases.refusals import NobodyLeft, Refused
from evenhand.web.cases.seats import check_draw, end, seat_by_draw
from evenhand.web.record.ids import KeyId
from evenhand.web.record.seats import has_seat
from evenhand.web.record.verify import verify


def failed(desk: Desk) -> list[object]:
    return [finding for finding in verify(desk.ctx).findings if finding.verdict == "failed"]


def test_a_case_gets_its_people_by_lot(any_desk: Desk) -> None:
    ctx = any_desk.ctx
    people = company(ctx)
    case = received(ctx).cases[0]
    seated(case, people["officer_1"], CaseRole.INTAKE, ctx)
    drawn = [seat for role in (CaseRole.ASSESSOR, CaseRole.INVESTIGATOR, CaseRole.CHARGE_ASSESSOR, CaseRole.PANEL,
             CaseRole.REVIEWER) for seat in seat_by_draw(case=case, role=role, ctx=ctx)]  # fmt: skip
    assert len(drawn) == 7
    assert len({seat.person for seat in drawn} | {people["officer_1"]}) == 8
    assert [seat.chair for seat in drawn] == [False, False, False, True, False, False, False]
    assert PersonSet.objects.count() == Seat.objects.count() == 8
    for draw in Draw.objects.all():
        assert check_draw(draw) == ()
    assert failed(any_desk) == []


def test_a_draw_that_was_changed_no_longer_repeats(desk: Desk) -> None:
    ctx = desk.ctx
    company(ctx)
    case = received(ctx).cases[0]
    seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=ctx)
    draw = Draw.objects.get()
    transcript = json.loads(draw.transcript)
    transcript["seats"][0]["person"] = next(
        each["person"] for each in transcript["plan"]["pool"] if each["person"] != transcript["seats"][0]["person"]
    )
    draw.transcript = json.dumps(transcript)
    assert check_draw(draw) == ("repeating the draw seats other people",)
    transcript["plan"]["pool"].pop()
    draw.transcript = json.dumps(transcript)
    assert "the pool, the constraints or the kept seats are not those that were committed" in check_draw(draw)


def test_who_joins_later_is_never_drawn(desk: Desk) -> None:
    case = received(desk.ctx).cases[0]
    company(later(desk.ctx, hours=1))
    with pytest.raises(NobodyLeft):
        seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=later(desk.ctx, hours=2))
    assert FrozenPool.objects.count() == 0


def test_recusal_is_at_once_and_a_case_is_never_without_owner(any_desk: Desk) -> None:
    ctx = any_desk.ctx
    people = company(ctx)
    case = received(ctx).cases[0]
    seated(case, people["officer_1"], CaseRole.INTAKE, ctx)
    assert Case.objects.get().owner == people["officer_1"]
    first = seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=ctx)[0]
    for target in (State.ACKNOWLEDGED, State.TRIAGE, State.MEMBERSHIP_CHECK):
        step(case, target, CaseRole.INTAKE, people["officer_1"], ctx)
    row = Case.objects.get()
    assert (row.owner_role, row.owner) == ("assessor", first.person)
    recuse(case=case, actor=first.person, ctx=later(ctx, minutes=1))
    second = Seat.objects.get(role="assessor", ends=None)
    row.refresh_from_db()
    assert second.person != first.person == Seat.objects.get(end_reason="recused").person
    assert (row.owner, row.allocation_pending) == (second.person, False)
    assert not has_seat(KeyId(row.key), first.person, later(ctx, minutes=2).now())
    with pytest.raises(Refused, match="hold no seat"):
        recuse(case=case, actor=first.person, ctx=later(ctx, minutes=2))
    assert failed(any_desk) == []


def test_the_last_one_recuses_and_the_case_keeper_has_the_case(desk: Desk) -> None:
    ctx = desk.ctx
    people = company(ctx)
    case = received(ctx).cases[0]
    seated(case, people["officer_1"], CaseRole.INTAKE, ctx)
    seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=ctx)
    for target in (State.ACKNOWLEDGED, State.TRIAGE, State.MEMBERSHIP_CHECK):
        step(case, target, CaseRole.INTAKE, people["officer_1"], ctx)
    for _ in range(4):
        owner = Case.objects.get().owner
        assert owner is not None
        recuse(case=case, actor=owner, ctx=ctx)
    row = Case.objects.get()
    assert (row.owner_role, row.owner, row.allocation_pending) == ("case_keeper", None, True)
    assert row.due is not None
    assert failed(desk) == []


def test_a_lost_panel_seat_alone_is_drawn_again(desk: Desk) -> None:
    ctx = desk.ctx
    people = company(ctx)
    case = received(ctx).cases[0]
    panel = seat_by_draw(case=case, role=CaseRole.PANEL, ctx=ctx)
    with pytest.raises(Refused, match="no seat is empty"):
        seat_by_draw(case=case, role=CaseRole.PANEL, ctx=ctx)
    lost = panel[1]
    end(seat=lost.id, reason="illness", approver=people["keeper"], actor=people["officer_1"], ctx=later(ctx, hours=1))
    (new,) = seat_by_draw(case=case, role=CaseRole.PANEL, ctx=later(ctx, hours=1))
    still = set(Seat.objects.filter(role="panel", ends=None).values_list("person", flat=True))
    assert still == {panel[0].person, panel[2].person, new.person}
    assert new.person != lost.person
    assert people.names[new.person].startswith("expert")
    assert all(check_draw(draw) == () for draw in Draw.objects.all())


def test_a_seat_ends_by_two_people_who_do_not_hold_it(desk: Desk) -> None:
    ctx = desk.ctx
    people = company(ctx)
    case = received(ctx).cases[0]
    seat = seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=ctx)[0]
    for approver, actor in ((seat.person, people["keeper"]), (people["keeper"], people["keeper"])):
        with pytest.raises(Refused, match="two people"):
            end(seat=seat.id, reason="illness", approver=approver, actor=actor, ctx=ctx)
    with pytest.raises(Refused):
        end(seat=seat.id, reason="bored", approver=people["keeper"], actor=people["officer_1"], ctx=ctx)


def test_no_secret_no_draw(desk: Desk) -> None:
    company(desk.ctx, nonces=1)
    case = received(desk.ctx).cases[0]
    seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=desk.ctx)
    with pytest.raises(NobodyLeft, match="promised no more secrets"):
        seat_by_draw(case=case, role=CaseRole.INVESTIGATOR, ctx=desk.ctx)


def test_a_committed_draw_is_finished_never_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.web.cases import draws

    company(desk.ctx)
    case = received(desk.ctx).cases[0]
    with monkeypatch.context() as patch:
        patch.setattr(draws, "reveal", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=desk.ctx)
    left = Draw.objects.get()
    assert left.drawn_at is None
    seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=desk.ctx)
    made = Draw.objects.get()
    assert (made.id, made.commitment, check_draw(made)) == (left.id, left.commitment, ())

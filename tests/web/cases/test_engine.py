"""The engine: a contested case from report to closure, and every way in which a step is refused."""

from __future__ import annotations

import pytest
from tests.databases import Desk
from tests.web.cases.cases_room import company, later, received, seated, step
from tests.web.cases.cases_story import story

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import NOT_LIVE, State
from evenhand.procedure.transitions import NotATransition, NotOffered, find
from evenhand.procedure.walk import NotThisRole
from evenhand.web.cases import engine
from evenhand.web.cases.acts import acting
from evenhand.web.cases.contacts import Channel, Note, count_of, file_contact, flag_contact, unfiled
from evenhand.web.cases.models import Case, Clock, Event
from evenhand.web.cases.refusals import Refused, Stale, Unfiled
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify


def failed(desk: Desk) -> list[object]:
    return [finding for finding in verify(desk.ctx).findings if finding.verdict == "failed"]


@pytest.mark.slow
def test_a_contested_case_from_report_to_closure(any_desk: Desk) -> None:
    told = story(any_desk.ctx)
    events = list(Event.objects.order_by("place").values_list("transition", flat=True))
    assert events == [
        "T00", "T01", "T02", "T03", "T04", "T06", "T07", "T08", "T08", "T09", "T10", "T11", "T12", "T13", "T14", "T18",
    ]  # fmt: skip
    case = told.case
    assert (case.owner_role, case.owner, case.due) == (None, None, None)
    assert case.liability_decided_at is not None
    assert case.closed_at is not None
    assert not Clock.objects.filter(stage=True, ended_at=None).exists()
    assert failed(any_desk) == []


def test_every_live_state_has_an_owner_and_a_date(desk: Desk) -> None:
    told = story(desk.ctx, until=State.REPLY_WINDOW)
    for event in Event.objects.all():
        assert event.human
    case = told.case
    assert State(case.state) not in NOT_LIVE
    assert (case.owner_role, case.owner) == ("charge_assessor", told.holder(CaseRole.CHARGE_ASSESSOR))
    assert case.due == Clock.objects.get(name="reply").due


@pytest.fixture
def taken(desk: Desk) -> tuple[Desk, str, str, str]:
    people = company(desk.ctx, nonces=3)
    case = received(desk.ctx).cases[0]
    seated(case, people["officer_1"], CaseRole.INTAKE, desk.ctx)
    return desk, case, people["officer_1"], people["officer_2"]


def test_a_step_the_table_lacks(taken: tuple[Desk, str, str, str]) -> None:
    case = Case.objects.get(pk=taken[1])
    with pytest.raises(NotATransition):
        engine.edge_of(case, "T11", State.LIABILITY_DECIDED, CaseRole.PANEL)
    with pytest.raises(NotThisRole):
        engine.edge_of(case, "T01", State.ACKNOWLEDGED, CaseRole.ASSESSOR)
    with pytest.raises(Refused, match="does not lead there"):
        engine.edge_of(case, "T02", State.ACKNOWLEDGED, CaseRole.INTAKE)


def test_a_step_whose_page_comes_later(desk: Desk) -> None:
    case = story(desk.ctx, until=State.EVIDENCE_ASSESSMENT).case
    with pytest.raises(NotOffered, match="page comes later"):
        engine.edge_of(case, "T05", State.INFORMAL, CaseRole.ASSESSOR)


def test_a_step_by_somebody_without_the_seat(taken: tuple[Desk, str, str, str]) -> None:
    desk, case, _, other = taken
    seated_key = Case.objects.get(pk=case)
    with (
        pytest.raises(NotThisRole),
        recording(actor=ActorId(other), ctx=desk.ctx, purpose="test") as r,
        acting(r, "submission.acknowledged", case=seated_key) as act,
    ):
        engine.move(
            act, seated_key, "T01", target=State.ACKNOWLEDGED, role=CaseRole.INTAKE,
            met={"not_an_excluded_reader", "opened_by_person"}, ctx=desk.ctx,
        )  # fmt: skip
    assert Event.objects.count() == 1


def test_a_guard_that_is_not_met_says_what_is_missing(taken: tuple[Desk, str, str, str]) -> None:
    desk, case_id, officer, _ = taken
    case = Case.objects.get(pk=case_id)
    with (
        pytest.raises(Refused, match="no person has opened the report yet"),
        recording(actor=ActorId(officer), ctx=desk.ctx, purpose="test") as r,
        acting(r, "submission.acknowledged", case=case) as act,
    ):
        engine.move(
            act, case, "T01", target=State.ACKNOWLEDGED, role=CaseRole.INTAKE, met={"not_an_excluded_reader"},
            ctx=desk.ctx,
        )  # fmt: skip
    assert Case.objects.get(pk=case_id).state == "received"
    assert Clock.objects.filter(stage=True, ended_at=None).count() == 1


def test_two_at_once_one_wins(taken: tuple[Desk, str, str, str]) -> None:
    desk, case_id, officer, _ = taken
    seen = Case.objects.get(pk=case_id)
    step(case_id, State.ACKNOWLEDGED, CaseRole.INTAKE, officer, desk.ctx)
    with pytest.raises(Stale):
        engine.check_revision(Case.objects.get(pk=case_id), str(seen.revision))
    edge = find(State.RECEIVED, State.ACKNOWLEDGED)
    assert edge is not None
    with (
        pytest.raises(Stale),
        recording(actor=ActorId(officer), ctx=desk.ctx, purpose="test") as r,
        acting(r, edge.leaf, case=seen) as act,
    ):
        engine.move(act, seen, "T01", target=State.ACKNOWLEDGED, role=CaseRole.INTAKE, met=edge.guards, ctx=desk.ctx)
    assert Event.objects.count() == 2


def test_an_unfiled_contact_stops_its_recipient_and_nobody_else(taken: tuple[Desk, str, str, str]) -> None:
    desk, case_id, officer, other = taken
    step(case_id, State.ACKNOWLEDGED, CaseRole.INTAKE, officer, desk.ctx)
    case = Case.objects.get(pk=case_id)
    flag_contact(case=case, recipient=officer, actor=ActorId(other), ctx=desk.ctx)
    with pytest.raises(Unfiled, match="your note of it is missing"):
        step(case_id, State.TRIAGE, CaseRole.INTAKE, officer, desk.ctx)
    note = Note(officer, "press", Channel.TELEPHONE, desk.ctx.now(), "Asked who complained. I said nothing.")
    file_contact(case=case, note=note, actor=ActorId(officer), ctx=desk.ctx)
    assert (unfiled(case_id, officer), count_of(case_id)) == (0, 1)
    step(case_id, State.TRIAGE, CaseRole.INTAKE, officer, desk.ctx)
    assert failed(desk) == []


def test_what_falls_due_is_done_once(any_desk: Desk) -> None:
    from evenhand.web.cases.clocks import apply_due
    from evenhand.web.cases.queries import late

    received(any_desk.ctx, danger_claimed=True)
    assert apply_due(any_desk.ctx) == 0
    tomorrow = later(any_desk.ctx, days=1, hours=1)
    assert apply_due(tomorrow) == 1
    assert [row.clock for row in late()] == ["danger"]
    month = later(any_desk.ctx, days=30)
    assert apply_due(month) == 1
    assert apply_due(month) == 0
    assert [row.clock for row in late()] == ["danger", "acknowledge"]
    assert failed(any_desk) == []

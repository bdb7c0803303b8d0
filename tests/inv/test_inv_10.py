"""INV-10 (and INV-01): a role that is lost ends what it opened; the history of the seat stays."""

from __future__ import annotations

from datetime import date

import pytest
from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, fresh, holder, insert_refused

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case, Seat
from evenhand.web.cases.refusals import Refused
from evenhand.web.cases.seats import take
from evenhand.web.cases.vacancies import end_seats_of_lost_roles
from evenhand.web.people.actions import end_role, record_mandate
from evenhand.web.people.models import Grant
from evenhand.web.people.roles import Office
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.seats import has_seat
from evenhand.web.record.verify import verify


@pytest.mark.parametrize("how", ["role", "mandate"])
def test_a_lost_role_ends_its_seats_and_another_is_drawn(court: Desk, how: str) -> None:
    case = case_in(State.MEMBERSHIP_CHECK)
    gone = holder(case, "assessor")
    if how == "role":
        end_role(grant=Grant.objects.get(person=gone).id, actor=SYSTEM, ctx=court.ctx)
    else:
        since = date(2026, 1, 1)
        record_mandate(
            person=PersonId(gone), office=Office.LEADER, begins=since, ends=None, actor=SYSTEM, ctx=court.ctx
        )
    assert end_seats_of_lost_roles(court.ctx) > 0
    assert end_seats_of_lost_roles(court.ctx) == 0
    assert not Seat.objects.filter(person=gone, ends=None).exists()
    assert Seat.objects.filter(case=case, person=gone, end_reason="left").exists()
    row = Case.objects.get(pk=case.id)
    assert row.owner != gone
    assert row.due is not None
    assert not has_seat(KeyId(row.key), gone, court.ctx.now())
    assert [finding for finding in verify(court.ctx).findings if finding.verdict == "failed"] == []


def test_a_holder_of_a_restricted_office_is_never_seated(court: Desk) -> None:
    case = case_in(State.REPLY_WINDOW)
    person = Grant.objects.filter(role="officer").exclude(
        person__in=Seat.objects.filter(case=case).values("person")
    )[0].person  # fmt: skip
    record_mandate(
        person=PersonId(person), office=Office.LEADER, begins=date(2026, 1, 1), ends=None, actor=SYSTEM, ctx=court.ctx
    )
    seat = {"id": fresh(), "case_id": case.id, "person": person, "role": "liaison", "role_set": "none", "chair": False}
    insert_refused("INV-01", "cases_seat", **seat, begins=NOW)
    with pytest.raises(Refused):
        take(case=case.id, role=CaseRole.INTAKE, person=person, ctx=court.ctx)

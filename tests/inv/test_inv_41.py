"""INV-41: nobody untrained is seated; the pool says who was trained when."""

from __future__ import annotations

import pytest
from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, fresh, insert_allowed, insert_refused, put, run

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import FrozenPool
from evenhand.web.cases.refusals import NobodyLeft
from evenhand.web.cases.seats import seat_by_draw


def test_an_untrained_or_foreign_member_is_refused(court: Desk) -> None:
    case = case_in(State.SANCTION_DECIDED)
    drawn = seat_by_draw(case=case.id, role=CaseRole.REVIEWER, ctx=court.ctx)[0]
    free = FrozenPool.objects.filter(case=case, member__kind="review").exclude(member=drawn.member).first()
    assert free is not None
    put("cases_person_set", case_id=case.id, person=free.member.person, role_set="review")
    seat = {
        "id": fresh(), "case_id": case.id, "person": free.member.person, "role": "reviewer", "role_set": "review",
        "chair": False, "draw_id": drawn.draw_id,
    }  # fmt: skip
    insert_allowed("cases_seat", **seat, member_id=free.member_id, begins=NOW)
    insert_refused("INV-41", "cases_seat", **seat, member_id=free.member_id, begins="2028-03-02 09:00:00+00:00")
    insert_refused("INV-41", "cases_seat", **seat, member_id=drawn.member_id, begins=NOW)
    insert_refused("INV-41", "cases_seat", **seat, begins=NOW)


def test_the_draw_leaves_the_untrained_out(court: Desk) -> None:
    case = case_in(State.SANCTION_DECIDED)
    run("UPDATE cases_pool_member SET trained_until = '2026-03-01' WHERE kind = 'review'")
    with pytest.raises(NobodyLeft):
        seat_by_draw(case=case.id, role=CaseRole.REVIEWER, ctx=court.ctx)

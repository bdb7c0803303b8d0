"""INV-51: the pool is as it was at receipt, appointed by two bodies; a party's own act excludes nobody."""

from __future__ import annotations

import pytest
from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, fresh, insert_refused, put, refused

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases import draws
from evenhand.web.cases.models import PoolMember
from evenhand.web.cases.refusals import NobodyLeft


def test_nobody_is_added_to_a_pool_afterwards(court: Desk) -> None:
    case = case_in(State.REPLY_WINDOW)
    member = {
        "id": fresh(), "person": fresh(), "kind": "review", "appointed_by": "members_meeting",
        "trained_on": "2026-01-01", "trained_until": "2027-12-31",
    }  # fmt: skip
    put("cases_pool_member", **member, appointed_at="2026-03-02 10:00:00+00:00")
    insert_refused("INV-51", "cases_frozen_pool", case_id=case.id, member_id=member["id"], salted="a" * 64)
    refused("INV-51", "UPDATE cases_pool_member SET appointed_at = '2026-01-01 00:00:00' WHERE id = %s", member["id"])
    refused("append-only", "UPDATE cases_frozen_pool SET salted = 'x'")
    refused("append-only", "DELETE FROM cases_frozen_pool")


def test_one_body_alone_appoints_no_panel(court: Desk) -> None:
    case = case_in(State.SANCTION_DECIDED)
    bodies = set(PoolMember.objects.filter(kind="review").values_list("appointed_by", flat=True))
    assert len(bodies) == 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draws, "_BODIES", 3)
        with pytest.raises(NobodyLeft, match="not appointed by"):
            draws.seat_by_draw(case=case.id, role=CaseRole.REVIEWER, ctx=court.ctx)


def test_a_party_that_names_everybody_excludes_nobody(court: Desk) -> None:
    case = case_in(State.REPLY_WINDOW)
    for person in PoolMember.objects.filter(kind="legal").values_list("person", flat=True):
        put("cases_link", id=fresh(), case_id=case.id, person=person, kind="named", by_party=True,
            recorded_by=fresh(), recorded_at=NOW)  # fmt: skip
    panel = draws.seat_by_draw(case=case.id, role=CaseRole.PANEL, ctx=court.ctx)
    assert [seat.chair for seat in panel] == [True, False, False]


def test_a_link_that_was_recorded_by_the_unit_excludes(court: Desk) -> None:
    case = case_in(State.REPLY_WINDOW)
    for person in PoolMember.objects.filter(kind="legal").values_list("person", flat=True):
        put("cases_link", id=fresh(), case_id=case.id, person=person, kind="family", by_party=False,
            recorded_by=fresh(), recorded_at=NOW)  # fmt: skip
    with pytest.raises(NobodyLeft):
        draws.seat_by_draw(case=case.id, role=CaseRole.PANEL, ctx=court.ctx)

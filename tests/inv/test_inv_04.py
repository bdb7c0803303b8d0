"""INV-04: a recusal is one click, for ever in that case, and never leaves a case without an owner."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, fresh, insert_refused, refused

from evenhand.procedure.states import State
from evenhand.web.cases.models import Seat
from evenhand.web.cases.recusal import recuse
from evenhand.web.record.ids import ActorId


def test_a_recusal_is_never_taken_back(court: Desk) -> None:
    case = case_in(State.MEMBERSHIP_CHECK)
    gone = case.owner
    recuse(case=case.id, actor=ActorId(gone), ctx=court.ctx)
    case.refresh_from_db()
    assert case.owner not in {None, gone}
    assert case.due is not None
    seat = Seat.objects.get(case=case, person=gone)
    refused("INV-04", "UPDATE cases_seat SET ends = NULL, end_reason = NULL WHERE id = %s", seat.id)
    refused("INV-04", "UPDATE cases_seat SET end_reason = 'illness', end_approver = 'x' WHERE id = %s", seat.id)
    columns = {"id": fresh(), "case_id": case.id, "person": gone, "role": "liaison", "role_set": "none", "chair": False}
    insert_refused("INV-04", "cases_seat", **columns, begins=NOW)


def test_no_owner_gets_up_before_somebody_else_owns_the_case(court: Desk) -> None:
    case = case_in(State.MEMBERSHIP_CHECK)
    refused(
        "INV-04", "UPDATE cases_seat SET ends = %s, end_reason = 'recused' WHERE case_id = %s AND person = %s",
        NOW, case.id, case.owner,
    )  # fmt: skip

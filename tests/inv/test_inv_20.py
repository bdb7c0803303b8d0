"""INV-20: blind first, then open; a change needs a reason, and the open file is not read before."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import (
    NOW,
    case_in,
    event,
    fresh,
    holder,
    insert_allowed,
    insert_refused,
    put,
    refused,
)

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.seats import seat_by_draw


def test_blind_comes_first(court: Desk) -> None:
    case = case_in(State.MEMBERSHIP_CHECK)
    person = holder(case, "assessor")
    read = {"case_id": case.id, "person": person, "what": "open", "first_at": NOW, "last_at": NOW, "seconds": 5}
    insert_refused("INV-20", "cases_reading", **read)
    insert_allowed("cases_reading", **read | {"what": "blind"})
    blind = {
        "id": fresh(), "case_id": case.id, "stage": "T04", "person": person, "decision": "supported",
        "reason": fresh(), "blinded": True, "at": NOW,
    }  # fmt: skip
    insert_refused("INV-20", "cases_blind_record", **blind | {"stage": "T07"})
    insert_refused("INV-20", "cases_blind_record", **blind | {"person": holder(case, "intake")})
    put("cases_blind_record", **blind)
    put("cases_reading", **read)
    opened = {"blind_id": blind["id"], "decision": "unfit", "changed": False, "at": NOW}
    insert_refused("INV-20", "cases_open_record", **opened)
    insert_refused("cases_open_change_has_reason", "cases_open_record", **opened | {"changed": True})
    insert_refused(
        "INV-20", "cases_open_record", **opened | {"decision": "supported", "at": "2026-03-01 00:00:00+00:00"}
    )
    insert_allowed("cases_open_record", **opened | {"changed": True, "reason": fresh()})
    refused("append-only", "UPDATE cases_blind_record SET decision = 'unfit'")


def test_who_read_the_open_file_is_no_longer_blind(court: Desk) -> None:
    case = case_in(State.UNDER_INVESTIGATION)
    person = holder(case, "investigator")
    put("cases_reading", case_id=case.id, person=person, what="open", first_at=NOW, last_at=NOW, seconds=5)
    blind = {
        "id": fresh(), "case_id": case.id, "stage": "T07", "person": person, "decision": "no_case", "reason": fresh(),
        "at": NOW,
    }  # fmt: skip
    insert_refused("INV-20", "cases_blind_record", **blind, blinded=True)


def test_neither_step_without_both_records(court: Desk) -> None:
    for state, transition, target, role in (
        (State.MEMBERSHIP_CHECK, "T04", State.EVIDENCE_ASSESSMENT, "assessor"),
        (State.UNDER_INVESTIGATION, "T07", State.NO_CASE, "charge_assessor"),
    ):
        case = case_in(state)
        if role == "charge_assessor":
            seat_by_draw(case=case.id, role=CaseRole.CHARGE_ASSESSOR, ctx=court.ctx)
        step = event(case, transition, target, role)
        insert_refused("INV-20", "cases_event", **step)
        record = {"id": fresh(), "case_id": case.id, "stage": transition, "person": step["actor"]}
        put("cases_blind_record", **record, decision="x", reason=fresh(), blinded=True, at=NOW)
        insert_refused("INV-20", "cases_event", **step)
        put("cases_open_record", blind_id=record["id"], decision="x", changed=False, at=NOW)
        insert_allowed("cases_event", **step)

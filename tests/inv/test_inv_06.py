"""INV-06: no one alone dismisses, looks somebody up, protects an identity or ends a seat: two people each time."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, event, fresh, insert_allowed, insert_refused, put, refused, run

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Seat, Upload
from evenhand.web.cases.seats import seat_by_draw


def test_a_dismissal_needs_two_votes_of_two_people(court: Desk) -> None:
    case = case_in(State.EVIDENCE_ASSESSMENT)
    seat_by_draw(case=case.id, role=CaseRole.SECOND_ASSESSOR, ctx=court.ctx)
    dismissal = event(case, "T04b", State.DISMISSED_UNFIT, "assessor", reason_code="unfit")
    for seat in Seat.objects.filter(case=case, role__in=("assessor", "second_assessor")):
        insert_refused("INV-06", "cases_event", **dismissal)
        said = {"seat_id": seat.id, "kind": "contact", "answer": "none", "at": NOW}
        put("cases_declaration", **said, id=fresh(), stage="T04b")
        put("cases_vote", id=fresh(), case_id=case.id, seat_id=seat.id, stage="T04b", vote="dismiss", at=NOW)
    insert_allowed("cases_event", **dismissal)


def test_a_look_up_is_approved_by_somebody_else(court: Desk) -> None:
    case = case_in(State.MEMBERSHIP_CHECK)
    lookup = {
        "id": fresh(), "case_id": case.id, "result": "both", "band": "exact_id", "on_day": "2026-03-02",
        "evidence": fresh(), "purpose": fresh(), "approver": "a" * 32, "made_at": NOW,
    }  # fmt: skip
    insert_allowed("cases_lookup", **lookup, made_by="b" * 32)
    insert_refused("two_people", "cases_lookup", **lookup, made_by="a" * 32)


def test_what_two_people_did_is_done_once(court: Desk) -> None:
    case = case_in(State.HEARING)
    confirm = "UPDATE cases_lookup SET confirmed_by = %s WHERE case_id = %s"
    run(confirm, fresh(), case.id)
    refused("T03", confirm, fresh(), case.id)
    ask = {"id": fresh(), "case_id": case.id, "account": fresh(), "purpose": fresh(), "on_day": "2026-03-02"}
    put("cases_lookup_ask", **ask, asked_by="a" * 32, asked_at=NOW)
    approve = "UPDATE cases_lookup_ask SET approved_by = %s, approved_at = %s WHERE id = %s"
    refused("two_people", approve, "a" * 32, NOW, ask["id"])
    run(approve, "b" * 32, NOW, ask["id"])
    refused("INV-06", approve, "c" * 32, NOW, ask["id"])


def test_do_not_look_stays(court: Desk) -> None:
    case = case_in(State.HEARING)
    columns = {field.column: None for field in Upload._meta.concrete_fields}
    columns |= {"id": fresh(), "submission_id": case.submission_id, "key": fresh(), "kind": "png", "size": 1,
                "state": "restricted", "removed": "", "received_at": NOW}  # fmt: skip
    put("cases_upload", **columns)
    refused("R24", "UPDATE cases_upload SET state = 'cleared' WHERE id = %s", columns["id"])

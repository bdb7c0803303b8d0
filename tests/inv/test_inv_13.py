"""INV-13: the decision states how many contacts there were; zero is printed."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, event, fresh, insert_allowed, insert_refused, put, run

from evenhand.procedure.states import State

DECISION = {
    "kind": "sanction", "text": "a" * 32, "fields": "facts", "declared_none": 3, "declared_seats": 3,
    "automated_detection": False, "automated_decision": False, "redress_until": "2026-05-01", "made_at": NOW,
}  # fmt: skip


def test_a_decision_counts_the_notes(court: Desk) -> None:
    case = case_in(State.INDEPENDENT_REVIEW)
    insert_allowed("cases_decision", case_id=case.id, contacts=0, **DECISION)
    insert_refused("INV-13|contacts", "cases_decision", case_id=case.id, **DECISION)
    note = {"id": fresh(), "case_id": case.id, "recipient": fresh(), "filed_by": fresh(), "category": "press"}
    put("cases_contact", **note, channel="mail", happened_at=NOW, text=fresh(), filed_at=NOW)
    insert_refused("INV-13", "cases_decision", case_id=case.id, contacts=0, **DECISION)
    insert_allowed("cases_decision", case_id=case.id, contacts=1, **DECISION)


def test_no_decided_without_the_decision_and_its_count(court: Desk) -> None:
    case = case_in(State.INDEPENDENT_REVIEW)
    run("UPDATE cases_review SET verdict = 'verified', reviewed_at = %s WHERE case_id = %s", NOW, case.id)
    decided = event(case, "T14", State.DECIDED, "system")
    insert_refused("INV-13", "cases_event", **decided)
    put("cases_decision", case_id=case.id, contacts=0, **DECISION)
    insert_allowed("cases_event", **decided)

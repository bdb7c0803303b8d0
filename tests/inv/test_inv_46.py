"""INV-46: nobody is named before they saw the text and answered, or had five working days; no request is open."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, event, fresh, insert_allowed, insert_refused, put, refused, run
from tests.web.cases.cases_story import CLAUSE

from evenhand.procedure.states import State


def test_no_investigation_before_the_identity_step(court: Desk) -> None:
    case = case_in(State.EVIDENCE_ASSESSMENT)
    put("cases_allegation", id=fresh(), case_id=case.id, number=1, clause_id=CLAUSE, act_type="post",
        particulars=fresh(), most_that_can_follow="L3", set_by=fresh(), set_at=NOW,
        conduct_on="2026-02-20")  # fmt: skip
    opened = event(case, "T06", State.UNDER_INVESTIGATION, "assessor")
    insert_refused("INV-46", "cases_event", **opened)
    put("cases_identity", case_id=case.id, shown_text=fresh(), asked_at=NOW, protection="none")
    change = "UPDATE cases_identity SET {} WHERE case_id = %s"
    insert_refused("INV-46", "cases_event", **opened)
    run(change.format("risk = 'low', risk_assessed_by = 'x', risk_assessed_at = '2026-03-02 09:00:00'"), case.id)
    insert_refused("INV-46", "cases_event", **opened)
    run(change.format("served_at = '2026-03-01 09:00:00'"), case.id)
    insert_refused("INV-46", "cases_event", **opened)
    run(change.format("served_at = '2026-02-20 09:00:00'"), case.id)
    insert_allowed("cases_event", **opened)
    run(change.format("protection = 'pending'"), case.id)
    insert_refused("INV-46", "cases_event", **opened)
    refused("cases_identity_two_people", change.format("protection = 'granted'"), case.id)

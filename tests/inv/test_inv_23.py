"""INV-23: no investigation, allegation, outcome or refusal without a published rule in force on the day of conduct."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, event, fresh, holder, insert_allowed, insert_refused, put, run
from tests.web.cases.cases_story import CLAUSE

from evenhand.procedure.states import State
from evenhand.web.cases.models import Seat


def test_only_a_rule_that_was_in_force_that_day(court: Desk) -> None:
    case = case_in(State.EVIDENCE_ASSESSMENT)
    allegation = {
        "id": fresh(), "case_id": case.id, "number": 1, "clause_id": CLAUSE, "act_type": "post",
        "particulars": fresh(), "most_that_can_follow": "L3", "set_by": fresh(), "set_at": NOW,
    }  # fmt: skip
    insert_allowed("cases_allegation", **allegation, conduct_on="2026-02-20")
    insert_refused("INV-23", "cases_allegation", **allegation, conduct_on="2025-12-31")
    insert_refused("INV-23|FOREIGN KEY|foreign key", "cases_allegation",
                   **allegation | {"clause_id": "no:1"}, conduct_on="2026-02-20")  # fmt: skip
    insert_refused("INV-23", "cases_allegation",
                   **allegation | {"set_at": "2025-12-01 00:00:00+00:00"}, conduct_on="2026-02-20")  # fmt: skip


def test_no_investigation_without_an_allegation(court: Desk) -> None:
    case = case_in(State.EVIDENCE_ASSESSMENT)
    person = holder(case, "assessor")
    put("cases_identity", case_id=case.id, shown_text=fresh(), asked_at=NOW, answer="agreed", answered_at=NOW,
        protection="none", risk="low", risk_assessed_by=person, risk_assessed_at=NOW)  # fmt: skip
    opened = event(case, "T06", State.UNDER_INVESTIGATION, "assessor")
    insert_refused("INV-23", "cases_event", **opened)
    put("cases_allegation", id=fresh(), case_id=case.id, number=1, clause_id=CLAUSE, act_type="post",
        particulars=fresh(), most_that_can_follow="L3", set_by=person, set_at=NOW, conduct_on="2026-02-20")  # fmt: skip
    insert_allowed("cases_event", **opened)


def test_a_refusal_needs_its_code_and_an_outcome_something_proved(court: Desk) -> None:
    case = case_in(State.MEMBERSHIP_CHECK)
    refusal = event(case, "T03a", State.OUT_OF_SCOPE, "assessor")
    insert_refused("INV-23", "cases_event", **refusal)
    insert_allowed("cases_event", **refusal, reason_code="not_member")
    heard = case_in(State.HEARING)
    outcome = {"rung": "L1", "factors": "", "comparators": "", "outside_range": False, "reason": fresh()}
    insert_refused("INV-23", "cases_outcome", case_id=heard.id, **outcome, decided_at=NOW)


def test_nothing_follows_where_nothing_was_proved(court: Desk) -> None:
    case = case_in(State.LIABILITY_DECIDED)
    for seat in Seat.objects.filter(case=case, role="panel"):
        said = {"seat_id": seat.id, "kind": "contact", "answer": "none", "at": NOW}
        put("cases_declaration", **said, id=fresh(), stage="T12")
        put("cases_vote", id=fresh(), case_id=case.id, seat_id=seat.id, stage="T12", vote="L2", at=NOW)
    follows = event(case, "T12", State.SANCTION_DECIDED, "panel")
    insert_allowed("cases_event", **follows)
    run("UPDATE cases_finding SET result = 'not_proved'")
    insert_refused("INV-23", "cases_event", **follows)

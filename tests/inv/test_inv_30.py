"""INV-30: decided only on evidence the respondent was shown, or that was withheld by record with its gist."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, event, fresh, insert_allowed, insert_refused, one, put, refused, run

from evenhand.procedure.states import State
from evenhand.web.cases.models import Seat


def test_no_formal_allegation_on_undisclosed_evidence(court: Desk) -> None:
    case = case_in(State.CASE_TO_ANSWER)
    put("cases_search", id=fresh(), case_id=case.id, place="thread", what=fresh(), found="nothing", result=fresh(),
        made_by=fresh(), made_at=NOW)  # fmt: skip
    formal = event(case, "T08", State.CHARGED, "charge_assessor")
    insert_refused("INV-30", "cases_event", **formal)
    items = "allegation_id IN (SELECT id FROM cases_allegation WHERE case_id = %s)"
    refused("withheld_by_record", f"UPDATE cases_allegation_item SET gist = 'g' WHERE {items}", case.id)
    run(f"UPDATE cases_allegation_item SET gist = 'g', withheld_approver = 'a' WHERE {items}", case.id)
    insert_allowed("cases_event", **formal)


def test_nothing_is_relied_on_or_proved_undisclosed(court: Desk) -> None:
    case = case_in(State.CASE_TO_ANSWER)
    items = "allegation_id IN (SELECT id FROM cases_allegation WHERE case_id = %s)"
    refused("known_to_respondent", f"UPDATE cases_allegation_item SET relied_on = true WHERE {items}", case.id)
    heard = case_in(State.HEARING)
    allegation = one("SELECT id FROM cases_allegation WHERE case_id = %s", heard.id)
    finding = {"allegation_id": allegation, "standard": "balance_of_probabilities", "reasons": fresh(), "found_at": NOW}
    insert_refused("INV-30", "cases_finding", **finding, result="proved")
    insert_refused("cases_finding_standard", "cases_finding", **finding | {"standard": "sure"}, result="not_proved")
    insert_allowed("cases_finding", **finding, result="not_proved")
    run(f"UPDATE cases_allegation_item SET relied_on = true WHERE {items}", heard.id)
    insert_allowed("cases_finding", **finding, result="proved")
    refused("INV-30|known", f"UPDATE cases_allegation_item SET disclosed_at = NULL WHERE {items}", heard.id)


def test_every_allegation_needs_its_finding(court: Desk) -> None:
    case = case_in(State.HEARING)
    for seat in Seat.objects.filter(case=case, role="panel"):
        said = {"seat_id": seat.id, "kind": "contact", "answer": "none", "at": NOW}
        put("cases_declaration", **said, id=fresh(), stage="T11")
        put("cases_vote", id=fresh(), case_id=case.id, seat_id=seat.id, stage="T11", vote="not_proved", at=NOW)
    decided = event(case, "T11", State.LIABILITY_DECIDED, "panel")
    insert_refused("INV-30", "cases_event", **decided)
    allegation = one("SELECT id FROM cases_allegation WHERE case_id = %s", case.id)
    put("cases_finding", allegation_id=allegation, standard="balance_of_probabilities", reasons=fresh(), found_at=NOW,
        result="not_proved")  # fmt: skip
    insert_allowed("cases_event", **decided)

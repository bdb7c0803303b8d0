"""INV-29: no formal allegation without the search for what speaks for the respondent."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, event, fresh, insert_allowed, insert_refused, put, run

from evenhand.procedure.states import State


def test_the_search_comes_first(court: Desk) -> None:
    case = case_in(State.CASE_TO_ANSWER)
    run("UPDATE cases_allegation_item SET disclosed_at = %s WHERE allegation_id IN"
        " (SELECT id FROM cases_allegation WHERE case_id = %s)", NOW, case.id)  # fmt: skip
    formal = event(case, "T08", State.CHARGED, "charge_assessor")
    insert_refused("INV-29", "cases_event", **formal)
    search = {"id": fresh(), "case_id": case.id, "place": "thread", "what": fresh(), "found": "nothing"}
    insert_refused("NOT NULL|not-null", "cases_search", **search, made_by=fresh(), made_at=NOW)
    put("cases_search", **search, result=fresh(), made_by=fresh(), made_at=NOW)
    insert_allowed("cases_event", **formal)

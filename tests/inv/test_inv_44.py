"""INV-44: no vote before that seat declared its contacts for that step."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, event, fresh, insert_allowed, insert_refused, one, put, refused

from evenhand.procedure.states import State
from evenhand.web.cases.models import Seat


def test_no_vote_without_the_declaration(court: Desk) -> None:
    case = case_in(State.HEARING)
    seat = Seat.objects.filter(case=case, role="panel")[0]
    vote = {"id": fresh(), "case_id": case.id, "seat_id": seat.id, "stage": "T11", "vote": "proved", "at": NOW}
    insert_refused("INV-44", "cases_vote", **vote)
    said = {"seat_id": seat.id, "kind": "contact", "answer": "none", "at": NOW}
    put("cases_declaration", **said, id=fresh(), stage="T12")
    insert_refused("INV-44", "cases_vote", **vote)
    put("cases_declaration", **said, id=fresh(), stage="T11")
    insert_allowed("cases_vote", **vote)
    insert_refused("INV-02", "cases_vote", **vote | {"case_id": case_in(State.LIABILITY_DECIDED).id})


def test_no_finding_is_final_before_three_votes(court: Desk) -> None:
    case = case_in(State.HEARING)
    allegation = one("SELECT id FROM cases_allegation WHERE case_id = %s", case.id)
    put("cases_finding", allegation_id=allegation, standard="balance_of_probabilities", reasons=fresh(), found_at=NOW,
        result="not_proved")  # fmt: skip
    decided = event(case, "T11", State.LIABILITY_DECIDED, "panel")
    for seat in Seat.objects.filter(case=case, role="panel"):
        insert_refused("INV-44", "cases_event", **decided)
        said = {"seat_id": seat.id, "kind": "contact", "answer": "none", "at": NOW}
        put("cases_declaration", **said, id=fresh(), stage="T11")
        put("cases_vote", id=fresh(), case_id=case.id, seat_id=seat.id, stage="T11", vote="not_proved", at=NOW)
    insert_allowed("cases_event", **decided)
    refused("append-only", "UPDATE cases_vote SET vote = 'proved'")

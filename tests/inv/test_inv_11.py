"""INV-11: until a known contact is filed, its recipient decides nothing."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, event, fresh, holder, insert_allowed, insert_refused, put, refused, run

from evenhand.procedure.states import State
from evenhand.web.cases.models import Seat


def test_an_unfiled_contact_stops_decisions_by_raw_sql(court: Desk) -> None:
    case = case_in(State.HEARING)
    chair = holder(case, "panel")
    seat = Seat.objects.get(case=case, person=chair)
    put("cases_declaration", id=fresh(), seat_id=seat.id, kind="contact", answer="none", stage="T11", at=NOW)
    vote = {"id": fresh(), "case_id": case.id, "seat_id": seat.id, "stage": "T11", "vote": "proved", "at": NOW}
    insert_allowed("cases_vote", **vote)
    flag = {"id": fresh(), "case_id": case.id, "recipient": chair, "flagged_by": fresh(), "flagged_at": NOW}
    put("cases_contact_flag", **flag)
    insert_refused("INV-11", "cases_vote", **vote)
    refused("INV-11", "UPDATE cases_contact_flag SET contact_id = %s", fresh())
    note = {"id": fresh(), "case_id": case.id, "recipient": chair, "filed_by": chair, "category": "press"}
    put("cases_contact", **note, channel="mail", happened_at=NOW, text=fresh(), filed_at=NOW)
    run("UPDATE cases_contact_flag SET contact_id = %s", note["id"])
    insert_allowed("cases_vote", **vote)
    refused("INV-11", "UPDATE cases_contact_flag SET contact_id = NULL")


def test_an_event_too(court: Desk) -> None:
    case = case_in(State.EVIDENCE_ASSESSMENT)
    asked = event(case, "T04a", State.MORE_INFO_REQUESTED, "assessor")
    insert_allowed("cases_event", **asked)
    flag = {"id": fresh(), "case_id": case.id, "recipient": asked["actor"], "flagged_by": fresh(), "flagged_at": NOW}
    put("cases_contact_flag", **flag)
    insert_refused("INV-11", "cases_event", **asked)

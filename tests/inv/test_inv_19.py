"""INV-19: a seat ends with a coded reason and a second person's approval, and no other seat changes."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, insert_allowed, insert_refused, refused, run

from evenhand.procedure.states import State
from evenhand.web.cases.models import Seat


def test_a_seat_ends_by_two_people(court: Desk) -> None:
    seat = Seat.objects.filter(case=case_in(State.HEARING), role="panel", chair=False)[0]
    end = "UPDATE cases_seat SET ends = %s, end_reason = %s, end_approver = %s WHERE id = %s"
    refused("cases_seat_reason", end, NOW, None, None, seat.id)
    refused("cases_seat_two_people", end, NOW, "illness", None, seat.id)
    refused("cases_seat_approver", end, NOW, "illness", seat.person, seat.id)
    refused("INV-04, INV-19", "UPDATE cases_seat SET person = %s WHERE id = %s", "e" * 32, seat.id)
    run(end, NOW, "illness", "a" * 32, seat.id)
    refused("INV-04, INV-19", end, NOW, "challenge", "a" * 32, seat.id)


def test_a_declaration_is_the_holders(court: Desk) -> None:
    seat = Seat.objects.filter(case=case_in(State.HEARING), role="panel", chair=False)[0]
    said = {"id": "f" * 32, "seat_id": seat.id, "kind": "conflict", "answer": "none", "stage": "T10", "at": NOW}
    insert_allowed("cases_declaration", **said)
    run("UPDATE cases_seat SET ends = %s, end_reason = 'illness', end_approver = 'a' WHERE id = %s", NOW, seat.id)
    insert_refused("INV-19", "cases_declaration", **said)
    refused("append-only", "UPDATE cases_declaration SET answer = 'none'")


def test_a_seat_never_begins_ended(court: Desk) -> None:
    case = case_in(State.HEARING)
    seat = {"id": "f" * 32, "case_id": case.id, "person": "e" * 32, "role": "liaison", "role_set": "none"}
    insert_allowed("cases_seat", **seat, chair=False, begins=NOW)
    insert_refused("INV-19", "cases_seat", **seat, chair=False, begins=NOW, ends=NOW, end_reason="done")

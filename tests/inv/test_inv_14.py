"""INV-14: own motion, a restricted office, a protected characteristic or a grave rung need a review that verified."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, event, fresh, insert_allowed, insert_refused, put, refused, run

from evenhand.procedure.states import State
from evenhand.web.cases.models import Seat

DECISION = {
    "kind": "sanction", "text": "a" * 32, "fields": "facts", "declared_none": 3, "declared_seats": 3,
    "automated_detection": False, "automated_decision": False, "redress_until": "2026-05-01", "made_at": NOW,
}  # fmt: skip


def test_no_decided_without_its_review(court: Desk) -> None:
    case = case_in(State.SANCTION_DECIDED)
    put("cases_decision", case_id=case.id, contacts=0, **DECISION)
    decided = event(case, "T14", State.DECIDED, "system")
    insert_allowed("cases_event", **decided)
    run("UPDATE cases_outcome SET rung = 'L4' WHERE case_id = %s", case.id)
    insert_refused("INV-14", "cases_event", **decided)
    run("UPDATE cases_outcome SET rung = 'L2' WHERE case_id = %s", case.id)
    for flag in ("restricted_linked", "protected_characteristic"):
        with_flag(case.id, flag, decided)


def with_flag(case: str, flag: str, decided: dict[str, Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE cases_case SET {flag} = true, revision = revision + 1 WHERE id = %s", [case])
        insert_refused("INV-14", "cases_event", **decided)
        transaction.set_rollback(True)


def test_own_motion_is_never_taken_off(court: Desk) -> None:
    case = case_in(State.SANCTION_DECIDED)
    refused("INV-25", "UPDATE cases_case SET own_motion = true, revision = revision + 1 WHERE id = %s", case.id)


def test_a_verdict_is_said_once_by_a_reviewer(court: Desk) -> None:
    case = case_in(State.INDEPENDENT_REVIEW)
    run("UPDATE cases_review SET verdict = 'verified', reviewed_at = %s WHERE case_id = %s", NOW, case.id)
    refused("INV-14", "UPDATE cases_review SET verdict = 'vetoed', ground = 'conflict' WHERE case_id = %s", case.id)
    intake = Seat.objects.get(case=case, role="intake").id
    insert_refused("INV-14", "cases_review", id=fresh(), case_id=case.id, seat_id=intake, why="always", drawn_at=NOW)

"""INV-47: who must not see it never sits in it."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, fresh, insert_allowed, insert_refused, put, refused

from evenhand.procedure.states import State


def test_an_excluded_person_is_never_seated(court: Desk) -> None:
    case = case_in(State.REPLY_WINDOW)
    seat = {
        "id": fresh(),
        "case_id": case.id,
        "person": "e" * 32,
        "role": "liaison",
        "role_set": "none",
        "chair": False,
    }
    insert_allowed("cases_seat", **seat, begins=NOW)
    put("cases_exclusion", submission_id=case.submission_id, person="e" * 32)
    insert_refused("INV-47", "cases_seat", **seat, begins=NOW)
    refused("append-only", "DELETE FROM cases_exclusion")

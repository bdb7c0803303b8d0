"""INV-05: nobody acts on a case about themselves, the desk's own people included."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, fresh, holder, insert_refused, put, refused, run

from evenhand.procedure.states import State
from evenhand.web.cases.models import Party, Seat


def test_a_party_never_sits_and_a_seat_is_never_a_party(court: Desk) -> None:
    case = case_in(State.REPLY_WINDOW)
    party = Party.objects.get(case=case, side="respondent")
    refused("INV-05", "UPDATE cases_party SET account = %s WHERE id = %s", holder(case, "intake"), party.id)
    run("UPDATE cases_party SET account = %s WHERE id = %s", "e" * 32, party.id)
    columns = {"id": fresh(), "case_id": case.id, "person": "e" * 32, "role": "liaison", "role_set": "none"}
    insert_refused("INV-05", "cases_seat", **columns, chair=False, begins=NOW)


def test_granting_never_removes_anybody(court: Desk) -> None:
    """A seat that somebody takes ends nobody else's (INV-05): the number of open seats only grows by it."""
    case = case_in(State.REPLY_WINDOW)
    before = Seat.objects.filter(case=case, ends=None).count()
    columns = {"id": fresh(), "case_id": case.id, "person": "d" * 32, "role": "liaison", "role_set": "none"}
    put("cases_seat", **columns, chair=False, begins=NOW)
    assert Seat.objects.filter(case=case, ends=None).count() == before + 1

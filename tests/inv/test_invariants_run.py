"""`evenhand invariants run`: a sound installation passes, a breach behind the triggers is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, put
from tests.web.record.tampering import as_administrator

from evenhand.procedure.invariants import INVARIANTS, Invariant
from evenhand.procedure.states import State
from evenhand.web.cases.invariants import CHECKS, Status, run_all
from evenhand.web.cases.models import Seat

ROOT = Path(__file__).parents[2]


def test_the_court_keeps_all_it_can_be_asked(court: Desk) -> None:
    results = run_all(court.ctx)
    assert len(results) == 57
    assert [(each.id, each.found) for each in results if each.status is Status.FAILED] == []
    assert {int(each.id[4:]) for each in results if each.status is Status.PASSED} == set(CHECKS)


BREACHES = {
    2: "UPDATE cases_person_set SET role_set = 'review' WHERE role_set = 'panel'",
    7: "UPDATE cases_case SET place_in_year = 500 WHERE place_in_year = 2",
    13: "DELETE FROM cases_decision",
    18: "UPDATE cases_draw SET number = 77 WHERE number = 1",
    20: "DELETE FROM cases_open_record",
    23: "UPDATE cases_allegation SET conduct_on = '2025-01-01'",
    26: "UPDATE cases_seat SET ends = '2026-03-02 09:00:00', end_reason = 'done' WHERE role = 'panel'",
    27: "UPDATE cases_case SET state = 'informal' WHERE state = 'hearing'",
    29: "DELETE FROM cases_search",
    31: "UPDATE cases_event SET human = false, actor = 'system' WHERE transition = 'T07'",
    44: "DELETE FROM cases_declaration WHERE kind = 'contact'",
    46: "UPDATE cases_identity SET answered_at = NULL",
    51: "UPDATE cases_pool_member SET appointed_at = '2026-05-01 00:00:00'",
}


@pytest.mark.parametrize("number", sorted(BREACHES))
def test_a_breach_is_named(court: Desk, number: int) -> None:
    assert as_administrator(BREACHES[number]) > 0
    assert CHECKS[number](court.ctx)


def test_a_recused_person_who_sits_again_is_named(court: Desk) -> None:
    case = case_in(State.HEARING)
    seat = Seat.objects.get(case=case, role="intake")
    again = {"id": "f" * 32, "case_id": case.id, "person": seat.person, "role": "liaison", "role_set": "none"}
    put("cases_seat", **again, chair=False, begins=NOW)
    as_administrator("UPDATE cases_seat SET end_reason = 'recused', ends = %s WHERE id = %s", [NOW, seat.id])
    assert CHECKS[4](court.ctx)


@pytest.mark.parametrize("each", [each for each in INVARIANTS if each.test], ids=lambda each: str(each.id))
def test_every_named_test_exists(each: Invariant) -> None:
    file, _, name = str(each.test).partition("::")
    text = (ROOT / file).read_text()
    assert f"def {name or 'test_'}" in text


def test_no_test_of_an_invariant_goes_unnamed() -> None:
    here = {int(path.stem[-2:]) for path in (ROOT / "tests" / "inv").glob("test_inv_*.py")}
    assert here <= {each.number for each in INVARIANTS if each.test}
    assert {each.number for each in INVARIANTS} == set(range(1, 58))


def test_what_has_neither_check_nor_test_is_said_to_be_missing(court: Desk) -> None:
    """Nothing is passed over: each of the 57 has one line, and what is not built says so."""
    results = {each.id: each for each in run_all(court.ctx)}
    for each in INVARIANTS:
        missing = each.test is None and each.number not in CHECKS
        assert (results[each.id].status is Status.NOT_YET) == missing
    assert any(each.status is Status.NOT_YET for each in results.values())
    assert results["INV-38"].status is Status.TESTED
    assert results["INV-50"].status is Status.TESTED

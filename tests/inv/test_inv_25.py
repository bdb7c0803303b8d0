"""INV-25: what was published and what a case pinned stays as it is."""

from __future__ import annotations

from django.db import connection
from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, put, refused

from evenhand.procedure.states import State


def test_published_rows_never_change(court: Desk) -> None:
    for statement in (
        "UPDATE rules_code_version SET text = 'other'",
        "DELETE FROM rules_code_version",
        "UPDATE rules_clause SET in_force_until = '2026-01-02'",
        "DELETE FROM rules_clause",
    ):
        refused("append-only", statement)
    if connection.vendor == "sqlite":
        refused("append-only", "INSERT OR REPLACE INTO rules_clause SELECT * FROM rules_clause")
    else:
        refused("append-only", "TRUNCATE rules_code_version CASCADE")


def test_a_procedure_too(court: Desk) -> None:
    put("rules_procedure_version", id="d" * 64, name="default", version="1", table_version=1,
        in_force_from="2026-01-01", published_at=NOW, first_signer="a", second_signer="b", text="x")  # fmt: skip
    refused("append-only", "UPDATE rules_procedure_version SET text = 'y'")
    refused("append-only", "DELETE FROM rules_procedure_version")


def test_a_case_keeps_what_it_pinned(court: Desk) -> None:
    case = case_in(State.HEARING)
    for column, value in (("procedure", "0" * 64), ("table_version", 2), ("number", "2026-9999"), ("key", "0" * 32)):
        refused("INV-25", f"UPDATE cases_case SET {column} = %s, revision = revision + 1 WHERE id = %s", value, case.id)
    refused("INV-36", "UPDATE cases_case SET gravity = 'L1' WHERE id = %s", case.id)


def test_a_formal_allegation_stays(court: Desk) -> None:
    case = case_in(State.HEARING)
    change = "UPDATE cases_allegation SET {} WHERE case_id = %s"
    refused("INV-25", change.format("most_that_can_follow = 'L6'"), case.id)
    refused("INV-25", change.format("formal_at = NULL"), case.id)
    refused("INV-25", change.format("conduct_on = '2026-02-21'"), case.id)


def test_a_decision_that_was_sent_stays(court: Desk) -> None:
    case = case_in(State.DECIDED)
    refused("INV-25", "UPDATE cases_decision SET declared_none = 0 WHERE case_id = %s", case.id)

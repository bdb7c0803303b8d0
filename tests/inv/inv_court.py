"""What stands in the court: one contested case per stage, and the few lines every raw attack needs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.web.cases.cases_room import company
from tests.web.cases.cases_story import CHAPTERS, story

from evenhand.context import Context
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case, Event, Seat

STAGES = tuple(CHAPTERS)
NOW = "2026-03-02 09:00:00+00:00"


def build(ctx: Context) -> None:
    """Walk one case to each stage."""
    people = company(ctx, nonces=80)
    for stage in STAGES:
        story(ctx, until=stage, people=people)


def case_in(stage: State) -> Case:
    """Return the case that stands there."""
    return Case.objects.get(state=stage.value)


def run(statement: str, *values: Any) -> None:
    """Run one statement as the application's database user could."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(why: str, statement: str, *values: Any) -> None:
    """Assert that the database refuses the statement, and says why."""
    with pytest.raises(DatabaseError, match=why):
        run(statement, *values)


def allowed(statement: str, *values: Any) -> None:
    """Assert that the database takes the statement; it is rolled back again."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        transaction.set_rollback(True)


def insert(table: str, /, **columns: Any) -> tuple[str, list[Any]]:
    """Return an INSERT and its values."""
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({marks})", list(columns.values())


def insert_refused(reason: str, table: str, /, **columns: Any) -> None:
    """Assert that the database refuses the row."""
    statement, values = insert(table, **columns)
    refused(reason, statement, *values)


def insert_allowed(table: str, /, **columns: Any) -> None:
    """Assert that the database takes the row (so that the refusal beside it is for the one reason named)."""
    statement, values = insert(table, **columns)
    allowed(statement, *values)


def one(query: str, *values: Any) -> Any:
    """Return the single value of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row: Sequence[Any] = cursor.fetchone()
    return row[0]


def holder(case: Case, role: str) -> str:
    """Return who sits in a role of a case now (of a panel, the chair)."""
    found = Seat.objects.filter(case=case, role=role, ends=None).order_by("-chair", "begins", "id")
    return str(found.values_list("person", flat=True)[0])


def event(case: Case, transition: str, target: State, role: str, **changed: Any) -> dict[str, Any]:
    """Return the columns of the event that would take the case there, by whoever holds the role."""
    person = "system" if role == "system" else changed.pop("actor", None) or holder(case, role)
    return {
        "id": "f" * 32, "case_id": case.id, "place": Event.objects.filter(case=case).count() + 1,
        "transition": transition, "table_version": 1, "source": case.state, "target": target.value,
        "actor": person, "actor_role": role, "human": person != "system", "at": NOW,
    } | changed  # fmt: skip


def put(table: str, /, **columns: Any) -> None:
    """Insert a row that the database takes, for good."""
    statement, values = insert(table, **columns)
    run(statement, *values)


def fresh() -> str:
    """Return an id nobody has."""
    return secrets.token_hex(16)

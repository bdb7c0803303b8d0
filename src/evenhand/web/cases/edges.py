"""The rows of cases_edge: the transition table of the code, so that the database refuses any other step (INV-27).

Each migration brings the rows of the table version that the program knows; rows of older versions stay while a case
pins them. A version whose rows differ from the code is refused: an edge was added or changed behind the record's back.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from evenhand.errors import DoesNotHold
from evenhand.procedure.states import NOT_LIVE
from evenhand.procedure.transitions import TABLE, TABLE_VERSION
from evenhand.web.record.guards import apply_triggers, schema_changes

_GUARD: Final = "cases_edge_no_insert"
Row = tuple[int, str, str, str, bool]


def edge_rows() -> list[Row]:
    """Return (table version, source, target, step, whether nobody owns the target) of every edge of the code."""
    return sorted(
        (TABLE_VERSION, edge.source.value, edge.target.value, edge.id, edge.target in NOT_LIVE) for edge in TABLE
    )


def stored_rows(connection: BaseDatabaseWrapper) -> list[Row]:
    """Return the stored edges of the code's table version. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_version, source, target, transition, final FROM cases_edge WHERE table_version = %s",
            [TABLE_VERSION],
        )
        return sorted((int(a), str(b), str(c), str(d), bool(e)) for a, b, c, d, e in cursor.fetchall())


def after_migrate(using: str, **_: Any) -> None:
    """Bring the edges of the program's table version; DoesNotHold if the database holds others for it."""
    connection = connections[using]
    if "cases_edge" not in connection.introspection.table_names():
        return  # a migration back to before this app
    stored, wanted = stored_rows(connection), edge_rows()
    if stored == wanted:
        return
    if stored:
        raise DoesNotHold(
            f"the edges of table version {TABLE_VERSION} are not those of the program",
            where="cases_edge",
            mend="Find out who changed them; a changed table gets a new version.",
        )
    with schema_changes(connection):
        _fill(connection, wanted)
        apply_triggers(connection)


def _fill(connection: BaseDatabaseWrapper, rows: list[Row]) -> None:
    """Insert the rows; the trigger that refuses any edge is away for the moment and comes back with all others."""
    on = " ON cases_edge" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {_GUARD}{on}")
        cursor.executemany(
            "INSERT INTO cases_edge (table_version, source, target, transition, final) VALUES (%s, %s, %s, %s, %s)",
            rows,
        )

"""What a database administrator can do: write past the triggers and leave them as they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from evenhand.web.record.guards import apply_triggers, schema_changes


def as_administrator(statement: str, values: Sequence[Any] = ()) -> int:
    """Run one statement without triggers, put them back, and return how many rows it touched."""
    with schema_changes(connection), transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute(
                "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE NOT t.tgisinternal"
            )
            for (table,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, list(values))
        touched = cursor.rowcount
        apply_triggers(connection)
    return touched


def flipped(data: bytes, place: int) -> bytes:
    """Return the bytes with one bit changed."""
    changed = bytearray(data)
    changed[place % len(changed)] ^= 1
    return bytes(changed)

"""The database's own journal: what was deleted from tables must not go on lying in it."""

from __future__ import annotations

from django.db import connection


def empty_journal() -> None:
    """Move SQLite's journal into the database and cut it to nothing; outside a transaction. PostgreSQL: its own way.

    Where a reader is still at work the journal stays until the next writer's; SQLite then wraps round over it.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

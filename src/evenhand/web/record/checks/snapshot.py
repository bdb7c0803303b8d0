"""One consistent view of the database for a whole verification, without keeping writers out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Read everything inside as of one moment: REPEATABLE READ, or a deferred transaction over SQLite's WAL."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    connection.ensure_connection()
    before = connection.transaction_mode  # type: ignore[attr-defined] # SQLite's wrapper has it
    connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined] # SQLite's wrapper has it
    # Text that is no UTF-8 any more must be compared and named, not end the check.
    connection.connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        with transaction.atomic():
            yield
    finally:
        connection.connection.text_factory = str
        connection.transaction_mode = before  # type: ignore[attr-defined] # SQLite's wrapper has it

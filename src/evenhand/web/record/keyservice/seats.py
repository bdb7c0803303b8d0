"""Does this person hold a seat on this key, now? Asked of the desk database by the key service itself."""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime
from typing import Any, Protocol

from evenhand.web.home import Home

_ANY = "SELECT 1 FROM key_seat WHERE key_id = {0} LIMIT 1"
_NOW = (
    "SELECT 1 FROM key_seat WHERE key_id = {0} AND actor = {0} AND valid_from <= {0}"
    " AND (valid_until IS NULL OR valid_until > {0}) LIMIT 1"
)


class Seats(Protocol):
    """Who sits where."""

    def holds(self, key_id: str, actor: str, at: datetime) -> bool:
        """Return whether the actor has a seat on the key at that time."""

    def any(self, key_id: str) -> bool:
        """Return whether anybody was ever given a seat on the key."""


class DatabaseSeats:
    """Seats as the desk database has them committed; a connection per question, so nothing is remembered."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def holds(self, key_id: str, actor: str, at: datetime) -> bool:
        """Return whether the actor has a seat on the key at that time."""
        return self._ask(_NOW, key_id, actor, at, at)

    def any(self, key_id: str) -> bool:
        """Return whether anybody was ever given a seat on the key."""
        return self._ask(_ANY, key_id)

    def _ask(self, query: str, *values: Any) -> bool:
        url = os.environ.get("DATABASE_URL", "")
        if url.startswith("postgres"):
            return _on_postgresql(url, query, values)
        return _on_sqlite(self._home, query, values)


def _on_postgresql(url: str, query: str, values: tuple[Any, ...]) -> bool:
    import psycopg

    with psycopg.connect(url) as seats:
        return seats.execute(query.format("%s"), values).fetchone() is not None


def _on_sqlite(home: Home, query: str, values: tuple[Any, ...]) -> bool:
    if not home.database.exists():
        return False
    # Django writes UTC without a zone; text of one form compares like time.
    texts = [v.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(v, datetime) else v for v in values]
    seats = sqlite3.connect(f"{home.database.as_uri()}?mode=ro", uri=True, timeout=20)
    try:
        return seats.execute(query.format("?"), texts).fetchone() is not None
    finally:
        seats.close()

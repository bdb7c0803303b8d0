"""The service's own small SQLite file: keys (hashed), quota, refusals counted without text, feedback if switched on.

One file, WAL, readable by its owner alone. Keys, settings and feedback are durable (synchronous=FULL); quota and
counts may lose the last moments at a power cut, never at a kill.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from evenhand.errors import UsageError

SCHEMA_VERSION: Final = 1
_WAIT: Final = 0.4  # seconds for a lock: less than the deadline of an answer
_SCHEMA: Final = """
CREATE TABLE keys (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  created TEXT NOT NULL,
  revoked TEXT,
  per_minute INTEGER NOT NULL,
  burst INTEGER NOT NULL,
  suggest_per_minute INTEGER NOT NULL,
  spans TEXT NOT NULL CHECK (spans IN ('phrase', 'sentence')),
  unsupported TEXT NOT NULL CHECK (unsupported IN ('error', 'omit')),
  aliases INTEGER NOT NULL CHECK (aliases IN (0, 1)),
  quantile_map TEXT
);
CREATE TABLE buckets (
  key_id TEXT NOT NULL, kind TEXT NOT NULL, level REAL NOT NULL, at REAL NOT NULL,
  PRIMARY KEY (key_id, kind)
) WITHOUT ROWID;
CREATE TABLE not_read (
  key_id TEXT NOT NULL, attribute TEXT NOT NULL, language TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (key_id, attribute, language)
) WITHOUT ROWID;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE communities (community TEXT PRIMARY KEY, code TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE feedback (
  id INTEGER PRIMARY KEY,
  received TEXT NOT NULL, key_id TEXT NOT NULL, text TEXT NOT NULL, attribute TEXT NOT NULL, value REAL NOT NULL,
  begins INTEGER, ends INTEGER, community TEXT, code TEXT NOT NULL, model TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'unreviewed' CHECK (status IN ('unreviewed', 'reviewed'))
);
CREATE INDEX feedback_age ON feedback (status, received);
"""


class Store:
    """The file, opened twice: once for what must survive a power cut, once for counters. Safe between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._durable = _open(path, "FULL")
        self._counters = _open(path, "NORMAL")

    def close(self) -> None:
        """Close the file; what was committed stays."""
        with self._lock:
            self._counters.close()
            self._durable.close()

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        with self._lock:
            return self._counters.execute(sql, values).fetchall()

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Hold one write transaction: committed at the end, undone if the block raises."""
        with self._lock:
            connection = self._durable if durable else self._counters
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def setting(self, name: str) -> str | None:
        """Return a setting's value, or None."""
        rows = self.rows("SELECT value FROM settings WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def set(self, name: str, value: str) -> None:
        """Write a setting."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


def _open(path: Path, synchronous: str) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    try:
        connection = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        _create(connection)
    except sqlite3.DatabaseError as error:
        raise UsageError(f"this store cannot be opened ({error}).", where=str(path), mend="Restore it.") from error
    return connection


def _create(connection: sqlite3.Connection) -> None:
    if _version(connection) == 0:
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) == 0:  # another process may have made it while we waited
            for statement in _SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.commit()
    if _version(connection) != SCHEMA_VERSION:
        raise sqlite3.DatabaseError(f"it has version {_version(connection)}, this software reads {SCHEMA_VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])

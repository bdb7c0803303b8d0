"""The key store: wrapped data keys in a SQLite file of their own, so that a destroyed key is gone.

Rollback journal TRUNCATE, secure_delete and synchronous EXTRA (EVIDENCE §2.7): with PostgreSQL or a WAL, old rows
would keep destroyed keys alive. A destroyed key leaves its id and the time, so that it is never minted again.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.errors import UsageError

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS data_key (
  key_id TEXT PRIMARY KEY, kind TEXT NOT NULL, scope TEXT NOT NULL, wrapped BLOB, creator TEXT NOT NULL,
  made_at TEXT NOT NULL, destroyed_at TEXT, CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
) STRICT
"""
_BLOB_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS blob_key (
  blob TEXT PRIMARY KEY, key_id TEXT NOT NULL, wrapped BLOB NOT NULL, made_at TEXT NOT NULL
) STRICT
"""
"""The key of each file of the vault, wrapped under the data key `key_id`: destroyed with its row, singly."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """One data key as stored: `wrapped` is None once destroyed; times are ISO 8601 UTC."""

    key_id: str
    kind: str
    scope: str
    wrapped: bytes | None
    creator: str
    made_at: str


class KeyStore:
    """The store of one home; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._rows = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=20)
        for pragma in ("journal_mode=TRUNCATE", "secure_delete=ON", "synchronous=EXTRA"):
            self._rows.execute(f"PRAGMA {pragma}")
        self._rows.execute(_SCHEMA)
        self._rows.execute(_BLOB_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def add(self, key: WrappedKey) -> None:
        """Store a new key durably; UsageError if its id exists or ever existed."""
        with self._lock:
            try:
                self._rows.execute(
                    "INSERT INTO data_key VALUES (?, ?, ?, ?, ?, ?, NULL)",
                    (key.key_id, key.kind, key.scope, key.wrapped, key.creator, key.made_at),
                )
            except sqlite3.IntegrityError as error:
                raise UsageError(f"the key {key.key_id} exists") from error

    def find(self, key_id: str) -> WrappedKey | None:
        """Return the key, destroyed or not, or None if there never was one."""
        with self._lock:
            row = self._rows.execute(
                "SELECT key_id, kind, scope, wrapped, creator, made_at FROM data_key WHERE key_id = ?", (key_id,)
            ).fetchone()
        return WrappedKey(*row) if row else None

    def destroy(self, key_id: str, at: str) -> bool:
        """Overwrite the wrapped key; return whether there was one to destroy."""
        with self._lock:
            done = self._rows.execute(
                "UPDATE data_key SET wrapped = NULL, destroyed_at = ? WHERE key_id = ? AND wrapped IS NOT NULL",
                (at, key_id),
            )
        return done.rowcount == 1

    def living(self) -> list[tuple[str, str]]:
        """Return (id, time made) of every key that is not destroyed."""
        with self._lock:
            return self._rows.execute(
                "SELECT key_id, made_at FROM data_key WHERE wrapped IS NOT NULL ORDER BY made_at, key_id"
            ).fetchall()

    def add_blob(self, blob: str, key_id: str, wrapped: bytes, at: str) -> None:
        """Store the wrapped key of a blob durably; UsageError if there is one."""
        with self._lock:
            try:
                self._rows.execute("INSERT INTO blob_key VALUES (?, ?, ?, ?)", (blob, key_id, wrapped, at))
            except sqlite3.IntegrityError as error:
                raise UsageError(f"the key of {blob} exists") from error

    def find_blob(self, blob: str) -> bytes | None:
        """Return the wrapped key of a blob, or None once it was destroyed."""
        with self._lock:
            row = self._rows.execute("SELECT wrapped FROM blob_key WHERE blob = ?", (blob,)).fetchone()
        return bytes(row[0]) if row else None

    def destroy_blob(self, blob: str) -> bool:
        """Remove the wrapped key of a blob, overwritten where it lay; return whether there was one."""
        with self._lock:
            return self._rows.execute("DELETE FROM blob_key WHERE blob = ?", (blob,)).rowcount == 1

    def blobs(self) -> list[tuple[str, str, str]]:
        """Return (blob, id of its data key, time made) of every wrapped key of a blob."""
        with self._lock:
            return self._rows.execute("SELECT blob, key_id, made_at FROM blob_key ORDER BY made_at, blob").fetchall()

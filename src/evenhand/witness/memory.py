"""What a witness remembers, in SQLite with synchronous=FULL: the last tree it cosigned of each log, what it refused.

A lost memory would let a log be rolled back, so every answer of 200 is on the disk before it is given.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.ledger.checkpoint import TreeHead
from evenhand.ledger.tree import EMPTY_ROOT

_WAIT: Final = 60.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS cosigned (
  origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS refused (
  id INTEGER PRIMARY KEY, origin TEXT NOT NULL, why TEXT NOT NULL, body BLOB NOT NULL, at INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The last tree of a log that was cosigned: its head, the note with our line, POSIX seconds."""

    head: TreeHead
    note: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that contradicted what we had cosigned: kept whole, because it may prove a fork."""

    origin: str
    why: str
    body: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Memory:
    """The database file of one witness. Every call opens it anew: threads share nothing."""

    path: Path

    def create(self) -> None:
        """Make the tables, if they are not there."""
        with closing(self._open()) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(_SCHEMA)

    @contextmanager
    def deciding(self) -> Iterator[Deciding]:
        """Give the one transaction in which a request is compared and stored; nobody else decides meanwhile.

        It is committed, durably, when the block ends, and rolled back if it raises.
        """
        with closing(self._open()) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield Deciding(db)
            except BaseException:
                db.rollback()
                raise
            db.commit()

    def last(self, origin: str) -> Cosigned | None:
        """Return what was last cosigned of a log, or None."""
        with closing(self._open()) as db:
            return Deciding(db).last(origin)

    def refusals(self) -> list[Refused]:
        """Return the requests that were refused because they contradicted, oldest first."""
        with closing(self._open()) as db:
            return [Refused(*row) for row in db.execute("SELECT origin, why, body, at FROM refused ORDER BY id")]

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None)
        db.execute("PRAGMA synchronous=FULL")
        return db


class Deciding:
    """An open transaction over a witness's memory."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def last(self, origin: str) -> Cosigned | None:
        """Return what was last cosigned of a log, or None."""
        row = self._db.execute("SELECT size, root, note, at FROM cosigned WHERE origin = ?", (origin,)).fetchone()
        return Cosigned(TreeHead(origin, row[0], row[1]), row[2], row[3]) if row else None

    def keep(self, head: TreeHead, note: bytes, at: int) -> None:
        """Remember a tree as the last one that was cosigned."""
        values = (head.origin, head.size, head.root, note, at)
        self._db.execute(
            "INSERT OR REPLACE INTO cosigned (origin, size, root, note, at) VALUES (?, ?, ?, ?, ?)", values
        )

    def keep_refused(self, refused: Refused) -> None:
        """Remember a request that contradicted."""
        values = (refused.origin, refused.why, refused.body, refused.at)
        self._db.execute("INSERT INTO refused (origin, why, body, at) VALUES (?, ?, ?, ?)", values)


def nothing_cosigned(origin: str) -> TreeHead:
    """Return the tree a witness starts from: the empty one."""
    return TreeHead(origin, 0, EMPTY_ROOT)

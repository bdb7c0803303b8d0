"""What benchmarks/ledger.py measures on PostgreSQL: a server of its own on the same disk, 1 and 8 writers.

    python benchmarks/_postgres.py FOLDER APPENDS

Prints one JSON document: appends a second for each number of writers; {} where no server or no psycopg is installed.
Durability is on (fsync, synchronous_commit), as the product demands; a row lock on the head lets one write at a time.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evenhand.context import Context
from evenhand.ledger import Draft, append
from evenhand.ledger.store import Checkpoint, Entry, Head, Tile

MOMENT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SCHEMA = """
CREATE TABLE ledger_entry (seq BIGINT PRIMARY KEY, leaf_hash BYTEA NOT NULL, data BYTEA NOT NULL);
CREATE TABLE ledger_tile (level INTEGER, idx BIGINT, hashes BYTEA NOT NULL, PRIMARY KEY (level, idx));
CREATE TABLE ledger_head (id INTEGER PRIMARY KEY, size BIGINT NOT NULL, frontier BYTEA NOT NULL);
INSERT INTO ledger_head VALUES (1, 0, '');
"""


class PostgresStore:
    """The store protocol over one connection of psycopg; whoever uses it begins and commits."""

    def __init__(self, db: Any) -> None:
        self.db = db

    def in_transaction(self) -> bool:
        return bool(self.db.info.transaction_status)

    def lock_head(self) -> Head:
        return Head.unpack(*self.db.execute("SELECT size, frontier FROM ledger_head FOR UPDATE").fetchone())

    def head(self) -> Head:
        return Head.unpack(*self.db.execute("SELECT size, frontier FROM ledger_head").fetchone())

    def set_head(self, head: Head) -> None:
        self.db.execute("UPDATE ledger_head SET size = %s, frontier = %s", (head.size, head.packed))

    def add_entries(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            row = (entry.seq, entry.leaf_hash, entry.data)
            self.db.execute("INSERT INTO ledger_entry VALUES (%s, %s, %s)", row)

    def put_tiles(self, tiles: Sequence[Tile]) -> None:
        for tile in tiles:
            self.db.execute(
                "INSERT INTO ledger_tile VALUES (%s, %s, %s) ON CONFLICT (level, idx) DO UPDATE SET hashes = %s",
                (tile.level, tile.idx, tile.hashes, tile.hashes),
            )

    def tile(self, level: int, idx: int) -> bytes | None:
        found = self.db.execute("SELECT hashes FROM ledger_tile WHERE level = %s AND idx = %s", (level, idx)).fetchone()
        return found[0] if found else None

    def entries(self, start: int, end: int) -> Iterator[Entry]:
        raise AssertionError("the benchmark reads nothing here")

    def tiles(self) -> Iterator[Tile]:
        raise AssertionError("the benchmark reads nothing here")

    def checkpoints(self, last: int | None = None) -> list[Checkpoint]:
        return []

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        raise AssertionError("the benchmark signs nothing")


def write(socket: Path, count: int, gate: Any) -> None:
    """Append so many leaves, each in a durable transaction of its own, once everybody is ready."""
    import psycopg

    ctx = Context(now=lambda: MOMENT, random=os.urandom)
    draft = Draft("lead.disposed", ctx.random(16), {"doc": ctx.random(32)})
    with psycopg.connect(host=str(socket), user="postgres", dbname="postgres") as db:
        store = PostgresStore(db)
        gate.wait()
        for _ in range(count):
            store.db.execute("SET LOCAL synchronous_commit = on")
            append(store, [draft], ctx)
            db.commit()


def rate(socket: Path, writers: int, count: int) -> float:
    """Return appends a second of so many processes together."""
    gate = multiprocessing.Barrier(writers + 1)
    made = [multiprocessing.Process(target=write, args=(socket, count // writers, gate)) for _ in range(writers)]
    for each in made:
        each.start()
    gate.wait()
    began = time.perf_counter()
    for each in made:
        each.join()
    if any(each.exitcode for each in made):
        raise SystemExit("a writer failed")
    return count // writers * writers / (time.perf_counter() - began)


def main(folder: Path, count: int) -> dict[str, float]:
    try:
        import psycopg
        from tests.databases import server_binaries, start_server, stop_server
    except ImportError:
        return {}
    if server_binaries() is None:
        return {}
    folder.chmod(0o755)  # the server runs as another user where we are root
    tempfile.tempdir = str(folder)
    socket = start_server()
    try:
        with psycopg.connect(host=str(socket), user="postgres", dbname="postgres", autocommit=True) as db:
            db.execute(SCHEMA)
        return {str(writers): rate(socket, writers, count) for writers in (1, 8)}
    finally:
        stop_server()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))

"""What benchmarks/ledger.py measures on PostgreSQL: a server of its own on the same disk, 1 and 8 writers.

    python benchmarks/_postgres.py FOLDER APPENDS

Prints one JSON document: appends a second for each number of writers, and with one writer, in turns with it, the least
that they could cost (`row`: one row, committed; `rows`: the rows of one append in as few statements, nothing computed)
and what each row in a statement of its own costs (`apart`, `8 apart`). {} where no server or no psycopg is installed.
Durability is on (fsync, synchronous_commit), as the product demands; a row lock on the head lets one write at a time.
The store is the product's own, over Django's connection.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from _floors import LEAF
from evenhand.context import Context
from evenhand.ledger import Draft, append

MOMENT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SCHEMA = """
CREATE TABLE ledger_entry (seq BIGINT PRIMARY KEY, leaf_hash BYTEA NOT NULL, data BYTEA NOT NULL);
CREATE TABLE ledger_tile (level INTEGER, idx BIGINT, hashes BYTEA NOT NULL, PRIMARY KEY (level, idx));
CREATE TABLE ledger_head (id INTEGER PRIMARY KEY, size BIGINT NOT NULL, frontier BYTEA NOT NULL);
INSERT INTO ledger_head VALUES (1, 0, '');
CREATE TABLE row_alone (number BIGINT PRIMARY KEY, data BYTEA NOT NULL);
CREATE TABLE entry_alone (LIKE ledger_entry INCLUDING ALL);
CREATE TABLE tile_alone (LIKE ledger_tile INCLUDING ALL);
CREATE TABLE head_alone (LIKE ledger_head INCLUDING ALL);
INSERT INTO head_alone VALUES (1, 0, '');
"""
TURNS = 5


def connected(socket: Path) -> Any:
    """Return Django's connection to the server, with no other part of the product set up."""
    from django.conf import settings

    if not settings.configured:
        warnings.filterwarnings("ignore", "Accessing the database during app initialization")  # there are no apps here
        engine = {"ENGINE": "django.db.backends.postgresql", "HOST": str(socket), "USER": "postgres"}
        settings.configure(DATABASES={"default": {**engine, "NAME": "postgres"}}, USE_TZ=True)
    from django.db import connection

    return connection


def appending(socket: Path) -> Callable[[int], None]:
    """Return work that appends one leaf in a durable transaction of its own, with the product's store."""
    from django.db import transaction

    from evenhand.web.record.store import DjangoStore

    connection = connected(socket)
    ctx = Context(now=lambda: MOMENT, random=os.urandom)
    draft = Draft("lead.disposed", ctx.random(16), {"doc": ctx.random(32)})

    def one(_number: int) -> None:
        with transaction.atomic():
            append(DjangoStore(connection), [draft], ctx)

    return one


def apart(socket: Path) -> Callable[[int], None]:
    """Return the same with each row in a statement of its own, as the product's store wrote before."""
    from django.db import transaction

    from evenhand.web.record.store import DjangoStore

    class Apart(DjangoStore):
        def __init__(self, connection: Any) -> None:
            super().__init__(connection)
            self._is_server = False

        def lock_head(self) -> Any:
            self._rows("SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes')")
            self._run("SET LOCAL synchronous_commit = on")
            return self._head("SELECT size, frontier FROM ledger_head WHERE id = 1 FOR UPDATE")

    connection = connected(socket)
    ctx = Context(now=lambda: MOMENT, random=os.urandom)
    draft = Draft("lead.disposed", ctx.random(16), {"doc": ctx.random(32)})

    def one(_number: int) -> None:
        with transaction.atomic():
            append(Apart(connection), [draft], ctx)

    return one


def row_alone(socket: Path) -> Callable[[int], None]:
    """Return work that commits one row of a leaf's length."""
    db = _plain(socket)

    def one(number: int) -> None:
        db.execute("INSERT INTO row_alone VALUES (%s, %s)", (number, bytes(LEAF)))
        db.commit()

    return one


def rows_alone(socket: Path) -> Callable[[int], None]:
    """Return work that writes the rows of one append, locked and read as the product does; nothing is computed."""
    db, hashes = _plain(socket), os.urandom(32 * 256)  # random, or the server would pack them to nothing
    written = (
        "WITH entry AS (INSERT INTO entry_alone VALUES (%s, %s, %s)),"
        " tile AS (INSERT INTO tile_alone VALUES (0, %s, %s)"
        " ON CONFLICT (level, idx) DO UPDATE SET hashes = EXCLUDED.hashes)"
        " UPDATE head_alone SET size = %s, frontier = %s"
    )

    def one(number: int) -> None:
        idx, width = divmod(number, 256)
        db.execute("SELECT size, frontier FROM head_alone WHERE id = 1 FOR UPDATE").fetchone()
        db.execute("SELECT hashes FROM tile_alone WHERE level = 0 AND idx = %s", (idx,)).fetchone()
        values = (number, bytes(32), bytes(LEAF), idx, hashes[: 32 * (width + 1)], number + 1, bytes(160))
        db.execute(written, values)
        db.commit()

    return one


def _plain(socket: Path) -> Any:
    import psycopg

    return psycopg.connect(host=str(socket), user="postgres", dbname="postgres")


def in_turns(socket: Path, count: int) -> dict[str, float]:
    """Return each kind of work a second, one writer: in turns on the same disk, the median turn of each."""
    kinds = {"1": appending(socket), "row": row_alone(socket), "rows": rows_alone(socket), "apart": apart(socket)}
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    each = max(count // TURNS, 1)
    for turn in range(TURNS):
        for name, work in kinds.items():
            began = time.perf_counter()
            for number in range(turn * each, (turn + 1) * each):
                work(number)
            rates[name].append(each / (time.perf_counter() - began))
    return {name: statistics.median(found) for name, found in rates.items()}


def write(socket: Path, count: int, gate: Any, ended: Any, kind: Callable[[Path], Callable[[int], None]]) -> None:
    """Append so many leaves, each in a durable transaction of its own, once everybody has connected and written one."""
    one = kind(socket)
    one(0)  # what is done once in a process (imports, the connection) is no part of an append
    gate.wait()
    for number in range(count):
        one(number)
    ended.put(time.monotonic())


def rate(socket: Path, writers: int, count: int, kind: Callable[[Path], Callable[[int], None]]) -> float:
    """Return appends a second of so many processes together."""
    gate: Any = multiprocessing.Barrier(writers + 1)
    ended: Any = multiprocessing.SimpleQueue()
    given = (socket, count // writers, gate, ended, kind)
    made = [multiprocessing.Process(target=write, args=given) for _ in range(writers)]
    for each in made:
        each.start()
    gate.wait()
    began = time.monotonic()  # one clock for all processes
    for each in made:
        each.join()
    if any(each.exitcode for each in made):
        raise SystemExit("a writer failed")
    return count // writers * writers / (max(ended.get() for _ in made) - began)


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
        # Before this process has a connection, which must not cross a fork.
        found = {"8": rate(socket, 8, count, appending), "8 apart": rate(socket, 8, count, apart)}
        return found | in_turns(socket, count)
    finally:
        stop_server()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))

"""The ledger's speed, each figure as a ratio to what this machine's disk and SHA-256 can do in the same run.

    python benchmarks/ledger.py [--small] [--dir DIR]

F = fdatasync of 200-byte appends per second in DIR; H = SHA-256 of 200-byte leaves per second. Goals: EVIDENCE §5
(G2, G3). Medians of 3. Only the goals' ratios are comparable between machines.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from evenhand.context import Context
from evenhand.ledger import Draft, append, inclusion_proof, leaf_hash, verify_inclusion
from evenhand.ledger.checking import check_log, worst
from evenhand.ledger.store import Checkpoint, Entry, Head, Tile
from evenhand.ledger.tree import root_of

BATCH = 1000
SCHEMA = """
CREATE TABLE ledger_entry (seq INTEGER PRIMARY KEY, leaf_hash BLOB NOT NULL, data BLOB NOT NULL);
CREATE TABLE ledger_tile (level INTEGER, idx INTEGER, hashes BLOB NOT NULL, PRIMARY KEY (level, idx));
CREATE TABLE ledger_head (id INTEGER PRIMARY KEY, size INTEGER, frontier BLOB);
"""


class SqliteStore:
    """The store protocol over plain sqlite3, with the durability the product demands."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.executescript(SCHEMA)

    def in_transaction(self) -> bool:
        return self.db.in_transaction

    def lock_head(self) -> Head:
        return self.head()

    def head(self) -> Head:
        row = self.db.execute("SELECT size, frontier FROM ledger_head").fetchone()
        return Head.unpack(*row) if row else Head()

    def set_head(self, head: Head) -> None:
        self.db.execute("INSERT OR REPLACE INTO ledger_head VALUES (1, ?, ?)", (head.size, head.packed))

    def add_entries(self, entries: Sequence[Entry]) -> None:
        rows = ((entry.seq, entry.leaf_hash, entry.data) for entry in entries)
        self.db.executemany("INSERT INTO ledger_entry VALUES (?, ?, ?)", rows)

    def put_tiles(self, tiles: Sequence[Tile]) -> None:
        rows = ((tile.level, tile.idx, tile.hashes) for tile in tiles)
        self.db.executemany("INSERT OR REPLACE INTO ledger_tile VALUES (?, ?, ?)", rows)

    def tile(self, level: int, idx: int) -> bytes | None:
        row = self.db.execute("SELECT hashes FROM ledger_tile WHERE level = ? AND idx = ?", (level, idx)).fetchone()
        return row[0] if row else None

    def entries(self, start: int, end: int) -> Iterator[Entry]:
        query = "SELECT seq, leaf_hash, data FROM ledger_entry WHERE seq >= ? AND seq < ? ORDER BY seq"
        return (Entry(*row) for row in self.db.execute(query, (start, end)))

    def tiles(self) -> Iterator[Tile]:
        return (Tile(*row) for row in self.db.execute("SELECT level, idx, hashes FROM ledger_tile ORDER BY 1, 2"))

    def checkpoints(self, last: int | None = None) -> list[Checkpoint]:
        return []

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        raise AssertionError("the benchmark signs nothing")


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median_rate(count: int, work: Callable[[], object]) -> float:
    return count / statistics.median(seconds(work) for _ in range(3))


def measure_syncs(folder: Path, count: int) -> float:
    with (folder / "syncs").open("ab") as file:

        def work() -> None:
            for _ in range(count):
                file.write(b"x" * 200)
                file.flush()
                os.fdatasync(file.fileno())

        return median_rate(count, work)


def measure_hashes(count: int) -> float:
    leaf = b"x" * 200

    def work() -> None:
        for _ in range(count):
            sha256(leaf).digest()

    return median_rate(count, work)


def fill(store: SqliteStore, count: int, ctx: Context) -> float:
    """Return leaves per second of durable batches; each with its own commitment and canonical JSON."""
    random_bytes = ctx.random
    drafts = [
        Draft("lead.disposed", random_bytes(16), {"doc": random_bytes(32)}, obj=random_bytes(16)) for _ in range(BATCH)
    ]
    rates = []
    for _ in range(count // BATCH):
        began = time.perf_counter()
        store.db.execute("BEGIN IMMEDIATE")
        append(store, drafts, ctx)
        store.db.execute("COMMIT")
        rates.append(BATCH / (time.perf_counter() - began))
    return statistics.median(rates)


def proof_times(store: SqliteStore, size: int, count: int) -> list[float]:
    """Return the sorted seconds of `count` proofs of random leaves, nothing kept between them."""
    draw = random.Random(1)
    return sorted(seconds(lambda: inclusion_proof(store, draw.randrange(size), size)) for _ in range(count))


def verify_rate(store: SqliteStore, size: int) -> tuple[int, float]:
    index, root = size // 3, root_of(store.head())
    path = inclusion_proof(store, index, size)
    leaf = next(store.entries(index, index + 1)).leaf_hash

    def work() -> None:
        for _ in range(2000):
            verify_inclusion(index, size, leaf, path, root)

    return len(path), median_rate(2000, work)


def rehash(store: SqliteStore, size: int) -> None:
    for entry in store.entries(0, size):
        if leaf_hash(entry.data) != entry.leaf_hash:
            raise SystemExit(f"ledger_entry seq {entry.seq} does not match")


def show(what: str, figure: str, ratio: float, goal: str, met: bool) -> None:
    print(f"{what:<42} {figure:>16}   {ratio:>9.4g}   {goal:<10} {'met' if met else 'NOT MET'}")


def run(folder: Path, size: int) -> None:
    syncs, hashes = measure_syncs(folder, 100), measure_hashes(200_000)
    print(f"F = {syncs:,.0f}/s   H = {hashes:,.0f}/s   {size:,} leaves\n")
    print(f"{'operation':<42} {'figure':>16}   {'ratio':>9}   goal")
    store = SqliteStore(folder / "ledger.sqlite3")
    moment = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    rate = fill(store, size, Context(now=lambda: moment, random=os.urandom))
    show("G2 append, batches of 1,000, durable", f"{rate:,.0f}/s", rate / hashes, ">= 0.022 H", rate / hashes >= 0.022)
    times = proof_times(store, size, 500)
    for name, place, goal in (("p50", 0.5, 2_700), ("p99", 0.99, 27_000)):
        found = times[int(len(times) * place)]
        show(
            f"G3 inclusion proof {name}, uncached",
            f"{found * 1e3:,.2f} ms",
            found * hashes,
            f"<= {goal}",
            found * hashes <= goal,
        )
    length, rate = verify_rate(store, size)
    rate20 = rate * length / 20
    show(
        f"G3 verify a proof ({length} hashes, as of 20)",
        f"{rate20:,.0f}/s",
        rate20 / hashes,
        ">= 0.037 H",
        rate20 / hashes >= 0.037,
    )
    took = statistics.median(seconds(lambda: rehash(store, size)) for _ in range(3))
    ratio = took * hashes / size
    show("G3 re-hash and compare all entries", f"{took:,.2f} s", ratio, "<= 8 n/H", ratio <= 8)
    took = seconds(lambda: worst(check_log(store)))
    print(
        f"{'check_log: parse, tree, tiles, head':<42} {f'{took:,.2f} s':>16}   {took * hashes / size:>9.4g}   no goal"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="50,000 leaves instead of 1,000,000")
    parser.add_argument("--dir", type=Path, help="measure on this folder's disk (default: the temporary folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.dir) as folder:
        run(Path(folder), 50_000 if arguments.small else 1_000_000)


if __name__ == "__main__":
    main()

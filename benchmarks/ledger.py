"""The ledger's speed, each figure as a ratio to what this machine's disk and SHA-256 can do in the same run.

    python benchmarks/ledger.py [--small] [--dir DIR] [--peer PYTHON] [--slow-syncs MS]

F = fdatasync of 200-byte appends per second in DIR; H = SHA-256 of 200-byte leaves per second; S = SHA-256 and A =
AES-256-GCM in MiB per second; E = Ed25519 checks per second. Goals G1 to G6 of the specification; G4, G6 and PostgreSQL
in processes of their own (benchmarks/_vault.py, _postgres.py). Medians of 3. Only the goals' ratios are comparable
between machines; "at best here" is the same work without our code, in the same run (benchmarks/_floors.py). The goals
were set where a sync takes 3 ms; --slow-syncs 2.5 measures a disk of .3 ms as such a one (benchmarks/_slow_disk.py).
--peer: an interpreter whose environment holds pymerkle (GPLv3+: never in ours), measured on the same disk.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from _floors import files_alone, in_turns, nodes_alone, rows_alone
from _slow_disk import run_again
from evenhand.context import Context
from evenhand.ledger import Draft, append, inclusion_proof, leaf_hash, verify_inclusion
from evenhand.ledger.checking import check_log, worst
from evenhand.ledger.notes import Signer, verify_ed25519
from evenhand.ledger.store import Checkpoint, Entry, Head, Tile
from evenhand.ledger.tree import root_of
from evenhand.vault.blobs import BlobStore

BATCH = 1000
MOMENT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
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
        query = "SELECT seq, leaf_hash, data FROM ledger_entry WHERE seq >= ? AND seq <= ? ORDER BY seq"
        return (Entry(*row) for row in self.db.execute(query, (start, end - 1)))

    def tiles(self) -> Iterator[Tile]:
        return (Tile(*row) for row in self.db.execute("SELECT level, idx, hashes FROM ledger_tile ORDER BY 1, 2"))

    def checkpoints(self, last: int | None = None) -> list[Checkpoint]:
        return []

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        raise AssertionError("the benchmark signs nothing")


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    work()
    return clock() - began


def median_rate(count: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    return count / statistics.median(seconds(work, clock) for _ in range(3))


def measure_syncs(folder: Path, count: int) -> float:
    with (folder / "syncs").open("ab") as file:

        def work() -> None:
            for _ in range(count):
                file.write(b"x" * 200)
                file.flush()
                os.fdatasync(file.fileno())

        return median_rate(count, work)


def measure_hashes(count: int, clock: Callable[[], float] = time.perf_counter) -> float:
    leaf = b"x" * 200

    def work() -> None:
        for _ in range(count):
            sha256(leaf).digest()

    return median_rate(count, work, clock)


def measure_bytes(count: int) -> tuple[float, float]:
    """Return MiB per second of SHA-256 and of AES-256-GCM over 1-MiB buffers."""
    buffer, cipher, nonce = bytes(1 << 20), AESGCM(bytes(32)), bytes(12)

    def hashing() -> None:
        for _ in range(count):
            sha256(buffer).digest()

    def sealing() -> None:
        for _ in range(count):
            cipher.encrypt(nonce, buffer, None)

    # In processor time, as what is compared with them (G4): another program's work changes neither.
    return median_rate(count, hashing, time.process_time), median_rate(count, sealing, time.process_time)


def measure_signatures(count: int, ctx: Context) -> float:
    signer = Signer.generate("log.example", ctx)
    line, public = signer.sign("a checkpoint\n"), signer.verifier.public

    def work() -> None:
        for _ in range(count):
            assert verify_ed25519(public, line.signature, b"a checkpoint\n")

    return median_rate(count, work)


def append_singly(store: SqliteStore, count: int, ctx: Context) -> float:
    """Return leaves per second, each in a durable transaction of its own."""
    draft = Draft("lead.disposed", ctx.random(16), {"doc": ctx.random(32)})

    def work() -> None:
        for _ in range(count):
            store.db.execute("BEGIN IMMEDIATE")
            append(store, [draft], ctx)
            store.db.execute("COMMIT")

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


def verify_rates(store: SqliteStore, size: int) -> tuple[float, float, float]:
    """Return proofs checked (as of 20 hashes), twenty nodes hashed, leaves hashed: each a second, taken in turns."""
    index, root = size // 3, root_of(store.head())
    path = inclusion_proof(store, index, size)
    leaf, count = next(store.entries(index, index + 1)).leaf_hash, 500

    def checking() -> None:
        for _ in range(count):
            verify_inclusion(index, size, leaf, path, root)

    def hashing() -> None:
        for _ in range(20 * count):
            sha256(b"x" * 200).digest()

    checked, nodes, leaves = in_turns((checking, lambda: nodes_alone(count), hashing))
    return count / checked * len(path) / 20, count / nodes, 20 * count / leaves


def rehash(store: SqliteStore, size: int) -> None:
    for entry in store.entries(0, size):
        if leaf_hash(entry.data) != entry.leaf_hash:
            raise SystemExit(f"ledger_entry seq {entry.seq} does not match")


def show(what: str, figure: str, ratio: float, goal: str, met: bool) -> None:
    print(f"{what:<42} {figure:>16}   {ratio:>9.4g}   {goal:<10} {'met' if met else 'NOT MET'}")


def least(figure: str, ratio: float, what: str) -> None:
    """Print what the operation above costs without our code, on this machine in this run."""
    print(f"{'   at best here: ' + what:<42} {figure:>16}   {ratio:>9.4g}   (ours is on top of it)")


def beside_peer(python: str | None, folder: Path, leaves: int, ours: dict[str, float]) -> None:
    """Print pymerkle's figures and ours over the same number of leaves, or why there are none."""
    if python is None:
        print("\npymerkle: not measured (--peer PYTHON names an environment that holds it)")
        return
    script = str(Path(__file__).with_name("_pymerkle.py"))
    made = subprocess.run([python, script, str(folder), str(leaves)], capture_output=True, text=True, check=False)
    if made.returncode:
        print(f"\npymerkle: not measured ({'not installed there' if made.returncode == 3 else made.stderr[-200:]})")
        return
    found = json.loads(made.stdout)
    print(f"\n{'over ' + format(leaves, ',') + ' leaves':<42} {'Evenhand':>16}   {'pymerkle ' + found['version']:>16}")
    for name, words in (
        ("single", "append, one per durable transaction, /s"), ("bulk", "append, batches of 1,000, durable, /s"),
        ("proof_p50_s", "inclusion proof p50, nothing kept, s"), ("verify", "verify a proof, /s"),
    ):  # fmt: skip
        print(f"{words:<42} {ours[name]:>16,.4g}   {found[name]:>16,.4g}")


def put_rate(folder: Path, count: int, *, folders: str = "") -> float:
    """Return durable puts of 64 KiB files per second: hash, seal, fsync, link, fsync of the directory.

    `folders`: the four hex digits of the folders they all come to lie in, as in a vault that has all of them.
    """
    store = BlobStore(folder)

    def one(data: bytes) -> None:
        store.write(
            io.BytesIO(data),
            key=bytes(32),
            context=os.urandom(16),
            salt=os.urandom(24),
            name=lambda digest: folders + digest.hex()[len(folders) :],
        )

    def work() -> None:
        for _ in range(count):
            one(os.urandom(64 * 1024))

    return median_rate(count, work)


def child(script: str, folder: Path, *words: str) -> dict[str, float | None]:
    """Return what a script beside this one measured in a process of its own."""
    folder.mkdir()
    path = str(Path(__file__).with_name(script))
    made = subprocess.run([sys.executable, path, *words], capture_output=True, text=True, check=True)
    found: dict[str, float | None] = json.loads(made.stdout.splitlines()[-1])
    return found


def vault_rows(folder: Path, *, syncs: float, digest: float, sealing: float, small: bool) -> None:
    """Print G4 to G6."""
    mib = 128 if small else 1024
    turns = [folder / f"seal{turn}" for turn in range(1 if small else 3)]
    made = [child("_vault.py", turn, "seal", str(turn), str(mib)) for turn in turns]
    cpu, alone, cached = (
        statistics.median(each[name] or 0 for each in made) for name in ("cpu_s", "alone_s", "cached_s")
    )
    ratio, rss = cpu / (mib / digest + mib / sealing), max(each["rss_mb"] or 0 for each in made)
    show(f"G4 seal {mib:,} MiB, processor time", f"{cpu:,.2f} s", ratio, "<= 1.5 x", ratio <= 1.5)
    least(f"{alone:,.2f} s", alone / (mib / digest + mib / sealing), "hash, 16-KiB chunks, write")
    cached_ratio = cached / (mib / digest + mib / sealing)
    print(f"{'   that by way of the system cache':<42} {f'{cached:,.2f} s':>16}   {cached_ratio:>9.4g}   report")
    show("G4 the same, memory", f"{rss:,.0f} MB", rss / 100, "< 100 MB", rss < 100)
    count = 30 if small else 100
    rate, alone = put_rate(folder / "puts", count, folders="0000"), files_alone(folder / "alone", count)
    show("G5 durable put of 64 KiB", f"{rate:,.0f}/s", rate / syncs, ">= 0.4 F", rate >= 0.4 * syncs)
    least(f"{alone:,.0f}/s", alone / syncs, "write 64 KiB, two syncs")
    rate = put_rate(folder / "new", count)
    print(
        f"{'   in a new vault: a sync for each new folder':<42} {f'{rate:,.0f}/s':>16}   {rate / syncs:>9.4g}   report"
    )
    found = child("_vault.py", folder / "intake", "intake", str(folder / "intake"), "30" if small else "200")
    for name, words, base in (
        ("intake", "G6 whole intake of 64 KiB (key, file, row, leaf)", syncs), ("fold", "G6 documents folded again", 0),
        ("openssl", "G6 signature by openssl, a process each", 0), ("dkim", "G6 DKIM signature, RSA 2048", 0),
        ("pdq", "G6 PDQ of 512 x 512", 0), ("ocr", "G6 words read from a picture", 0),
    ):  # fmt: skip
        figure = found[name]
        if figure is None:
            print(f"{words:<42} {'not installed':>16}   {'':>9}   report")
        else:
            print(f"{words:<42} {f'{figure:,.0f}/s':>16}   {f'{figure / base:,.3g} F' if base else '':>9}   report")


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def on_postgresql(folder: Path, count: int, syncs: float) -> None:
    """Print G1 on a PostgreSQL server of our own, or that there is none; one writer with what it could cost least."""
    folder.chmod(0o755)  # the server runs as another user where we are root
    found = child("_postgres.py", folder / "postgresql", str(folder / "postgresql"), str(count))
    for writers in ("1", "8"):
        words, rate = f"G1 the same, PostgreSQL, {writers} writer{'s' * (writers != '1')}", found.get(writers)
        if rate is None:
            print(f"{words:<42} {'not installed':>16}   {'':>9}   >= 0.6 F")
            continue
        show(words, f"{rate:,.0f}/s", rate / syncs, ">= 0.6 F", rate >= 0.6 * syncs)
        for name, what in (("rows", "PostgreSQL, the same rows"), ("row", "PostgreSQL, one row")) * (writers == "1"):
            alone = found[name] or 0
            least(f"{alone:,.0f}/s", alone / syncs, what)
        apart = found["apart" if writers == "1" else "8 apart"] or 0
        print(f"{'   each row in a statement of its own':<42} {f'{apart:,.0f}/s':>16}   {apart / syncs:>9.4g}   report")


def run(folder: Path, size: int, peer: str | None) -> None:
    ctx = Context(now=lambda: MOMENT, random=os.urandom)
    syncs, hashes, (digest, sealing) = measure_syncs(folder, 100), measure_hashes(200_000), measure_bytes(100)
    signatures = measure_signatures(2000, ctx)
    print("each sync waits longer on purpose (--slow-syncs)\n" * ("LD_PRELOAD" in os.environ), end="")
    print(
        f"F = {syncs:,.0f}/s   H = {hashes:,.0f}/s   S = {digest:,.0f} MiB/s   A = {sealing:,.0f} MiB/s   "
        f"E = {signatures:,.0f}/s   {size:,} leaves\n"
    )
    print(f"{'operation':<42} {'figure':>16}   {'ratio':>9}   goal")
    singly = append_singly(SqliteStore(empty(folder / "single") / "ledger.sqlite3"), 200, ctx)
    show(
        "G1 append, one per transaction, SQLite", f"{singly:,.0f}/s", singly / syncs, ">= 0.8 F", singly >= 0.8 * syncs
    )
    alone = rows_alone(SqliteStore(empty(folder / "rows") / "ledger.sqlite3"), 200)
    least(f"{alone:,.0f}/s", alone / syncs, "SQLite, the same rows")
    on_postgresql(folder, 800 if size < 1_000_000 else 2_000, syncs)
    store = SqliteStore(folder / "ledger.sqlite3")
    rate = bulk = fill(store, size, ctx)
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
    rate, nodes, busy = verify_rates(store, size)
    show("G3 verify a proof of 20 hashes", f"{rate:,.0f}/s", rate / busy, ">= 0.037 H", rate / busy >= 0.037)
    least(f"{nodes:,.0f}/s", nodes / busy, "its 20 hashes alone")
    took = statistics.median(seconds(lambda: rehash(store, size)) for _ in range(3))
    ratio = took * hashes / size
    show("G3 re-hash and compare all entries", f"{took:,.2f} s", ratio, "<= 8 n/H", ratio <= 8)
    took = seconds(lambda: worst(check_log(store)))
    print(
        f"{'check_log: parse, tree, tiles, head':<42} {f'{took:,.2f} s':>16}   {took * hashes / size:>9.4g}   no goal"
    )
    vault_rows(folder, syncs=syncs, digest=digest, sealing=sealing, small=size < 1_000_000)
    ours = {"single": singly, "bulk": bulk, "proof_p50_s": times[len(times) // 2], "verify": rate}
    beside_peer(peer, folder, size, ours)


def _without_slowness(words: Sequence[str]) -> list[str]:
    """Return the command line without --slow-syncs and what it says."""
    at = next(place for place, word in enumerate(words) if word.startswith("--slow-syncs"))
    return [*words[:at], *words[at + (1 if "=" in words[at] else 2) :]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="50,000 leaves instead of 1,000,000")
    parser.add_argument("--dir", type=Path, help="measure on this folder's disk (default: the temporary folder)")
    parser.add_argument("--peer", help="an interpreter whose environment holds pymerkle")
    parser.add_argument("--slow-syncs", type=float, default=0.0, metavar="MS", help="let each sync take so much more")
    arguments = parser.parse_args()
    if arguments.slow_syncs:
        sys.exit(run_again(_without_slowness(sys.argv[1:]), arguments.slow_syncs))
    with tempfile.TemporaryDirectory(dir=arguments.dir) as folder:
        run(Path(folder), 50_000 if arguments.small else 1_000_000, arguments.peer)


if __name__ == "__main__":
    main()

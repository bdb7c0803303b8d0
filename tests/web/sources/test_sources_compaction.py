"""Merged files answer as the many did, whoever reads during the swap; what a row says never changes."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.clock import MovingClock
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet, x_date

from evenhand.corpus import FileKind, compacting
from evenhand.posts import POST_SCHEMA, recognise
from evenhand.web.record.verify import verify
from evenhand.web.sources import models
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.compaction import compact_here, compact_nightly, remove_retired
from evenhand.web.sources.queries import corpus_here, query
from evenhand.web.sources.retention import forget_due

QUESTIONS = (
    "SELECT * FROM posts ORDER BY record_key",
    "SELECT * FROM observations ORDER BY record_key, observation_sha256",
    "SELECT * FROM events ORDER BY record_key, locator",
)


@pytest.fixture
def small(desk: Desk, tmp_path: Path) -> Desk:
    for number in range(4):
        tweets = [v1_tweet(str(each), f"word{each}", favorite_count=number) for each in range(number, number + 3)]
        gone = {"delete": {"status": {"id_str": str(number), "user_id_str": "8001"}}}
        import_file(recognised=recognise(jsonl(tmp_path / f"{number}.jsonl", [*tweets, gone])), ctx=desk.ctx)
    return desk


def parquets(desk: Desk) -> int:
    return len(list(desk.home.corpus.rglob("*.parquet")))


def answers() -> list[list[dict[str, object]]]:
    return [query(question).to_pylist() for question in QUESTIONS]


def test_the_same_rows_and_answers_from_fewer_files(small: Desk) -> None:  # FMT-C29
    before, files = answers(), parquets(small)
    assert compact_here(small.ctx) == files == 8
    assert (answers(), parquets(small), models.CorpusFile.objects.count()) == (before, 2, 2)
    assert compact_here(small.ctx) == 0
    assert verify(small.ctx).exit_code != 1
    rows = query("SELECT imported_at, claimed_at FROM observations").to_pylist()
    assert len(rows) == 12


def test_whoever_reads_during_the_swap_sees_one_state(small: Desk) -> None:  # FMT-C29
    before = answers()
    reading = corpus_here().stream("SELECT * FROM observations ORDER BY record_key, observation_sha256")
    first = next(reading)
    compact_here(small.ctx)
    assert parquets(small) == 10, "the old files stay while somebody reads"
    rows = [row for batch in [first, *reading] for row in batch.to_pylist()]
    assert len(rows) == len(before[1])
    assert answers() == before
    assert remove_retired(small.ctx) == 1
    assert remove_retired(small.ctx) == 0
    assert (parquets(small), corpus_here().strays()) == (2, [])
    assert answers() == before


def test_what_fails_changes_nothing(small: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = answers()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(compacting, "publish", full)
        compact_here(small.ctx)
    assert (answers(), parquets(small), corpus_here().strays()) == (before, 8, [])


def test_merged_rows_are_forgotten_as_the_others(small: Desk, clock: MovingClock) -> None:
    compact_here(small.ctx)
    clock.now += timedelta(days=31)
    assert forget_due(small.ctx) > 0
    assert query("SELECT * FROM posts WHERE text_norm IS NOT NULL").num_rows == 0
    assert verify(small.ctx).exit_code != 1


def test_only_at_night_and_only_files_of_one_week(small: Desk, clock: MovingClock, tmp_path: Path) -> None:
    assert compact_nightly(small.ctx) == 0  # it is nine in the morning
    clock.now = clock.now.replace(hour=2) + timedelta(days=14)
    import_file(recognised=recognise(jsonl(tmp_path / "late.jsonl", [v1_tweet("99", "late")])), ctx=small.ctx)
    assert compact_nightly(small.ctx) == 8
    assert parquets(small) == 3


def test_what_a_killed_import_and_a_killed_query_left_goes_with_the_next_due_work(small: Desk) -> None:
    work = corpus_here().work
    left, spilled, fresh = work / ".a.read.parquet", work / ".spill-a", work / ".spill-b"
    left.write_bytes(b"rows in the clear")
    for folder in (spilled, fresh):
        folder.mkdir()
        (folder / "rows.tmp").write_bytes(b"rows in the clear")
    for path in (spilled / "rows.tmp", spilled):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    with corpus_here().writing():
        left.write_bytes(b"rows of an import that runs")
        assert remove_retired(small.ctx) == 0 and left.exists()
    left.write_bytes(b"rows in the clear")
    assert remove_retired(small.ctx) == 1
    assert (left.exists(), spilled.exists(), fresh.exists()) == (False, False, True), "a query may still use that one"
    assert remove_retired(small.ctx) == 0


def test_a_night_in_which_it_fails_is_one_line_and_the_next_tries_again(
    small: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = answers()
    clock.now = clock.now.replace(hour=2)
    tried = []

    def full(*_: object, **__: object) -> None:
        tried.append(1)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(compacting, "publish", full)
        assert [compact_nightly(small.ctx) for _ in range(3)] == [0, 0, 0]
    (line,) = [each for each in caplog.records if "merged" in each.getMessage()]
    assert "No space left on device" in line.getMessage() and line.exc_info is None
    assert (len(tried), answers(), parquets(small), corpus_here().strays()) == (1, before, 8, [])
    assert [path.name for path in corpus_here().work.iterdir()] == ["lock"]
    clock.now += timedelta(days=1)
    assert compact_nightly(small.ctx) == 8 and answers() == before


def test_parts_of_the_order_make_one_file_in_order(small: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = answers()
    monkeypatch.setattr(compacting, "_PART_BYTES", 3000)
    monkeypatch.setattr(compacting, "_MOST_AT_ONCE", 2)
    monkeypatch.setattr(compacting, "_MEASURED_AT_ONCE", 2)
    assert compact_here(small.ctx) == 8
    assert answers() == before
    (file,) = corpus_here().paths(FileKind.OBSERVATIONS)
    assert pq.read_schema(file).equals(POST_SCHEMA) and pq.ParquetFile(file).num_row_groups > 1


def test_a_merged_file_is_sorted_by_whom_its_posts_are_aimed_at_and_when(desk: Desk, tmp_path: Path) -> None:
    def aimed(number: int) -> dict[str, Any]:
        mention = {"screen_name": f"sample_{number % 3}", "id_str": str(9000 + number % 3), "indices": [0, 3]}
        entities = {"user_mentions": [mention] * (number % 4 > 0), "urls": []}
        answered = {"in_reply_to_user_id_str": "9500"} if number % 5 == 0 else {}
        return v1_tweet(
            str(number), "word " * (number % 7), created_at=x_date(40 - number), entities=entities, **answered
        )

    for part in range(2):
        tweets = [aimed(number) for number in range(part * 20, part * 20 + 20)]
        import_file(recognised=recognise(jsonl(tmp_path / f"{part}.jsonl", tweets)), ctx=desk.ctx)
    assert compact_here(desk.ctx) == 2
    rows = pq.read_table(corpus_here().paths(FileKind.OBSERVATIONS)[0]).to_pylist()
    aims = [
        (
            dict(row["side"]).get("reply_to_author") or (row["mentions"] or [{"id": "nobody, so last"}])[0]["id"],
            row["claimed_at"],
        )
        for row in rows
    ]
    assert len(aims) == 40 and aims == sorted(aims)


def test_many_rows_are_merged_in_little_memory(tmp_path: Path) -> None:
    """In a process of its own, with room for a third of what sorting whole rows would take."""
    said = subprocess.run([sys.executable, "-c", MERGING, str(tmp_path)], check=True, capture_output=True, text=True)
    grown, rows = map(int, said.stdout.split())
    assert rows == 120_000 and grown < 300


MERGING = """
import os, resource, sys, threading, time
from pathlib import Path
from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest
from evenhand.corpus.compacting import compact
from evenhand.corpus.manifest import FileKind
from evenhand.corpus.stage import Groups, writer
from evenhand.corpus.store import publish
from evenhand.posts.columns import to_table

corpus = Corpus(Path(sys.argv[1]), MemoryManifest())
corpus.work.mkdir()
for file in (0, 1):
    with writer(corpus.work / "rows.parquet") as written:
        groups = Groups(written)
        for at in range(0, 60_000, 4_000):
            numbers = range(at, at + 4_000)
            groups.add(to_table([
                {"record_key": f"x:{file}{n}", "native_id": f"{file}{n}", "platform": "x", "imported_at": 1,
                 "observation_sha256": "a" * 64, "raw_record_sha256": os.urandom(32).hex(),
                 "text_raw": os.urandom(300), "text_norm": os.urandom(150).hex(), "claimed_at": n * 7919 % 60_000,
                 "side": {"parent_text": os.urandom(99).hex()},
                 "mentions": [{"id": str(n % 50), "handle": None, "start": None, "end": None}]}
                for n in numbers
            ]))
        groups.write()
    name = str(file) * 32
    made = publish(corpus, corpus.work / "rows.parquet", FileKind.OBSERVATIONS, name=name, rows=60_000, oldest=1)
    corpus.manifest.swap(add=[made])
Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
before = int(Path("/proc/self/statm").read_text().split()[1]) * 4
merged = compact(corpus, Context.system())
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print((int(peak.split()[1]) - before) // 1024, merged.added[0].rows)
"""

"""Merged files answer as the many did, whoever reads during the swap; what a row says never changes."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from tests.clock import MovingClock
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet

from evenhand.corpus import compacting
from evenhand.posts import recognise
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

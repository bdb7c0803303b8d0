"""FMT-T11, for rows without ids: twins are two posts, the same bytes add nothing, however they are packed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fixtures.make_x import jsonl, v1_tweet

from evenhand.context import Context
from evenhand.corpus import Corpus, Ingested, MemoryManifest, importing, ingest, stage
from evenhand.posts import recognise

TWINS = "author_display,text,created_at\n" + "Sample B,you clown,2024-01-01T10:00:00+00:00\n" * 2


def take(corpus: Corpus, manifest: MemoryManifest, path: Path, ctx: Context) -> Ingested:
    ingested = ingest(corpus, recognise(path), ctx)
    manifest.swap(add=ingested.files)
    return ingested


def test_keys_taken_in_parts_and_rows_in_many_groups_give_the_same(
    tmp_path: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What keeps memory flat for gigabytes changes no answer: twins, what is held, a later export with more."""
    tweets = [
        v1_tweet(str(9_000 + number % 60), f"word {number % 60 if number < 75 else number}") for number in range(90)
    ]
    found = []
    for small in (False, True):
        manifest = MemoryManifest()
        corpus = Corpus(tmp_path / f"corpus-{small}", manifest)
        if small:
            monkeypatch.setattr(importing, "_BATCH", 8)
            monkeypatch.setattr(stage, "_GROUP_ROWS", 16)
            monkeypatch.setattr(importing, "_KEYS_AT_ONCE", 20)
        told = []
        for upto in (40, 90, 90):
            done = take(corpus, manifest, jsonl(tmp_path / "posts.jsonl", tweets[:upto]), ctx)
            told.append((done.posts, done.merged, done.observations))
        rows = corpus.query("SELECT record_key, raw_record_sha256 FROM observations ORDER BY ALL").to_pylist()
        found.append((told, rows))
    assert found[0] == found[1]
    assert found[0][0] == [(40, 0, 40), (20, 70, 35), (0, 90, 0)]


def test_twins_twice_and_under_another_name(tmp_path: Path, ctx: Context) -> None:
    manifest = MemoryManifest()
    corpus = Corpus(tmp_path / "corpus", manifest)
    path = tmp_path / "comments.csv"
    path.write_text(TWINS)
    first = take(corpus, manifest, path, ctx)
    assert (first.posts, first.merged, first.observations) == (2, 0, 2)
    second = take(corpus, manifest, path.rename(tmp_path / "again.csv"), ctx)
    assert (second.posts, second.merged, second.observations) == (0, 2, 0)
    rows = corpus.query("SELECT native_id, id_is_synthetic FROM posts ORDER BY native_id").to_pylist()
    assert len({row["native_id"] for row in rows}) == 2
    assert all(row["id_is_synthetic"] and row["native_id"].startswith("syn1-") for row in rows)

"""FMT-T11, for rows without ids: twins are two posts, the same bytes add nothing, however they are packed."""

from __future__ import annotations

from pathlib import Path

from evenhand.context import Context
from evenhand.corpus import Corpus, Ingested, MemoryManifest, ingest
from evenhand.posts import recognise

TWINS = "author_display,text,created_at\n" + "Sample B,you clown,2024-01-01T10:00:00+00:00\n" * 2


def take(corpus: Corpus, manifest: MemoryManifest, path: Path, ctx: Context) -> Ingested:
    ingested = ingest(corpus, recognise(path), ctx)
    manifest.swap(add=ingested.files)
    return ingested


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

"""FMT-C27: what became nothing is forgotten: text after 30 days, the last trace after 90."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.fixtures.make_x import jsonl, v1_tweet

from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest, ingest
from evenhand.corpus.forget import Retention, forget
from evenhand.errors import UsageError
from evenhand.posts import recognise

START = datetime(2026, 3, 2, tzinfo=UTC)


def at(days: int) -> Context:
    return Context.repeatable(f"forget {days}", START + timedelta(days=days))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    manifest = MemoryManifest()
    corpus = Corpus(tmp_path / "corpus", manifest)
    mention = [{"screen_name": "sample_t", "id_str": "9001", "indices": [0, 3]}]
    tweets = [v1_tweet(str(n), f"secret words {n}") for n in (1, 2, 3)]
    for tweet in tweets:
        tweet["entities"]["user_mentions"] = mention
    manifest.swap(add=ingest(corpus, recognise(jsonl(tmp_path / "a.jsonl", tweets)), at(0)).files)
    return corpus


def run(corpus: Corpus, days: int) -> tuple[int, int]:
    forgotten = forget(corpus, at(days), lambda target, author: f"h({target},{author})")
    assert isinstance(corpus.manifest, MemoryManifest)
    corpus.manifest.swap(add=forgotten.added, remove=forgotten.removed)
    for file in forgotten.removed:
        corpus.path(file).unlink()
    return forgotten.texts, forgotten.rows


def test_nothing_goes_early(corpus: Corpus) -> None:
    assert run(corpus, 29) == (0, 0)


def test_text_then_hash_then_nothing(corpus: Corpus) -> None:
    assert run(corpus, 31) == (3, 0)
    rows = {row["native_id"]: row for row in corpus.query("SELECT * FROM observations").to_pylist()}
    assert rows["1"]["text_raw"] is None
    assert (rows["1"]["author_id"], rows["1"]["author_handle"], rows["1"]["mentions"]) == (None, None, [])
    assert dict(rows["1"]["side"]) == {"author_hashes": "h(x:9001,x:8001)"}
    stored = b"".join(path.read_bytes() for path in corpus.folder.rglob("*.parquet"))
    assert b"secret words 1" not in stored
    assert run(corpus, 32) == (0, 0)
    assert run(corpus, 91) == (0, 3)
    assert corpus.query("SELECT * FROM observations").to_pylist() == []


def test_what_was_forgotten_is_not_read_again_from_the_same_file(corpus: Corpus, tmp_path: Path) -> None:
    run(corpus, 31)
    again = ingest(corpus, recognise(tmp_path / "a.jsonl"), at(32))
    assert (again.posts, again.observations) == (0, 0)


def test_times_can_be_lowered_never_raised() -> None:
    assert Retention(7, 30).text_days == 7
    for wrong in ((31, 90), (30, 91), (0, 90), (30, 10)):
        with pytest.raises(UsageError, match="lowered, not raised"):
            Retention(*wrong)


def test_what_is_erased_goes_whatever_its_age(corpus: Corpus) -> None:
    forgotten = forget(corpus, at(1), lambda *_: "h", gone={"x:2", "x:9"})
    assert (forgotten.texts, forgotten.rows, len(forgotten.removed)) == (0, 1, 1)
    assert isinstance(corpus.manifest, MemoryManifest)
    corpus.manifest.swap(add=forgotten.added, remove=forgotten.removed)
    for file in forgotten.removed:
        corpus.path(file).unlink()
    assert [row["native_id"] for row in corpus.query("SELECT * FROM observations").to_pylist()] == ["1", "3"]
    assert b"secret words 2" not in b"".join(path.read_bytes() for path in corpus.folder.rglob("*.parquet"))

"""Overlapping exports: pairs are suggested, never merged; what a person says of a pair counts, until taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fixtures.make_exports import as_json, comment

from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest, ingest
from evenhand.corpus.alike import alike
from evenhand.posts import recognise

COUNTS = "SELECT (SELECT count(*) FROM posts) AS posts, (SELECT count(*) FROM observations) AS rows"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Two exports of one account: two twins and one more, then the same with a newer comment before them."""
    manifest = MemoryManifest()
    corpus = Corpus(tmp_path / "corpus", manifest)
    held = [comment("late"), comment("late"), comment("hall", 1_600_000_007)]
    for items in (held, [comment("new", 1_600_000_009), *held]):
        path = tmp_path / "comments.json"
        path.write_bytes(as_json({"comments_v2": items}))
        with corpus.writing():
            manifest.swap(add=ingest(corpus, recognise(path), Context.system()).files)
    return corpus


def told(corpus: Corpus, same: dict[str, str]) -> Corpus:
    assert isinstance(corpus.manifest, MemoryManifest)
    return Corpus(corpus.folder, MemoryManifest(corpus.manifest.files(), same))


def test_each_is_suggested_once_and_twins_stay_two(corpus: Corpus) -> None:
    pairs = alike(corpus)
    assert sorted(pair.text for pair in pairs) == ["hall", "late", "late"]
    assert len({pair.record for pair in pairs}) == len({pair.same_as for pair in pairs}) == 3
    assert all(pair.first_us <= pair.later_us and pair.platform == "facebook" for pair in pairs)
    assert len(alike(corpus, told=[pairs[0].record])) == 2
    assert corpus.query(COUNTS).to_pylist() == [{"posts": 7, "rows": 7}]


def test_what_is_the_same_counts_once_and_nothing_is_merged(corpus: Corpus) -> None:
    pair = next(pair for pair in alike(corpus) if pair.text == "hall")
    one = told(corpus, {pair.record: pair.same_as})
    assert one.query(COUNTS).to_pylist() == [{"posts": 6, "rows": 7}]
    (post,) = one.query(
        "SELECT record_key, native_id, len(raw_refs) AS refs FROM posts WHERE text_norm = 'hall'"
    ).to_pylist()
    assert post == {"record_key": pair.same_as, "native_id": pair.same_as.partition(":")[2], "refs": 1}
    assert corpus.query(COUNTS).to_pylist() == [{"posts": 7, "rows": 7}], "taken back"

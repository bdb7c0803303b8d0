"""FMT-T11: Facebook names no ids: twins stay two, the same file twice adds nothing, nothing is merged by its text."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from tests.fixtures.make_exports import as_json, comment, miswritten, zipped
from tests.posts.written import made

from evenhand.context import Context
from evenhand.corpus import Corpus, Ingested, MemoryManifest, ingest
from evenhand.posts import IMPORT, Report, recognise

TWINS = [comment("late"), comment("late"), comment("other")]


def test_twins_in_one_second_are_two_rows_whatever_the_zip_is_called(tmp_path: Path) -> None:
    content = as_json({"comments_v2": TWINS})
    first = [post.record_key for post in made(tmp_path, content).posts]
    assert len(set(first)) == 3
    assert [post.record_key for post in made(tmp_path, content).posts] == first
    other = made(tmp_path, zipped({"elsewhere/c.json": content, "b.txt": b"more"})).posts
    assert [post.record_key for post in other] == first
    assert {post.id_is_synthetic for post in other} == {True}


def test_a_later_export_has_rows_of_its_own(tmp_path: Path) -> None:
    first = made(tmp_path, as_json({"comments_v2": TWINS})).posts
    later = made(tmp_path, as_json({"comments_v2": [*TWINS, comment("new")]})).posts
    assert {post.record_key for post in first}.isdisjoint(post.record_key for post in later)


def prints(folder: Path, *comments: object) -> list[str]:
    return [post.side["content_fingerprint"] for post in made(folder, as_json({"comments_v2": list(comments)})).posts]


def test_the_fingerprint_is_the_same_in_another_export_and_for_twins_and_for_nothing_else(tmp_path: Path) -> None:
    first, twin, other = prints(tmp_path, *TWINS)
    assert first == twin != other
    assert prints(tmp_path, comment("new"), comment("late"))[1] == first
    assert first not in prints(tmp_path, comment("late", 1_600_000_001), comment("Late"))


def brought(corpus: Corpus, manifest: MemoryManifest, path: Path) -> Ingested:
    with corpus.writing():
        done = ingest(corpus, recognise(path), Context.system())
        manifest.swap(add=done.files)
    return done


def test_a_later_export_is_suggested_as_holding_the_same_and_nothing_is_merged(tmp_path: Path) -> None:
    manifest = MemoryManifest()
    corpus = Corpus(tmp_path / "corpus", manifest, tmp_path / "work")
    path = tmp_path / "comments.json"
    path.write_bytes(as_json({"comments_v2": TWINS}))
    assert brought(corpus, manifest, path).report.notes[1:] == []
    assert brought(corpus, manifest, path).report.notes[1:] == [], "the same file is held already, not alike"
    path.write_bytes(as_json({"comments_v2": [*TWINS, comment("new")]}))
    later = brought(corpus, manifest, path)
    assert (later.posts, later.merged) == (4, 0)
    (said,) = [note for note in later.report.notes if note.startswith("possible_duplicates")]
    assert said.startswith("possible_duplicates: 3 new records")
    assert said.endswith("nothing was merged")


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("named", [{"title": "B"}, {"title": "B", "thread_path": "inbox/b_1"}, {}])
def test_a_thread_has_one_fingerprint_wherever_its_name_stands_and_however_large_it_is(
    tmp_path: Path, behind: bool, named: dict[str, str]
) -> None:
    messages = {"messages": [{"sender_name": "B", "timestamp_ms": 1_600_000_400_123, "content": miswritten("blå")}]}
    head = {"participants": [{"name": "B"}]}
    path = tmp_path / "message_1.json"
    path.write_bytes(as_json(head | messages | named if behind else head | named | messages))
    found = []
    for limits in (IMPORT, replace(IMPORT, document_bytes=50)):
        recognised = recognise(path, limits=limits)
        (row,) = recognised.reader.rows(recognised.source, Report("x"))
        found.append((row["native_id"], row["side"]["content_fingerprint"], row["text_norm"]))
    assert found[0] == found[1]
    assert found[0][2] == "blå"
    other = hashlib.sha256(
        orjson.dumps(
            ["facebook", "message", named.get("thread_path") or named.get("title") or "messages", "B", "1600000400123",
             hashlib.sha256(miswritten("blå").encode()).hexdigest()]
        )
    )  # fmt: skip
    assert found[0][1] == other.hexdigest(), "the fingerprint of a thread is what it always was"

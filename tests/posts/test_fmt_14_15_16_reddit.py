"""FMT-T14, T15, T16: dumps with a wide window, cut lines, edits that are false or a time, what became of an item."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.make_exports import LISTING, as_lines, thing, zst
from tests.posts.written import made

from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest, ingest
from evenhand.posts import recognise


def test_wide_windows_several_frames_and_a_cut_line(tmp_path: Path) -> None:  # FMT-T14
    first = as_lines(*[thing(number) for number in range(5)])
    content = zst(first, as_lines(thing(5)) + b'{"id": "abc6", "body": "cut', window_log=28)
    found = made(tmp_path, content)
    assert [post.native_id for post in found.posts] == [f"t1_abc{number}" for number in range(6)]
    assert found.refused == [("ln:7", "line_truncated")]


@pytest.mark.parametrize(
    ("edited", "expected"),
    [(False, None), (1234567890, 1234567890), (1234567890.0, 1234567890), ("absent", None)],
)
def test_edited_is_a_time_or_nothing(tmp_path: Path, edited: Any, expected: int | None) -> None:  # FMT-T15
    item = thing(1, edited=edited)
    if edited == "absent":
        del item["edited"]
    (post,) = made(tmp_path, as_lines(item)).posts
    assert (post.edited_at and post.edited_at.timestamp()) == expected


def test_the_corpus_says_the_same_of_edits_in_mixed_types(tmp_path: Path) -> None:  # FMT-T15, by DuckDB
    lines = [thing(n, edited=edited) for n, edited in enumerate((False, 1234567890, 1234567890.0))]
    lines.append({name: value for name, value in thing(3).items() if name != "edited"})
    path = tmp_path / "dump.jsonl"
    path.write_bytes(as_lines(*lines))
    manifest = MemoryManifest()
    corpus = Corpus(tmp_path / "corpus", manifest)
    with corpus.writing():
        manifest.swap(add=ingest(corpus, recognise(path), Context.system()).files)
    found = corpus.query("SELECT epoch(edited_at) AS at FROM posts ORDER BY native_id")["at"].to_pylist()
    assert found == [None, 1234567890, 1234567890, None]


STATES = [
    ("[deleted]", "still here", "account_deleted"),
    ("[deleted]", "[deleted]", "deleted_by_author"),
    ("sample_a", "[removed]", "removed_by_moderator"),
    ("[deleted]", "[removed]", "removed_by_moderator"),
    ("sample_a", "[deleted]", "deleted_unknown"),
    ("sample_a", "hello", "present"),
]


@pytest.mark.parametrize(("author", "text", "state"), STATES)
def test_what_became_of_an_item(tmp_path: Path, author: str, text: str, state: str) -> None:  # FMT-T16
    (post,) = made(tmp_path, as_lines(thing(1, author=author, body=text, author_fullname=None))).posts
    assert (post.deletion_state, post.text_norm) == (state, text)
    assert post.author_handle == (None if author == "[deleted]" else author)


def test_dumps_name_when_they_were_taken_and_what_vanished_later(tmp_path: Path) -> None:
    meta = {"was_deleted_later": True, "removal_type": "deleted", "retrieved_2nd_on": 1_600_200_000}
    (post,) = made(tmp_path, as_lines(thing(1, _meta=meta))).posts
    assert post.text_norm == "late & again"
    assert post.observed_at is not None
    assert post.deletion_observed_at is not None
    assert (post.deletion_state, post.observed_at.timestamp()) == ("deleted_unknown", 1_600_100_000)
    assert (post.reply_to, post.thread_root, post.counts and post.counts["likes"]) == (
        "reddit:t3_top",
        "reddit:t3_top",
        3,
    )


def test_answers_lie_inside_their_parents_and_what_is_missing_is_said(tmp_path: Path) -> None:
    found = made(tmp_path, LISTING)
    assert [(post.native_id, post.reply_to) for post in found.posts] == [
        ("t3_top", None),
        ("t1_abc1", "reddit:t3_top"),
        ("t1_abc2", "reddit:t1_abc1"),
    ]
    assert found.posts[0].text_norm == "A title"
    assert any(note.startswith("thread_incomplete") for note in found.report.notes)

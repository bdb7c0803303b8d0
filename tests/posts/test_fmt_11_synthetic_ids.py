"""FMT-T11: Facebook names no ids: twins stay two, the same file twice adds nothing, nothing is merged by its text."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.make_exports import as_json, comment, zipped
from tests.posts.written import made

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

"""What was erased is in no file and never comes in again; a deletion by its author erases nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet

from evenhand.posts import Recognised, recognise
from evenhand.web.record.verify import verify
from evenhand.web.sources import models
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import query
from evenhand.web.sources.retention import erase_posts
from evenhand.web.sources.sealing import path_of


def tweets(folder: Path, name: str, *numbers: int) -> Recognised:
    return recognise(jsonl(folder / name, [v1_tweet(str(n), f"wordabout{n}") for n in numbers]))


def bytes_of(desk: Desk) -> bytes:
    return b"".join(path.read_bytes() for path in desk.home.corpus.rglob("*") if path.is_file())


def keys() -> list[str]:
    return sorted(query("SELECT record_key FROM observations")["record_key"].to_pylist())


@pytest.fixture
def erased(desk: Desk, tmp_path: Path) -> Desk:
    import_file(recognised=tweets(tmp_path, "first.jsonl", 1, 2, 3), ctx=desk.ctx)
    assert erase_posts(["x:2"], desk.ctx) == 1
    return desk


def test_an_erased_post_is_in_no_file_and_its_source_is_gone(erased: Desk) -> None:  # FMT-C3
    assert keys() == ["x:1", "x:3"]
    row = models.Import.objects.get()
    assert (row.key_id, row.wrapped_key) == ("", "") and not path_of(erased.home, row.id).exists()
    assert b"wordabout2" not in bytes_of(erased)
    assert b"x:2" not in erased.home.database.read_bytes()
    assert verify(erased.ctx).exit_code != 1


def test_the_same_again_adds_nothing_and_counts_it(erased: Desk, tmp_path: Path) -> None:  # FMT-C3
    again = import_file(recognised=tweets(tmp_path, "again.jsonl", 2), ctx=erased.ctx)
    assert (again.id, again.ingested.posts, again.ingested.suppressed) == ("", 0, 1)
    assert models.Import.objects.count() == 1


def test_what_comes_with_it_comes_in_and_the_file_is_not_kept(erased: Desk, tmp_path: Path) -> None:
    beside = import_file(recognised=tweets(tmp_path, "beside.jsonl", 2, 4), ctx=erased.ctx)
    assert (beside.ingested.posts, beside.ingested.suppressed) == (1, 1)
    row = models.Import.objects.get(pk=beside.id)
    assert (row.key_id, row.suppressed, row.posts) == ("", 1, 1)
    assert keys() == ["x:1", "x:3", "x:4"]
    assert b"wordabout2" not in bytes_of(erased)
    assert verify(erased.ctx).exit_code != 1


def test_a_deletion_of_an_erased_post_names_it_nowhere(erased: Desk, tmp_path: Path) -> None:
    gone = {"delete": {"status": {"id_str": "2", "user_id_str": "8001"}}}
    import_file(recognised=recognise(jsonl(tmp_path / "gone.jsonl", [gone, v1_tweet("5", "five")])), ctx=erased.ctx)
    assert query("SELECT * FROM events").num_rows == 0
    assert "x:2" not in keys()


def test_a_deletion_by_its_author_erases_nothing(desk: Desk, tmp_path: Path) -> None:  # FMT-C3
    import_file(recognised=tweets(tmp_path, "first.jsonl", 1), ctx=desk.ctx)
    gone = {"delete": {"status": {"id_str": "1", "user_id_str": "8001"}}}
    import_file(recognised=recognise(jsonl(tmp_path / "gone.jsonl", [gone]), as_format="x_api"), ctx=desk.ctx)
    row = query("SELECT deletion_state, text_norm FROM posts").to_pylist()
    assert row == [{"deletion_state": "deleted_by_author", "text_norm": "wordabout1"}]
    assert not models.Suppressed.objects.exists()


def test_a_list_that_was_shortened_is_found(erased: Desk) -> None:
    assert erase_posts(["x:2"], erased.ctx) == 0  # again: nothing new on the list
    assert models.Suppressed.objects.count() == 1
    models.Suppressed.objects.all().delete()
    assert verify(erased.ctx).exit_code == 1

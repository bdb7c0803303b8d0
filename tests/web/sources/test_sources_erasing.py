"""An erased post goes from the corpus and from the sealed copies of the files it came in, whatever their age."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.kill import killed_at_call

from evenhand.corpus import Corpus
from evenhand.errors import UsageError
from evenhand.posts import recognise
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.keys import KeyRefused, unwrap
from evenhand.web.record.verify import verify
from evenhand.web.sources import models
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.compaction import remove_retired
from evenhand.web.sources.queries import corpus_here, query
from evenhand.web.sources.retention import erase_posts
from evenhand.web.sources.sealing import path_of


@pytest.fixture
def imported(desk: Desk, tmp_path: Path) -> models.Import:
    posts = jsonl(tmp_path / "posts.jsonl", [v1_tweet(str(n), f"secret words {n}") for n in (1, 2, 3)])
    import_file(recognised=recognise(posts), ctx=desk.ctx, basis="a test")
    return models.Import.objects.get()


def test_one_post_goes_and_the_copy_of_its_file_is_replaced(desk: Desk, imported: models.Import) -> None:
    assert erase_posts(["x:2", "x:77"], desk.ctx).rows == 1
    assert [row["native_id"] for row in query("SELECT native_id FROM observations ORDER BY 1").to_pylist()] == [
        "1",
        "3",
    ]
    parquet = b"".join(path.read_bytes() for path in desk.home.corpus.rglob("*.parquet"))
    assert b"secret words 2" not in parquet and b"secret words 1" in parquet
    assert not path_of(desk.home, imported.id).exists()
    with pytest.raises(KeyRefused):
        unwrap(imported.key_id, actor=SYSTEM, purpose="test")  # type: ignore[arg-type] # a key's id
    assert verify(desk.ctx).exit_code == 0
    assert erase_posts(["x:2"], desk.ctx).rows == 0, "twice is once"


def test_a_file_under_a_hold_stays_and_so_do_its_posts(
    desk: Desk, imported: models.Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenhand.web.record import deleting

    monkeypatch.setattr(deleting, "_HOLDERS", [lambda ids: set(ids) & {imported.id}])
    with pytest.raises(UsageError, match="legal hold"):
        erase_posts(["x:2"], desk.ctx)
    assert query("SELECT count(*) AS n FROM observations").to_pylist() == [{"n": 3}]


def test_cut_right_after_its_commit_the_words_go_with_the_next_clean_up(desk: Desk, imported: models.Import) -> None:
    assert imported.posts == 3
    assert killed_at_call(Corpus, "retire", lambda _said: erase_posts(["x:2"], desk.ctx), before=True) == []
    assert query("SELECT count(*) AS n FROM observations").to_pylist() == [{"n": 2}]
    assert remove_retired(desk.ctx) == 1
    assert corpus_here(desk.home).strays() == [], "a file that nobody names holds the words"

"""An erased post goes from the corpus and from the sealed copies of the files it came in, whatever their age."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet, v2_page, v2_tweet
from tests.kill import killed_at_call

from evenhand.corpus import Corpus
from evenhand.errors import UsageError
from evenhand.posts import recognise
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.keys import KeyRefused, unwrap
from evenhand.web.record.verify import verify
from evenhand.web.sources import models
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.compaction import remove_retired
from evenhand.web.sources.queries import corpus_here, query
from evenhand.web.sources.retention import erase_posts
from evenhand.web.sources.sealing import path_of, sealed_source


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


WORDS = "words that somebody wrote and wants gone"
ANSWER = "I do not agree with a line of it"


def brought(desk: Desk, path: Path, tweets: list[dict[str, Any]]) -> models.Import:
    return import_file(recognised=recognise(jsonl(path, tweets)), ctx=desk.ctx, basis="a test")


def shared(native_id: str, of: dict[str, Any]) -> dict[str, Any]:
    return v1_tweet(native_id, f"RT @somebody: {of['full_text']}", retweeted_status=of)


def quoting(native_id: str, of: dict[str, Any]) -> dict[str, Any]:
    return v1_tweet(native_id, ANSWER, quoted_status=of, quoted_status_id_str=of["id_str"], is_quote_status=True)


def everything(desk: Desk) -> bytes:
    """Return all that the corpus and the sealed copies of files hold, opened."""
    found = [path.read_bytes() for path in desk.home.corpus.rglob("*.parquet")]
    rows = query("SELECT text_norm, side FROM observations").to_pylist()
    for row in models.Import.objects.exclude(key_id=""):
        source = sealed_source(
            desk.home, row.held_as, name="a.jsonl", sha256=row.sha256, key=KeyId(row.key_id),
            wrapped=bytes.fromhex(row.wrapped_key),
        )  # fmt: skip
        with source.open() as stream:
            found.append(stream.read())
    return b"".join(found) + repr(rows).encode()


def test_what_others_shared_of_it_goes_too_and_what_they_say_of_it_stays(desk: Desk, tmp_path: Path) -> None:
    post = v1_tweet("1", WORDS)
    brought(desk, tmp_path / "a.jsonl", [post, v1_tweet("9", "another")])
    brought(desk, tmp_path / "b.jsonl", [shared("2", post), quoting("3", post), v1_tweet("8", "one more")])
    assert WORDS.encode() in everything(desk)
    assert erase_posts(["x:1"], desk.ctx).rows == 2
    assert WORDS.encode() not in everything(desk)
    left = query("SELECT native_id, text_norm FROM observations ORDER BY 1").to_pylist()
    assert [(row["native_id"], row["text_norm"]) for row in left] == [
        ("3", ANSWER),
        ("8", "one more"),
        ("9", "another"),
    ]
    assert models.Import.objects.exclude(key_id="").count() == 2, "the copies are there, with these records blanked"
    assert verify(desk.ctx).exit_code == 0


@pytest.mark.parametrize("shares", [1, 0])
def test_a_file_that_brings_it_again_in_anothers_record_is_kept_without_it(
    desk: Desk, tmp_path: Path, shares: int
) -> None:
    post = v1_tweet("1", WORDS)
    brought(desk, tmp_path / "a.jsonl", [post, v1_tweet("9", "another")])
    erase_posts(["x:1"], desk.ctx)
    brought(desk, tmp_path / "b.jsonl", [shared("2", post)] * shares + [quoting("3", post), v1_tweet("8", "one more")])
    assert models.Import.objects.exclude(key_id="").count() == 2
    assert WORDS.encode() not in everything(desk)
    left = query("SELECT native_id FROM observations ORDER BY 1").to_pylist()
    assert [row["native_id"] for row in left] == ["3", "8", "9"]


def test_what_stands_in_a_held_file_stays_there(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.web.record import deleting

    post = v1_tweet("1", WORDS)
    brought(desk, tmp_path / "a.jsonl", [post, v1_tweet("9", "another")])
    brought(desk, tmp_path / "b.jsonl", [quoting("3", post), v1_tweet("8", "one more")])
    kept = models.Import.objects.get(name_id__isnull=False, posts=2, id=query_source("3"))
    monkeypatch.setattr(deleting, "_HOLDERS", [lambda ids: set(ids) & {kept.id}])
    assert erase_posts(["x:1"], desk.ctx).rows == 1
    assert path_of(desk.home, kept.held_as).exists()


def query_source(native_id: str) -> str:
    (row,) = query("SELECT source_sha256 FROM observations WHERE native_id = ?", [native_id]).to_pylist()
    return models.Import.objects.get(sha256=row["source_sha256"]).id


def test_a_file_with_a_post_nobody_is_named_for_still_comes_in_after_an_erasure(desk: Desk, tmp_path: Path) -> None:
    brought(desk, tmp_path / "a.jsonl", [v1_tweet("1", WORDS), v1_tweet("9", "another")])
    erase_posts(["x:1"], desk.ctx)
    hidden = {
        "value": "77", "detail": "Could not find tweet with pinned_tweet_id: [77].", "title": "Not Found Error",
        "resource_type": "tweet", "parameter": "ids", "resource_id": "77",
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }  # fmt: skip
    page = v2_page([v2_tweet("5", "hello again")], errors=[hidden])
    (tmp_path / "page.json").write_text(json.dumps(page), "utf-8")
    import_file(recognised=recognise(tmp_path / "page.json"), ctx=desk.ctx, basis="a test")
    found = query("SELECT native_id FROM observations ORDER BY 1").to_pylist()
    assert [row["native_id"] for row in found] == ["5", "77", "9"]

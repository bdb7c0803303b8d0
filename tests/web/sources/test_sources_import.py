"""An import is one act: corpus, sealed copy, manifest and record together, or none of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connections, transaction
from django_tasks_db.models import DBTaskResult
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.posts import Recognised, recognise
from evenhand.web.record import outbox
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.keys import KeyRefused, living_keys, unwrap
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import verify
from evenhand.web.sources import actions, models
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import corpus_here, query
from evenhand.web.sources.retention import forget_due, forget_sources
from evenhand.web.sources.sealing import open_copy, path_of


@pytest.fixture
def tweets(tmp_path: Path) -> Recognised:
    return recognise(jsonl(tmp_path / "tweets of somebody.jsonl", [v1_tweet(str(n), f"word{n}") for n in range(1, 4)]))


def files(desk: Desk) -> list[str]:
    found = desk.home.corpus.rglob("*")
    return sorted(p.name for p in found if p.is_file() and p.name != "lock")


def holds(desk: Desk) -> bool:
    return verify(desk.ctx).exit_code != 1


def test_one_import_is_whole(desk: Desk, tweets: Recognised) -> None:
    imported = import_file(recognised=tweets, ctx=desk.ctx, basis="consent of the account's owner")
    row = models.Import.objects.get()
    assert (row.id, row.posts, row.sha256) == (imported.id, 3, tweets.source.sha256)
    assert query("SELECT count(*) AS n FROM posts").to_pylist() == [{"n": 3}]
    copy = b"".join(
        open_copy(
            desk.home,
            row.id,
            key=KeyId(row.key_id),
            wrapped=bytes.fromhex(row.wrapped_key),
            actor=SYSTEM,
            purpose="test",
        )
    )
    assert copy == tweets.source.path.read_bytes()
    assert b"word1" not in path_of(desk.home, row.id).read_bytes()
    texts = open_texts([row.name_id, row.basis_id], actor=SYSTEM, purpose="test", ctx=desk.ctx)
    assert set(texts.values()) == {"tweets of somebody.jsonl", "consent of the account's owner"}
    assert b"somebody" not in desk.home.database.read_bytes()
    assert holds(desk)


def test_the_same_file_twice_leaves_no_trace(desk: Desk, tweets: Recognised) -> None:
    import_file(recognised=tweets, ctx=desk.ctx)
    before = files(desk)
    again = import_file(recognised=tweets, ctx=desk.ctx)
    assert (again.id, again.ingested.posts, again.ingested.merged) == ("", 0, 3)
    assert (files(desk), models.Import.objects.count()) == (before, 1)


def test_another_file_with_the_same_posts_is_kept_and_recorded(desk: Desk, tweets: Recognised, tmp_path: Path) -> None:
    import_file(recognised=tweets, ctx=desk.ctx)
    other = tmp_path / "other.jsonl"
    other.write_bytes(tweets.source.path.read_bytes() + b"\n")
    imported = import_file(recognised=recognise(other), ctx=desk.ctx)
    row = models.Import.objects.get(pk=imported.id)
    assert (row.posts, row.merged, path_of(desk.home, row.id).is_file()) == (0, 3, True)


@pytest.mark.parametrize("place", ["seal_copy", "seal_text", "recording"])
def test_an_import_that_fails_anywhere_leaves_nothing(
    desk: Desk, tweets: Recognised, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    keys = living_keys()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(actions, place, full)
    with pytest.raises(OSError, match="No space"):
        import_file(recognised=tweets, ctx=desk.ctx)
    assert files(desk) == []
    assert (models.Import.objects.count(), models.CorpusFile.objects.count()) == (0, 0)
    assert living_keys() == keys


def test_bulk_data_needs_a_basis(desk: Desk, tmp_path: Path) -> None:  # FMT-C25
    path = tmp_path / "dump.csv"
    path.write_text("id,subreddit,created_utc,body\n1,s,1600000000,hello\n")
    with pytest.raises(UsageError, match="lawful basis"):
        import_file(recognised=recognise(path), ctx=desk.ctx)
    assert files(desk) == []
    assert import_file(recognised=recognise(path), ctx=desk.ctx, basis="research agreement 7").ingested.posts == 1


def test_a_changed_manifest_row_is_found(desk: Desk, tweets: Recognised) -> None:
    import_file(recognised=tweets, ctx=desk.ctx)
    assert holds(desk)
    models.CorpusFile.objects.update(rows=99)
    assert not holds(desk)


def test_sources_and_texts_are_forgotten_on_time(desk: Desk, tweets: Recognised) -> None:  # FMT-C27
    import_file(recognised=tweets, ctx=desk.ctx)
    row = models.Import.objects.get()

    def after(days: int) -> Context:
        return Context(now=lambda: desk.ctx.now() + timedelta(days=days), random=desk.ctx.random)

    assert forget_due(after(29)) == 0
    assert forget_due(after(31)) == 4
    assert query("SELECT count(*) AS n FROM posts WHERE text_norm IS NOT NULL").to_pylist() == [{"n": 0}]
    assert len([name for name in files(desk) if name.endswith(".parquet")]) == 1
    assert not path_of(desk.home, row.id).exists()
    with pytest.raises(KeyRefused):
        unwrap(KeyId(row.key_id), actor=SYSTEM, purpose="test")
    row.refresh_from_db()
    assert (row.key_id, row.sha256) == ("", tweets.source.sha256)
    assert forget_due(after(32)) == 0
    assert holds(desk)
    assert forget_due(after(91)) == 3
    assert query("SELECT * FROM observations").num_rows == 0
    assert corpus_here().strays() == []
    assert holds(desk)


def test_forgetting_nothing_writes_nothing(desk: Desk) -> None:
    assert forget_sources(ctx=desk.ctx, home=desk.home) == 0


def jobs() -> int:
    return int(DBTaskResult.objects.filter(args_kwargs__args__0=actions.SCREEN_POSTS).count())


def test_the_job_is_there_exactly_if_the_import_is(
    desk: Desk, tweets: Recognised, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as patched, pytest.raises(OperationalError, match="disk is full"):
        patched.setattr(type(connections["default"]), "_commit", full)
        import_file(recognised=tweets, ctx=desk.ctx)
    assert (jobs(), models.Import.objects.count(), files(desk)) == (0, 0, [])
    import_file(recognised=tweets, ctx=desk.ctx)
    assert (jobs(), models.Import.objects.count()) == (1, 1)
    import_file(recognised=tweets, ctx=desk.ctx)
    assert jobs() == 1


def test_an_import_stands_without_the_desk_app(desk: Desk, tweets: Recognised, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_JOBS", {})
    assert import_file(recognised=tweets, ctx=desk.ctx).ingested.posts == 3
    assert jobs() == 0


def test_an_import_inside_another_transaction_is_refused(desk: Desk, tweets: Recognised) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="commits by itself"):
        import_file(recognised=tweets, ctx=desk.ctx)
    assert files(desk) == []

"""FMT-C26: kill -9 at random moments of imports: whoever looks afterwards sees each import whole or not at all."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.kill import FAIL_POINTS, Acknowledge, Work, die, finished, killed_after, killed_at, points, random_delays

from evenhand.context import Context
from evenhand.corpus import importing
from evenhand.posts import recognise
from evenhand.web.record.verify import verify
from evenhand.web.sources import actions, blanking, models, retention, sealing
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import blanked_copies, corpus_here, query, stray_copies
from evenhand.web.sources.retention import erase_posts

pytestmark = pytest.mark.slow
TWEETS = 5


def export(folder: Path, number: int) -> Path:
    tweets = [v1_tweet(str(number * 1000 + n)) for n in range(TWEETS)]
    return jsonl(folder / f"{number}.jsonl", [*tweets, {"delete": {"status": {"id_str": str(number * 1000)}}}])


def import_for_ever(folder: Path, ctx: Context, first: int, rounds: int = 100) -> Work:
    """Return work that imports one new file after the other, acknowledging each."""

    def work(acknowledge: Acknowledge) -> None:
        for number in range(first, first + rounds):
            recognised = recognise(export(folder, number))
            import_file(recognised=recognised, ctx=ctx)
            acknowledge(recognised.source.sha256)

    return work


def jobs() -> int:
    from django_tasks_db.models import DBTaskResult

    return int(DBTaskResult.objects.filter(args_kwargs__args__0=actions.SCREEN_POSTS).count())


def holds(acknowledged: set[str]) -> None:
    imports = list(models.Import.objects.all())
    assert acknowledged <= {row.sha256 for row in imports}, "an acknowledged import was lost"
    assert jobs() == len(imports), "an import without its job, or the other way round"
    (seen,) = query("SELECT count(*) AS n, count(text_norm) AS whole FROM observations").to_pylist()
    assert seen == {"n": TWEETS * len(imports), "whole": TWEETS * len(imports)}
    corpus = corpus_here()
    files = corpus.manifest.files()
    assert len(files) == 2 * len(imports)
    assert all(corpus.path(file).stat().st_size == file.size for file in files)


def nothing_is_left_over(desk: Desk) -> None:
    corpus = corpus_here()
    assert (corpus.strays(), stray_copies(desk.home)) == ([], [])
    assert [path.name for path in corpus.work.iterdir() if path.is_file()] == ["lock"]
    assert {path.stem for path in (desk.home.corpus / "sources").iterdir()} == {
        row.held_as for row in models.Import.objects.all()
    }


def test_each_import_is_whole_or_absent(desk: Desk, tmp_path: Path) -> None:
    ctx = Context(now=desk.ctx.now, random=secrets.token_bytes)
    began = time.perf_counter()
    acknowledged = set(finished(import_for_ever(tmp_path, ctx, 1_000_000, rounds=2)))
    longest_life = time.perf_counter() - began  # so that a slow machine sees as many imports through as a fast one
    left_over, delays = 0, random_delays(points(60, 1_000), longest_life, "import")
    # On a machine that slows down on the way, some more that live longer.
    for number, delay in enumerate([*delays, *(longest_life * more for more in range(2, 12))]):
        if number >= len(delays) and len(acknowledged) > 10:
            break
        acknowledged |= set(killed_after(delay, import_for_ever(tmp_path, ctx, 1 + number * 100)))
        holds(acknowledged)
        left_over += len(corpus_here().strays()) + len(stray_copies(desk.home))
    assert len(acknowledged) > 10, "too few imports were seen through to say anything"
    assert left_over, "no kill ever came between a whole file and its commit"
    import_file(recognised=recognise(export(tmp_path, 0)), ctx=ctx)
    nothing_is_left_over(desk)
    assert verify(desk.ctx).exit_code != 1


def _dies(owner: object, name: str) -> Callable[[], None]:
    return lambda: setattr(owner, name, die)


def dies_naming(ending: str, *, after: bool) -> Callable[[], None]:
    """Die as a whole file with this ending gets its name: it was announced before, or nobody would ever find it."""

    def doom() -> None:
        rename = Path.rename

        def renamed(self: Path, target: Any) -> Path:
            ours = str(target).endswith(ending)
            if ours and not after:
                die()
            named = rename(self, target)
            if ours:
                die()
            return named

        setattr(Path, "rename", renamed)  # noqa: B010 this process ends there

    return doom


STEPS = {
    "observations announced": dies_naming(".parquet", after=False),
    "observations named": dies_naming(".parquet", after=True),
    "observations whole": _dies(importing, "_settle_events"),
    "sealed copy announced": dies_naming(".sealed", after=False),
    "sealed copy named": dies_naming(".sealed", after=True),
    "sealed copy whole": _dies(sealing, "sync_folder"),
    "before record": _dies(actions, "_record"),
    "before commit": FAIL_POINTS["before commit"],
    "after commit": FAIL_POINTS["after commit"],
}


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    ctx = Context(now=desk.ctx.now, random=secrets.token_bytes)
    monkeypatch.setitem(FAIL_POINTS, "import", STEPS[step])
    holds(set(killed_at("import", import_for_ever(tmp_path, ctx, 1))))
    before = models.Import.objects.count()
    assert before < 5, "the step was never reached"
    import_file(recognised=recognise(export(tmp_path, 77)), ctx=ctx)
    assert models.Import.objects.count() == before + 1
    nothing_is_left_over(desk)


def _dies_at_its_commit(*, after: bool) -> Callable[[], None]:
    """Die at the commit of the import itself, not at one of those before it."""

    def doom() -> None:
        owner: Any = type(connections["default"])  # its method for a commit is Django's own
        record, commit = actions._record, owner._commit

        def committed(self: Any) -> None:
            if after:
                commit(self)
            die()

        def doomed(*args: Any, **more: Any) -> str:
            owner._commit = committed  # this process ends there
            return record(*args, **more)

        actions._record = doomed

    return doom


WITHOUT = {
    "copy announced": dies_naming(".sealed", after=False),
    "copy named": dies_naming(".sealed", after=True),
    "copy whole": _dies(blanking, "check"),
    "copy proved": _dies(blanking, "check_unchanged"),
    "before record": _dies(actions, "_record"),
    "before commit": _dies_at_its_commit(after=False),
    "after commit": _dies_at_its_commit(after=True),
}


@pytest.mark.parametrize("step", WITHOUT)
def test_killed_while_a_file_with_something_erased_comes_in(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Its words are on no disk at any moment, and the import is whole or was not."""
    ctx = Context(now=desk.ctx.now, random=secrets.token_bytes)
    import_file(recognised=recognise(jsonl(tmp_path / "a.jsonl", [v1_tweet("1", "one"), v1_tweet("2")])), ctx=ctx)
    erase_posts(["x:2"], ctx)
    later = jsonl(tmp_path / "b.jsonl", [v1_tweet("2", "secret words of the erased"), v1_tweet("3", "three")])
    monkeypatch.setitem(FAIL_POINTS, "import", WITHOUT[step])
    assert killed_at("import", lambda _said: import_file(recognised=recognise(later), ctx=ctx)) == []
    there = models.Import.objects.count() == 2
    assert there == (step == "after commit") == (len(blanked_copies()) == 2)
    import_file(recognised=recognise(later), ctx=ctx)
    assert models.Import.objects.count() == 2 and len(blanked_copies()) == 2
    on_disk = b"".join(path.read_bytes() for path in desk.home.root.rglob("*") if path.is_file())
    assert b"secret words" not in on_disk
    nothing_is_left_over(desk)
    assert verify(ctx).exit_code != 1


def test_an_import_after_an_erasure_that_was_killed_and_itself_killed_brings_nothing_back(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the erasure was done but its first step; the next run of it finishes."""
    ctx = Context(now=desk.ctx.now, random=secrets.token_bytes)
    import_file(recognised=recognise(jsonl(tmp_path / "a.jsonl", [v1_tweet("1"), v1_tweet("2")])), ctx=ctx)
    monkeypatch.setitem(FAIL_POINTS, "erase", _dies(retention, "replace_copies"))
    assert killed_at("erase", lambda _said: erase_posts(["x:2"], ctx)) == []
    later = jsonl(tmp_path / "b.jsonl", [v1_tweet("2", "secret words of the erased"), v1_tweet("3", "three")])
    for step in ("before record", "before commit"):
        monkeypatch.setitem(FAIL_POINTS, "import", WITHOUT[step])
        assert killed_at("import", lambda _said: import_file(recognised=recognise(later), ctx=ctx)) == []
    import_file(recognised=recognise(later), ctx=ctx)
    on_disk = b"".join(path.read_bytes() for path in desk.home.root.rglob("*") if path.is_file())
    assert b"secret words" not in on_disk and len(blanked_copies()) == 1
    erase_posts(["x:2"], ctx)
    held = query("SELECT record_key FROM observations ORDER BY record_key").to_pylist()
    assert [row["record_key"] for row in held] == ["x:1", "x:3"] and len(blanked_copies()) == 2
    nothing_is_left_over(desk)
    assert verify(ctx).exit_code != 1

"""FMT-C26: kill -9 at random moments of imports: whoever looks afterwards sees each import whole or not at all."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.kill import Acknowledge, Work, die, killed_after, points, random_delays

from evenhand.context import Context
from evenhand.posts import recognise
from evenhand.web.record.verify import verify
from evenhand.web.sources import actions, models, sealing
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import corpus_here, query, stray_copies

pytestmark = pytest.mark.slow
TWEETS = 5
# Most of an import's time goes by before its commit; the longest life here sees several imports through.
LONGEST_LIFE = 0.5


def export(folder: Path, number: int) -> Path:
    tweets = [v1_tweet(str(number * 1000 + n)) for n in range(TWEETS)]
    return jsonl(folder / f"{number}.jsonl", [*tweets, {"delete": {"status": {"id_str": str(number * 1000)}}}])


def import_for_ever(folder: Path, ctx: Context, first: int) -> Work:
    """Return work that imports one new file after the other, acknowledging each."""

    def work(acknowledge: Acknowledge) -> None:
        for number in range(first, first + 100):
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
    (seen,) = query("SELECT count(*) AS n, count(text_norm) AS whole FROM posts").to_pylist()
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
        row.id for row in models.Import.objects.all()
    }


def test_each_import_is_whole_or_absent(desk: Desk, tmp_path: Path) -> None:
    ctx = Context(now=desk.ctx.now, random=secrets.token_bytes)
    acknowledged: set[str] = set()
    left_over = 0
    for number, delay in enumerate(random_delays(points(100, 1_000), LONGEST_LIFE, "import")):
        acknowledged |= set(killed_after(delay, import_for_ever(tmp_path, ctx, 1 + number * 100)))
        holds(acknowledged)
        left_over += len(corpus_here().strays()) + len(stray_copies(desk.home))
    assert len(acknowledged) > 30, "too few imports were seen through to say anything"
    assert left_over, "no kill ever came between a whole file and its commit"
    import_file(recognised=recognise(export(tmp_path, 0)), ctx=ctx)
    nothing_is_left_over(desk)
    assert verify(desk.ctx).exit_code != 1


@pytest.mark.parametrize("place", ["publish", "seal", "record", "commit"])
def test_killed_at_each_step(desk: Desk, tmp_path: Path, place: str) -> None:
    ctx = Context(now=desk.ctx.now, random=secrets.token_bytes)
    path = export(tmp_path, 1)

    def work(acknowledge: Acknowledge) -> None:
        STEPS[place]()
        import_file(recognised=recognise(path), ctx=ctx)
        acknowledge("survived")

    assert killed_after(60, work) == []
    holds(set())
    assert import_file(recognised=recognise(path), ctx=ctx).ingested.posts == TWEETS
    holds(set())
    nothing_is_left_over(desk)


def _publish() -> None:
    from evenhand.corpus import importing, store

    importing._settle_events = die
    assert store.publish


def _seal() -> None:
    sealing.SealedCopy.__post_init__ = die  # type: ignore[attr-defined]


def _record() -> None:
    actions._record = die


def _commit() -> None:
    from django.db import connection

    type(connection)._commit = die  # type: ignore[method-assign]


STEPS = {"publish": _publish, "seal": _seal, "record": _record, "commit": _commit}

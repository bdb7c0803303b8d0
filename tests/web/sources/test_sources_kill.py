"""FMT-C26: kill -9 at random points of imports: whoever looks afterwards sees each import whole or not at all."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.kill import Acknowledge, killed_after, points, random_delays

from evenhand.context import Context
from evenhand.posts import recognise
from evenhand.web.record.verify import verify
from evenhand.web.sources import models
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import corpus_here, query

pytestmark = pytest.mark.slow
TWEETS = 40


def exports(folder: Path, count: int = 6) -> list[Path]:
    return [
        jsonl(
            folder / f"{number}.jsonl",
            [v1_tweet(str(number * 1000 + n)) for n in range(TWEETS)]
            + [{"delete": {"status": {"id_str": str(number * 1000)}}}],
        )
        for number in range(1, count + 1)
    ]


def test_each_import_is_whole_or_absent(desk: Desk, tmp_path: Path) -> None:
    paths = exports(tmp_path)
    ctx = Context(now=desk.ctx.now, random=secrets.token_bytes)

    def work(acknowledge: Acknowledge) -> None:
        for path in paths:
            recognised = recognise(path)
            import_file(recognised=recognised, ctx=ctx)
            acknowledge(recognised.source.sha256)

    for delay in random_delays(points(6, 200), 1.2, "import"):
        acknowledged = killed_after(delay, work)
        assert set(acknowledged) - {"end"} <= {row.sha256 for row in models.Import.objects.all()}
        told = sum(row.posts for row in models.Import.objects.all())
        (seen,) = query("SELECT count(*) AS n, count(text_norm) AS whole FROM posts").to_pylist()
        assert seen == {"n": told, "whole": told}
        assert told % TWEETS == 0
        corpus = corpus_here()
        for file in corpus.manifest.files():
            assert corpus.path(file).stat().st_size == file.size
    import_all = [import_file(recognised=recognise(path), ctx=ctx) for path in paths]
    assert import_all
    assert query("SELECT count(*) AS n FROM posts").to_pylist() == [{"n": TWEETS * len(paths)}]
    assert [path.name for path in corpus_here().work.iterdir() if path.is_file()] == ["lock"]
    assert verify(desk.ctx).exit_code != 1

"""A disk that is really full, at every size: one line, exit 2, nothing half-written, and the next one works."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.kill import Acknowledge, finished

from evenhand import cli
from evenhand.posts import recognise
from evenhand.web.record.verify import verify
from evenhand.web.sources import models
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import query

pytestmark = pytest.mark.slow
KIB = 1024


@pytest.fixture(autouse=True)
def installed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The installation is ready; its key service runs in this process, whose disk is not full."""
    monkeypatch.setattr("evenhand.cli.imports.ready", lambda home, *, create=True: None)
    monkeypatch.setattr("evenhand.cli.export.ready", lambda home, *, create=True: None)
    return iter([None])


def with_files_up_to(size: int, *arguments: str | Path) -> int:
    """Run a command in a child that cannot write a file beyond `size` bytes, and return its exit code."""

    def work(acknowledge: Acknowledge) -> None:
        # Python ignores SIGXFSZ, so a write beyond the limit is an error as on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            cli.main([*map(str, arguments)])
        except SystemExit as left:
            acknowledge(str(left.code))

    (code,) = finished(work)
    return int(code)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != "lock")


@pytest.mark.parametrize("size", [2 * KIB, 16 * KIB, 36 * KIB, 48 * KIB, 64 * KIB, 96 * KIB])
def test_an_import(desk: Desk, tmp_path: Path, capfd: pytest.CaptureFixture[str], size: int) -> None:
    texts = [" ".join(str(hash((n, m)) % 10**9) for m in range(12)) for n in range(30)]
    path = jsonl(tmp_path / "a.jsonl", [v1_tweet(str(n + 1), text) for n, text in enumerate(texts)])
    code = with_files_up_to(size, "import", path, "--corpus", desk.home.corpus)
    err = capfd.readouterr().err
    assert code == 2
    assert len([line for line in err.splitlines() if line.startswith("evenhand: ")]) == 1
    assert "Traceback" not in err
    assert names(desk.home.corpus) == []
    assert (models.Import.objects.count(), models.CorpusFile.objects.count()) == (0, 0)
    assert import_file(recognised=recognise(path), ctx=desk.ctx).ingested.posts == 30
    assert verify(desk.ctx).exit_code != 1


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_an_export(desk: Desk, tmp_path: Path, capfd: pytest.CaptureFixture[str], ending: str) -> None:
    path = jsonl(tmp_path / "a.jsonl", [v1_tweet(str(n), f"word{n}") for n in range(1, 1000)])
    import_file(recognised=recognise(path), ctx=desk.ctx)
    out = tmp_path / "out"
    out.mkdir()
    target = out / f"posts.{ending}"
    # Below 32 KiB SQLite cannot open its database; above, it is the export that does not fit.
    for size in (8 * KIB, 40 * KIB):
        assert with_files_up_to(size, "export", "--corpus", desk.home.corpus, "--to", target) == 2
        err = capfd.readouterr().err
        assert len([line for line in err.splitlines() if line.startswith("evenhand: ")]) == 1
        assert "Traceback" not in err
        assert names(out) == []
    assert query("SELECT count(*) AS n FROM posts").to_pylist() == [{"n": 999}]
    assert with_files_up_to(100_000 * KIB, "export", "--corpus", desk.home.corpus, "--to", target) == 0
    assert names(out) == [target.name]

"""`evenhand statistics`: publish once, keep the files, verify them; every refusal is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.web.publish.statistics_room import report

from evenhand.cli import main
from evenhand.web.publish.models import PublishedReport

pytestmark = pytest.mark.slow


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as leaving:
        main(["statistics", *words])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    code = leaving.value.code
    return code if isinstance(code, int) else 0, printed.out, printed.err


def test_published_kept_and_verified(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(11):
        report(desk.ctx, number)
    home, kept = ("--dir", str(desk.home.root)), tmp_path / "kept"
    code, out, _ = run(
        capsys, "publish", "--period", "2026-Q1", "--members", "48000", "--to", str(kept), "--json", *home
    )  # fmt: skip
    row = PublishedReport.objects.get()
    assert code == 0 and json.loads(out)["digest"] == row.id
    assert (kept / "statistics-2026-Q1.json").read_text() == row.text
    assert (kept / "statistics-2026-Q1.csv").read_bytes().decode() == row.csv
    code, out, err = run(capsys, "verify", str(kept), *home, "--json")
    assert code == 0 and json.loads(out)[0]["verdict"] == "holds" and "exactly these numbers" in err
    code, out, err = run(capsys, "publish", "--period", "2026-Q1", *home)
    assert (code, out) == (2, "") and "published already" in err and len(err.splitlines()) == 1
    code, out, _ = run(capsys, "publish", "--period", "2026-Q1", "--correct", "A letter was counted twice.", *home)
    assert code == 0 and "Published: 2026-Q1" in out
    assert PublishedReport.objects.count() == 2
    assert run(capsys, "verify", str(kept), *home)[0] == 0
    (kept / "statistics-2026-Q1.csv").write_text(row.csv.replace("10", "15", 1))
    code, _, err = run(capsys, "verify", str(kept), *home)
    assert code == 1 and "differs" in err


def test_what_another_version_computed_is_unverifiable(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    report(desk.ctx, 1)
    home, kept = ("--dir", str(desk.home.root)), tmp_path / "kept"
    assert run(capsys, "publish", "--period", "2026-Q1", "--members", "48000", "--to", str(kept), *home)[0] == 0
    monkeypatch.setattr("evenhand.web.publish.statistics.reading.__version__", "99")
    code, _, err = run(capsys, "verify", str(kept), *home)
    assert code == 4 and "unverifiable" in err


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (None, "there is no published report here"),
        (b"[]", "is no published report"),
        (
            b'{"format": "evenhand.statistics/1", "rows": [], "quarters": [], "corrections": []}',
            "is no published report",
        ),
        (b"\xff\xfe", "is not text"),
        (b"[" * 100_000, "is no published report"),
    ],
)
def test_hostile_folders_are_one_line(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], written: bytes | None, words: str
) -> None:
    if written is not None:
        (tmp_path / "a.json").write_bytes(written)
    code, out, err = run(capsys, "verify", str(tmp_path), "--dir", str(desk.home.root))
    assert (code, out) == (2, "") and words in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--period", "2026-Q9"), "is no period"),
        (("--period", "2999-Q1"), "is not over"),
        (("--period", "2026-Q1"), "how many members"),
        (("--period", "2026-Q1", "--members", "0"), "--members"),
        (("--period", "2026-Q1", "--members", "1", "--correct", "x"), "not published yet"),
    ],
)
def test_every_refusal_to_publish_is_one_line(
    desk: Desk, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    code, out, err = run(capsys, "publish", *words, "--dir", str(desk.home.root))
    assert (code, out) == (2, "") and said in err and len(err.splitlines()) == 1
    assert PublishedReport.objects.count() == 0

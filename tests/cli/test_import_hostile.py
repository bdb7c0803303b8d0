"""`evenhand import` with everything that is wrong with files: one line, the right exit code, nothing half-written."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import archive, archive_tweet, jsonl, script, v1_tweet

from evenhand import cli
from evenhand.web.home import Home
from evenhand.web.sources.suppression import keep_out

TWEETS = script("tweets", [archive_tweet("1")])


class Run:
    """One command: its exit code, what it printed, and the JSON of it."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def files(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


@pytest.fixture
def evenhand(desk: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    """Run a command in a ready installation, whose corpus is given by itself."""

    def already(home: Home, *, create: bool = True) -> None:
        assert home == desk.home

    monkeypatch.setattr("evenhand.cli.imports.ready", already)
    monkeypatch.setattr("evenhand.cli.export.ready", already)

    def run(command: str, *arguments: str | Path) -> Run:
        with pytest.raises(SystemExit) as left:
            cli.main([command, *map(str, arguments), "--corpus", str(desk.home.corpus), "--json"])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        assert isinstance(left.value.code, int)
        return Run(left.value.code, out, err)

    return run


def bomb(path: Path) -> Path:
    return archive(path, {"tweets.js": "window.YTD.tweets.part0 = [" + " " * (90 << 20) + "]"})


def other_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("holiday.txt", "sun")
    return path


def cut(path: Path) -> Path:
    data = archive(path, {"tweets.js": TWEETS}).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


WHOLE_FILE = {
    "not a zip": lambda p: written(p / "x.zip", b"this is no zip at all"),
    "wrong zip": lambda p: other_zip(p / "x.zip"),
    "truncated zip": lambda p: cut(p / "x.zip"),
    "empty file": lambda p: written(p / "x.jsonl", b""),
    "no file": lambda p: p / "missing.jsonl",
    "html": lambda p: written(p / "x.html", b"<html><body>posts</body></html>"),
    "empty folder": lambda p: p / "empty",
    "wrong encoding": lambda p: written(p / "x.csv", b"id,text\n1,caf\xe9\n" + b"2," + bytes([0x81]) + b"\n" * 2),
    "rounded ids": lambda p: written(p / "x.csv", b"id,text\n" + b"123456789012345000,a\n" * 30),
    "device": lambda p: Path("/dev/null"),
}


@pytest.mark.parametrize("kind", WHOLE_FILE)
def test_an_unusable_file_is_one_line_and_exit_2(evenhand: Any, desk: Desk, tmp_path: Path, kind: str) -> None:
    (tmp_path / "empty").mkdir()
    run = evenhand("import", WHOLE_FILE[kind](tmp_path))
    if kind == "wrong encoding":
        assert run.code in (0, 2)  # some encoding fits almost anything; then it is flagged
        return
    assert run.code == 2
    assert len([line for line in run.err.splitlines() if line.startswith("evenhand: ")]) == 1
    assert list(desk.home.corpus.rglob("*.parquet")) == []
    assert list(desk.home.corpus.rglob("*.sealed")) == []


@pytest.mark.slow
def test_a_zip_bomb(evenhand: Any, desk: Desk, tmp_path: Path) -> None:
    run = evenhand("import", bomb(tmp_path / "x.zip"))
    assert (run.code, "archive_bomb" in run.err) == (2, True)
    assert [path.name for path in desk.home.corpus.rglob("*") if path.is_file() and path.name != "lock"] == []


@pytest.mark.slow
def test_a_line_of_fifty_megabytes(evenhand: Any, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "x.jsonl", [v1_tweet("1")])
    with path.open("ab") as stream:
        stream.write(b'{"id_str":"2","text":"' + b"x" * (50 << 20) + b'"}\n')
        stream.write(json.dumps(v1_tweet("3")).encode() + b"\n")
    run = evenhand("import", path)
    assert (run.code, run.files[0]["posts"]) == (3, 2)
    assert run.files[0]["refused"] == [{"locator": "ln:2", "reason": "line_too_long"}]


def test_a_member_that_wants_out(evenhand: Any, tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"tweets.js": TWEETS, "../../../escaped.js": TWEETS})
    run = evenhand("import", path)
    assert (run.code, run.files[0]["posts"]) == (3, 1)
    assert [refused["reason"] for refused in run.files[0]["refused"]] == ["archive_unsafe_member"]
    assert not list(tmp_path.parent.rglob("escaped.js"))


def test_ids_ruined_by_a_spreadsheet(evenhand: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", b"platform,id,text\nx,9.06E+17,a\nx,906000000000000123,b\n")
    run = evenhand("import", path)
    assert (run.code, run.files[0]["posts"]) == (3, 1)
    assert run.files[0]["refused"] == [{"locator": "row:1", "reason": "id_destroyed"}]


def test_a_folder_is_read_file_by_file(evenhand: Any, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    jsonl(folder / "a.jsonl", [v1_tweet("1")])
    (folder / "readme.html").write_text("<html></html>")
    (folder / ".hidden").write_text("x")
    run = evenhand("import", folder)
    assert run.code == 3
    assert [(Path(f["path"]).name, f["posts"], len(f["refused"])) for f in run.files] == [
        ("a.jsonl", 1, 0),
        ("readme.html", 0, 1),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(evenhand: Any, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "x.jsonl", [v1_tweet("1")])
    path.chmod(0)
    run = evenhand("import", path)
    assert (run.code, "ermission" in run.err) == (2, True)


def test_a_full_disk(evenhand: Any, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "corpus")

    path = jsonl(tmp_path / "x.jsonl", [v1_tweet("1")])
    monkeypatch.setattr("evenhand.corpus.importing.publish", full)
    run = evenhand("import", path)
    assert (run.code, "No space left on device" in run.err) == (2, True)
    assert [p.name for p in desk.home.corpus.rglob("*") if p.is_file() and p.name != "lock"] == []
    monkeypatch.undo()


def test_ctrl_c_leaves_nothing_half_written(
    evenhand: Any, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    path = jsonl(tmp_path / "x.jsonl", [v1_tweet("1")])
    with monkeypatch.context() as patched:
        patched.setattr("evenhand.corpus.importing.to_table", stop)
        run = evenhand("import", path)
    assert (run.code, "nothing half-written" in run.err) == (130, True)
    assert [p.name for p in desk.home.corpus.rglob("*") if p.is_file() and p.name != "lock"] == []
    assert evenhand("import", path).files[0]["posts"] == 1


def test_only_looking_leaves_out_what_was_erased_as_an_import_does(evenhand: Any, desk: Desk, tmp_path: Path) -> None:
    keep_out({"x:2"}, desk.ctx)
    path = jsonl(tmp_path / "x.jsonl", [v1_tweet("1"), v1_tweet("2"), {"delete": {"status": {"id_str": "2"}}}])
    looked, imported = (evenhand("import", path, *more).files[0] for more in (["--dry-run"], []))
    assert (looked["posts"], looked["suppressed"], looked["control"]) == (1, 1, 1)
    assert {name: looked[name] for name in looked} == imported


def test_import_twice_dry_run_and_export(evenhand: Any, desk: Desk, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "x.jsonl", [v1_tweet("1"), v1_tweet("2"), {"limit": {"track": 1}}])
    dry = evenhand("import", path, "--dry-run")
    assert (dry.code, dry.files[0]["posts"], list(desk.home.corpus.rglob("*.parquet"))) == (0, 2, [])
    first = evenhand("import", path)
    assert first.code == 0
    told = ("format", "posts", "control", "merged", "suppressed", "refused")
    assert {name: first.files[0][name] for name in told} == {
        "format": "x_api/1", "posts": 2, "control": 1, "merged": 0, "suppressed": 0, "refused": [],
    }  # fmt: skip
    assert set(first.files[0]) == {
        *("path", "format", "sha256", "posts", "control", "merged", "suppressed", "refused", "notes")
    }
    assert (evenhand("import", path).files[0]["posts"], evenhand("import", path).files[0]["merged"]) == (0, 2)
    out = evenhand("export", "--to", tmp_path / "out.csv")
    assert (out.code, json.loads(out.out)["rows"]) == (0, 2)
    back = evenhand("import", tmp_path / "out.csv")
    assert (back.code, back.files[0]["posts"], back.files[0]["merged"]) == (0, 0, 2)
    assert evenhand("export", "--to", tmp_path / "out.xlsx").code == 2
    assert evenhand("export", "--to", tmp_path).code == 2


def test_a_question_stops_before_anything_is_imported(evenhand: Any, desk: Desk, tmp_path: Path) -> None:
    good = jsonl(tmp_path / "a.jsonl", [v1_tweet("1")])
    unclear = written(tmp_path / "b.csv", b"id,text,created_at\n1,a,03/04/2024 10:00\n")
    dump = written(tmp_path / "c.csv", b"id,subreddit,created_utc,body\n1,s,1600000000,hello\n")
    assert evenhand("import", unclear).code == 2
    assert evenhand("import", dump).code == 2
    assert evenhand("import", good, tmp_path / "missing.csv").code == 2
    assert list(desk.home.corpus.rglob("*.parquet")) == []
    assert evenhand("import", unclear, "--date-order", "dmy", "--timezone", "Europe/London").code == 0
    assert evenhand("import", dump, "--basis", "agreement 7").code == 0
    assert evenhand("import", good, "--as", "myspace").code == 2
    assert evenhand("import", good, "--timezone", "Middle/Earth").code == 2

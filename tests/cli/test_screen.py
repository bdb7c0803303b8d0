from __future__ import annotations

import json
from pathlib import Path

import pytest

from evenhand.cli import main


def _run(capfdbinary, *arguments: str) -> tuple[int, list[dict], str]:
    with pytest.raises(SystemExit) as left:
        main(["screen", *arguments])
    out, err = capfdbinary.readouterr()
    return int(left.value.code or 0), [json.loads(line) for line in out.splitlines()], err.decode()


def test_jsonl_in_input_order(tmp_path: Path, capfdbinary) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": 9, "text": "You are an idiot"}\n\n{"id": "b", "text": "Thank you for the meeting"}\n')
    code, verdicts, err = _run(capfdbinary, str(file))
    assert code == 0
    assert [v["id"] for v in verdicts] == ["9", "b"]
    assert verdicts[0]["flags"]
    assert not verdicts[1]["flags"]
    assert err == ""


def test_csv_with_named_columns(tmp_path: Path, capfdbinary) -> None:
    file = tmp_path / "posts.csv"
    file.write_text('\ufeffkey,body,above\n1,"You are\nan idiot",\n2,scum and stupid,Hello\n', "utf-8")
    code, verdicts, _ = _run(capfdbinary, str(file), "--id", "key", "--text", "body", "--parent", "above", "--fast")
    assert code == 0
    assert [v["id"] for v in verdicts] == ["1", "2"]


def test_standard_input(capfdbinary, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "You are an idiot"}\n')))
    code, verdicts, _ = _run(capfdbinary, "-", "--json")
    assert code == 0
    assert verdicts[0]["id"] is None


def test_bad_rows_are_listed_and_counted_and_the_rest_kept(tmp_path: Path, capfdbinary) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(b'{"text": "You idiot"}\nnope\n[1]\n{"id": 3}\n{"text": "\xff"}\n{"text": "last good one"}')
    code, verdicts, err = _run(capfdbinary, str(file))
    assert code == 3
    assert len(verdicts) == 2
    for line in ("line 2", "line 3", "line 4", "line 5"):
        assert line in err
    assert "2 posts screened, 4 rows refused" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing to read"),
        (("{tmp}/none.jsonl",), "No such file"),
        (("{tmp}",), "this is a folder"),
        (("{tmp}/a.zip",), "only .jsonl and .csv"),
        (("{tmp}/a.csv",), "no column 'text'"),
        (("{tmp}/empty.csv",), "no column 'text'"),
        (("{tmp}/a.jsonl", "--model", "linear-000000000000"), "not on this machine"),
        (("{tmp}/a.jsonl", "--corpus", "{tmp}"), "two things at once"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    tmp_path: Path, capfdbinary, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.setenv("EVENHAND_DATA", str(tmp_path))
    (tmp_path / "a.zip").write_bytes(b"PK")
    (tmp_path / "a.csv").write_text("id,body\n1,hello\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "a.jsonl").write_text('{"text": "hello there"}\n')
    code, verdicts, err = _run(capfdbinary, *(part.format(tmp=tmp_path) for part in arguments))
    assert code == 2
    assert verdicts == []
    assert words in err
    assert err.count("\n") == 1


def test_an_empty_file_holds_no_posts(tmp_path: Path, capfdbinary) -> None:
    (tmp_path / "none.jsonl").write_text("")
    assert _run(capfdbinary, str(tmp_path / "none.jsonl")) == (0, [], "")


@pytest.mark.slow
def test_a_very_long_line_is_refused_and_the_next_one_read(tmp_path: Path, capfdbinary) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"text": "' + "a" * (9 << 20) + '"}\n{"text": "You are an idiot"}\n')
    code, verdicts, err = _run(capfdbinary, str(file))
    assert code == 3
    assert len(verdicts) == 1
    assert "longer than 8 MiB" in err

"""`evenhand procedure`: exit codes, one line per fault, the longest lawful path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evenhand.cli import main
from evenhand.procedure.choices import builtin_text


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["procedure", *arguments])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def written(folder: Path, text: str) -> str:
    file = folder / "ours.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_the_shipped_file_holds_and_its_longest_path_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown, _ = run(capsys, "show")
    assert code == 0 and shown == builtin_text("default")
    code, out, err = run(capsys, "lint", written(tmp_path, shown))
    assert (code, err) == (0, "")
    assert "no fault found" in out and "59 days by the aims" in out and "213 days plus service" in out


def test_each_fault_is_one_line_and_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = builtin_text("default").replace("review = 0.05", "review = 0.01").replace('"5wd", "7d"', '"6wd", "7d"')
    code, out, _ = run(capsys, "lint", written(tmp_path, text))
    lines = out.splitlines()
    assert code == 1
    assert [line.split(": ")[1].split()[0] for line in lines[:-1]] == ["PL2", "PL7", "PL8"]
    assert lines[-1].startswith("Longest lawful path")


def test_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = builtin_text("default").replace("shadow = 0.05, ", "")
    code, out, _ = run(capsys, "lint", written(tmp_path, text), "--json")
    answer = json.loads(out)
    assert code == 1 and not answer["holds"] and answer["longest_path_days"] is None
    assert [fault["rule"] for fault in answer["faults"]] == ["PL1"]


def test_what_cannot_be_read_is_exit_2_and_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (str(tmp_path / "absent.toml"), written(tmp_path, "not [ toml"), str(tmp_path)):
        code, out, err = run(capsys, "lint", path)
        assert (code, out) == (2, "") and len(err.splitlines()) == 1 and "Traceback" not in err

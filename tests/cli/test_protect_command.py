"""`evenhand protect`: all or nothing, and every refusal names the line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.databases import Desk

from evenhand.cli import main
from evenhand.web.desk.models import Protected

pytestmark = pytest.mark.slow

TWO_PEOPLE = (
    "key,office,town,platform,account_id,handle\n"
    "a,Mayor,Gannet Row,x,1001,mayor_qvh\n"
    "a,Mayor,Gannet Row,facebook,2001,mayor_qvh\n"
    "b,Treasurer,,x,,purse_qvh\n"
)


def run(file: Path, desk: Desk, *more: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["protect", str(file), "--dir", str(desk.home.root), *more])
    assert isinstance(left.value.code, int)
    return left.value.code


def test_everybody_in_the_file_is_declared(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_text(TWO_PEOPLE)
    assert run(file, desk, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"declared": 2}
    assert Protected.objects.count() == 2


def test_one_bad_row_declares_nobody(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_text(TWO_PEOPLE + "c,,,x,3001,\n")
    assert run(file, desk) == 2
    assert "line 5" in capsys.readouterr().err
    assert Protected.objects.count() == 0


def test_a_file_that_is_not_there_is_one_line(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "nowhere.csv", desk) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1

"""`evenhand membership`: load is all or nothing and asks before it removes; check needs an open case and two people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cast import standing_cast
from tests.databases import Desk
from tests.web.cases.cases_room import received
from tests.web.register.register_room import NAMES, ROWS, file

from evenhand.cli import main
from evenhand.ledger.checking import Verdict
from evenhand.web.cases.models import Case
from evenhand.web.record.models import Record
from evenhand.web.record.verify import verify
from evenhand.web.register.models import Load, Member

pytestmark = pytest.mark.slow


def run(desk: Desk, *arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["membership", *arguments, "--dir", str(desk.home.root)])
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    path.write_text(file(), encoding="utf-8")
    return path


def test_load_and_load_again(desk: Desk, written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(desk, "load", str(written), "--dry-run", "--json") == 0
    dry = json.loads(capsys.readouterr().out)
    assert dry["loaded"] is False and dry["added"] == 6 and Load.objects.count() == 0
    assert run(desk, "load", str(written), "--known-since", "2000-01-01", "--json") == 0
    assert json.loads(capsys.readouterr().out) == dry | {"loaded": True}
    written.write_text(file(*ROWS[:3]))
    assert run(desk, "load", str(written)) == 2
    said = capsys.readouterr().err
    assert "4 members of the register are not in this file" in said and "Traceback" not in said
    assert run(desk, "load", str(written), "--remove-missing") == 0
    assert Member.objects.count() == 2
    assert verify(desk.ctx).verdict is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("member_id,joined\nQ1,03/04/2020\n", "row 2"),
        ("member_id,joined\n", "holds no member"),
        ("name\nX\n", "no column member_id"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(desk: Desk, tmp_path: Path, capsys, text, words) -> None:
    path = tmp_path / "r.csv"
    if text is not None:
        path.write_text(text)
    assert run(desk, "load", str(path)) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("evenhand:")]
    assert len(lines) == 1 and words in lines[0]
    assert Load.objects.count() == 0


@pytest.fixture
def case(desk: Desk, written: Path) -> Case:
    standing_cast(desk)
    received(desk.ctx)
    assert run(desk, "load", str(written)) == 0
    return Case.objects.get()


def check(desk: Desk, case: str, *more: str, approver: str = "case_keeper", purpose: str = "was he a member") -> int:
    fixed = ["--on", "2026-02-01", "--case", case, "--purpose", purpose, "--approver", approver]
    return run(desk, "check", *fixed, *more)


def test_a_check_names_band_and_fields_and_leaves_a_leaf(desk: Desk, case: Case, capsys) -> None:
    capsys.readouterr()
    before = Record.objects.count()
    assert check(desk, case.number, "--account", "x:harbour_voice_qvh", "--json") == 0
    out = capsys.readouterr().out
    assert json.loads(out) == {
        "case": case.number, "result": "both", "band": "declared_handle", "on": "2026-02-01",
        "asked_on": json.loads(out)["asked_on"], "agreeing": ["platform", "handle"], "disagreeing": [],
    }  # fmt: skip
    assert Record.objects.count() == before + 1
    assert check(desk, case.id, "--member", "Q100021") == 0
    said = capsys.readouterr()
    assert "no longer alive" in said.err and said.out == ""
    assert not [name for name in NAMES if name in said.err + out]
    assert verify(desk.ctx).verdict is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("number", "more", "changed", "words"),
    [
        ("2020-9999", ["--account", "x:a_qvh"], {}, "no open case"),
        ("", ["--account", "x:a_qvh"], {"approver": "nobody_here"}, "no account"),
        ("", ["--account", "x:a_qvh"], {"approver": "auditor"}, "cannot approve"),
        ("", ["--account", "x:a_qvh"], {"purpose": " "}, "purpose"),
        ("", ["--account", "voice"], {}, "platform:handle"),
        ("", [], {}, "one account or one membership number"),
    ],
)
def test_what_a_check_needs(desk: Desk, case: Case, capsys, number, more, changed, words) -> None:
    capsys.readouterr()
    before = Record.objects.count()
    assert check(desk, number or case.number, *more, **changed) == 2
    said = capsys.readouterr().err
    assert words in said and "Traceback" not in said
    assert Record.objects.count() == before

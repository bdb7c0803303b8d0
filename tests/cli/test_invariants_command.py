"""`evenhand invariants run`: all 57 by name, the result in the log, exit 1 where one does not hold."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from tests.databases import Desk
from tests.web.cases.cases_room import received
from tests.web.record.tampering import as_administrator

from evenhand.cli import main
from evenhand.cli.invariants import LAST
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


def run(capsys: pytest.CaptureFixture[str], desk: Desk, *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["invariants", "run", "--dir", str(desk.home.root), *words])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out or " ".join(printed.err.split())


def test_all_57_and_the_result_is_recorded(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    received(desk.ctx)
    late, _ = run(capsys, desk)
    assert late == 1, "the report is months old by this machine's clock, and on no list yet"
    with pytest.raises(SystemExit):
        main(["tick", "--dir", str(desk.home.root)])
    capsys.readouterr()
    code, out = run(capsys, desk, "--json")
    said = json.loads(out)["invariants"]
    assert code == 0, [each for each in said if each["found"]]
    assert [each["id"] for each in said] == [f"INV-{number:02}" for number in range(1, 58)]
    assert {each["status"] for each in said} == {"passed", "tested", "not yet"}
    kept = (desk.home.root / LAST).read_bytes()
    assert json.loads(kept)["invariants"]["INV-02"] == "passed"
    assert [finding for finding in verify(desk.ctx).findings if finding.verdict == "failed"] == []
    assert len(sha256(kept).hexdigest()) == 64


def test_a_breach_is_named_and_the_exit_code_says_so(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    received(desk.ctx)
    as_administrator("UPDATE cases_case SET state = 'hearing'")
    code, out = run(capsys, desk)
    assert code == 1
    assert "INV-27 does not hold: cases_case" in out
    assert "INV-36 does not hold: cases_case" in out

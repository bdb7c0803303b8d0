"""`evenhand bundle`: exit codes, one JSON document, a line for each refusal, and a check that needs no installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.bundle.bundle_room import small_bundle
from tests.databases import Desk
from tests.web.cases.cases_room import received

from evenhand.cli import main
from evenhand.web.cases.models import Case, Upload
from evenhand.web.record.checkpoints import keyring_lines

pytestmark = pytest.mark.slow


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main(["bundle", *map(str, arguments)])
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture
def case(desk: Desk) -> Case:
    return Case.objects.get(pk=received(desk.ctx).cases[0])


def test_export_then_verify_then_a_flipped_byte(
    desk: Desk, case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, to = ["--dir", str(desk.home.root)], tmp_path / "out"
    assert run("export", case.number, "--to", to, *here, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["case"], said["path"], said["refused"]) == (case.number, str(to), [])
    assert run("verify", to) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == f"verified: {said['items']} entries, sealed as entry {said['index']} of the log."
    fingerprint = sha256(keyring_lines(desk.home)[0]["vkey"].encode()).hexdigest()
    assert printed[1].startswith(f"It says that it is of: Case {case.number}, in the log evenhand/")
    assert printed[2].startswith(f"Signed by the key {fingerprint}, checked against the keys inside the bundle, ")
    target = to / "data/items.jsonl"
    target.write_bytes(target.read_bytes().replace(b"0", b"1", 1))
    assert run("verify", to) == 1
    printed = capsys.readouterr().out
    assert "failed content_mismatch: data/items.jsonl: " in printed
    assert run("verify", to, "--json") == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "failed"


def test_a_case_by_its_id_as_a_zip(desk: Desk, case: Case, tmp_path: Path, capsys: Any) -> None:
    assert run("export", case.id, "--to", tmp_path / "case.zip", "--zip", "--dir", desk.home.root) == 0
    said = capsys.readouterr().out
    assert "not the copy in the bundle" in said and f"python3 -I verify.py {tmp_path / 'case.zip'}" in said
    assert run("verify", tmp_path / "case.zip") == 0


def test_what_is_left_out_is_named_and_gives_3(desk: Desk, case: Case, tmp_path: Path, capsys: Any) -> None:
    from tests.web.record.tampering import as_administrator

    columns = "id, submission_id, key, kind, size, state, removed, received_at"
    as_administrator(
        f"INSERT INTO cases_upload ({columns}) VALUES (%s, %s, %s, 'png', 9, 'restricted', '', '2026-03-02 09:00:00')",
        ["a" * 32, case.submission_id, case.submission.key],
    )
    assert Upload.objects.count() == 1
    assert run("export", case.number, "--to", tmp_path / "out", "--dir", desk.home.root) == 3
    assert "left out: File 1 (png): marked do not look, do not copy." in capsys.readouterr().err
    assert run("verify", tmp_path / "out") == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["2026-9999"], "there is no case"),
        (["2026-0001", "--redact", "Sent"], "names nothing that can stay closed"),
        (["2026-0001", "--redact", "reasons"], "nothing of this case is called"),
        (["2026-0001", "--as", "nobody"], "there is no account"),
    ],
)
def test_a_wrong_question_is_one_line(
    desk: Desk, case: Case, tmp_path: Path, capsys: Any, arguments: list[str], words: str
) -> None:
    assert run("export", *arguments, "--to", tmp_path / "out", "--dir", desk.home.root) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1
    assert list(tmp_path.glob("*out*")) == []


def test_a_missing_installation_and_what_is_no_bundle(tmp_path: Path, capsys: Any) -> None:
    assert run("export", "2026-0001", "--to", tmp_path / "out", "--dir", tmp_path / "none") == 2
    for path in (tmp_path, tmp_path / "nothing"):
        assert run("verify", path) == 2
        assert capsys.readouterr().err.splitlines()[-1].startswith("evenhand: ")


def test_verify_loads_no_django(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path)
    ask = "import sys; from evenhand.cli import root; "
    ask += (
        f"root.main(['bundle', 'verify', {str(bundle)!r}], standalone_mode=False); assert 'django' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", ask], check=True, env={**os.environ, "PYTHONPATH": ""})


def test_other_keys_may_be_given(tmp_path: Path, capsys: Any) -> None:
    bundle = small_bundle(tmp_path)
    policy = tmp_path / "policy"
    policy.write_bytes((bundle / "log/policy").read_bytes())
    assert run("verify", bundle, "--policy", policy, "--keyring", bundle / "log/keyring.json") == 0
    policy.write_text("quorum none\n")
    assert run("verify", bundle, "--policy", policy) == 1
    assert "unknown_log" in capsys.readouterr().out

"""`evenhand ledger …` over a real installation: exit codes, one JSON document, and files that verify."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.databases import Desk

from evenhand.cli import main
from evenhand.context import Context
from evenhand.ledger.checking import check_export
from evenhand.ledger.checkpoint import TreeHead, open_checkpoint, sign_checkpoint
from evenhand.ledger.export import ExportedLog
from evenhand.ledger.forks import parse_fork
from evenhand.ledger.notes import Signer
from evenhand.ledger.policy import Policy
from evenhand.ledger.signing import KeyFile
from evenhand.ledger.tlog_proof import parse_tlog_proof, verify_tlog_proof

pytestmark = pytest.mark.slow


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as leaving:
        main(["ledger", *arguments])
    printed = capsys.readouterr()
    code = leaving.value.code
    return code if isinstance(code, int) else 0, printed.out, printed.err


@pytest.fixture
def here(desk: Desk) -> list[str]:
    return ["--dir", str(desk.home.root)]


def signer_of(desk: Desk) -> Signer:
    return KeyFile(desk.home.log_key).read()


def tamper(statement: str) -> None:
    """Change a row as somebody would who can drop triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger%'")
        names = [name for (name,) in cursor.fetchall()]
    path = connection.settings_dict["NAME"]
    connection.close()
    import sqlite3

    with sqlite3.connect(path) as direct:
        for name in names:
            direct.execute(f'DROP TRIGGER "{name}"')
        direct.execute(statement)
    direct.close()


def test_a_new_installation_verifies(desk: Desk, here: list[str], capsys: Any) -> None:
    code, out, _ = run(capsys, "verify", *here)
    assert (code, out.splitlines()[-1].split(":")[0]) == (0, "verified"), out
    code, out, _ = run(capsys, "verify", "--json", *here)
    report = json.loads(out)
    assert (code, report["verdict"], report["findings"]) == (0, "verified", [])
    assert report["size"] >= 2
    assert "nothing was left out" in report["not_shown"][0]
    assert "only a checkpoint kept outside shows that" in run(capsys, "verify", *here)[1]


def test_an_audit_verifies_and_is_itself_a_leaf(desk: Desk, here: list[str], capsys: Any) -> None:
    before = json.loads(run(capsys, "verify", "--json", *here)[1])["size"]
    assert run(capsys, "audit", *here)[0] == 0
    assert json.loads(run(capsys, "verify", "--json", *here)[1])["size"] == before + 1


def test_a_changed_leaf_is_named_and_exits_1(desk: Desk, here: list[str], capsys: Any) -> None:
    tamper("UPDATE ledger_entry SET data = CAST(data || ' ' AS BLOB) WHERE seq = 1")
    code, out, _ = run(capsys, "verify", *here)
    assert code == 1
    assert "failed entry_mismatch: ledger_entry seq 1:" in out
    assert "failed triggers_changed:" in out


def test_against_another_copy(desk: Desk, here: list[str], capsys: Any, tmp_path: Path) -> None:
    copy, fork, larger = tmp_path / "copy", tmp_path / "fork", tmp_path / "larger"
    copy.write_text(run(capsys, "checkpoint", *here)[1])
    assert run(capsys, "verify", "--against", str(copy), *here)[0] == 0
    signer = signer_of(desk)
    head = open_checkpoint(copy.read_bytes(), [signer.verifier]).head
    fork.write_bytes(sign_checkpoint(TreeHead(head.origin, head.size, bytes(32)), [signer]))
    larger.write_bytes(sign_checkpoint(TreeHead(head.origin, head.size + 9, bytes(32)), [signer]))
    for path, reason in ((fork, "fork_detected"), (larger, "rollback_detected")):
        code, out, _ = run(capsys, "verify", "--against", str(path), *here)
        assert code == 1 and f"failed {reason}: {path}" in out
        assert "does not show" not in out
    (proof,) = (desk.home.root / "forks").iterdir()
    parsed = parse_fork(proof.read_bytes())
    parsed.check([signer.verifier])
    assert parsed.first == fork.read_bytes() and str(proof) in run(capsys, "verify", "--against", str(fork), *here)[1]


@pytest.mark.parametrize("content", [None, b"", b"\x00\xff", b"hello\n"])
def test_against_what_is_no_note_is_usage(here: list[str], capsys: Any, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "note"
    if content is not None:
        path.write_bytes(content)
    code, out, err = run(capsys, "verify", "--against", str(path), *here)
    assert (code, out) == (2, "")
    assert str(path) in err and "Traceback" not in err and err.count("\n") == 1


def test_a_proof_verifies_offline(desk: Desk, here: list[str], capsys: Any, tmp_path: Path) -> None:
    proof, entry = tmp_path / "1.tlog-proof", tmp_path / "1.json"
    assert run(capsys, "prove", "1", "--to", str(proof), "--entry", str(entry), *here)[0] == 0
    policy = Policy(logs=[signer_of(desk).verifier])
    verify_tlog_proof(parse_tlog_proof(proof.read_bytes()), entry.read_bytes(), policy, now=0)
    shown = json.loads(run(capsys, "prove", "1", "--json", *here)[1])
    assert (shown["index"], shown["checkpoint"].encode()) == (1, parse_tlog_proof(proof.read_bytes()).checkpoint)
    assert run(capsys, "prove", "1", *here)[1].encode() == proof.read_bytes()


def test_a_proof_is_written_to_a_new_file_in_a_folder_that_is_there(
    here: list[str], capsys: Any, tmp_path: Path
) -> None:
    there, hanging, device = tmp_path / "there", tmp_path / "hanging", tmp_path / "device"
    there.write_text("mine")
    os.mkfifo(device)
    hanging.symlink_to(tmp_path / "nowhere")
    for option in ("--to", "--entry"):
        for path in (there, hanging, device, tmp_path / "no" / "such" / "folder"):
            code, _, err = run(capsys, "prove", "1", option, str(path), *here)
            assert code == 2 and err.count("\n") == 1, err
    assert run(capsys, "prove", "1", "--to", str(tmp_path / "one"), "--entry", str(tmp_path / "one"), *here)[0] == 2
    assert there.read_text() == "mine" and device.is_fifo()
    assert {path.name for path in tmp_path.iterdir()} == {"there", "hanging", "device", "home"}


def test_a_leaf_that_is_not_there_or_not_covered_yet(desk: Desk, here: list[str], capsys: Any) -> None:
    code, _, err = run(capsys, "prove", "999999", *here)
    assert code == 2 and "there is no leaf 999999" in err
    run(capsys, "audit", *here)
    size = json.loads(run(capsys, "verify", "--json", *here)[1])["size"]
    code, _, err = run(capsys, "prove", str(size - 1), *here)
    assert code == 4 and "evenhand ledger checkpoint" in err
    assert run(capsys, "checkpoint", *here)[0] == 0
    assert run(capsys, "prove", str(size - 1), *here)[0] == 0


def test_an_export_reads_back_and_a_changed_file_is_an_alarm(
    desk: Desk, here: list[str], capsys: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "static"
    code, out, _ = run(capsys, "export", "--to", str(folder), "--json", *here)
    assert code == 0 and json.loads(out)["written"] >= 3
    read = ExportedLog.open(folder)
    assert check_export(read, read, read.size) == []
    tile = next((folder / "tile/0").rglob("[0-9]*.p/*"))
    tile.write_bytes(bytes(32))
    code, out, err = run(capsys, "export", "--to", str(folder), *here)
    assert code == 1 and str(tile) in err
    assert tile.read_bytes() == bytes(32)


def test_tiles_only_holds_no_entries(desk: Desk, here: list[str], capsys: Any, tmp_path: Path) -> None:
    assert run(capsys, "export", "--to", str(tmp_path / "static"), "--tiles-only", *here)[0] == 0
    assert not (tmp_path / "static/tile/entries").exists()


def test_recover_needs_one_way_and_an_export(desk: Desk, here: list[str], capsys: Any, tmp_path: Path) -> None:
    assert run(capsys, "recover", *here)[0] == 2
    assert run(capsys, "recover", "--from", str(tmp_path), "--new-origin", "x", *here)[0] == 2
    code, _, err = run(capsys, "recover", "--from", str(tmp_path), *here)
    assert code == 2 and "not an export of a log" in err
    code, _, err = run(capsys, "recover", "--new-origin", "evenhand/second", *here)
    assert code == 2 and "lost nothing" in err and "rotate-key" in err
    file = KeyFile(desk.home.log_key)
    file.high_water.write_text(TreeHead(file.read().name, 10_000, bytes(32)).text())
    note = tmp_path / "note"
    for content in (b"hello\n", b"a\n5\nAAAA\n", b"", b"\xff" * 2_000_000):
        note.write_bytes(content)
        code, _, err = run(capsys, "recover", "--new-origin", "evenhand/second", "--checkpoint", str(note), *here)
        assert code == 2 and err.count("\n") == 1 and str(note) in err, err
    assert run(capsys, "recover", "--from", str(tmp_path), "--checkpoint", str(note), *here)[0] == 2
    code, out, _ = run(capsys, "recover", "--new-origin", "evenhand/second", *here)
    assert code == 0 and "goes on as evenhand/second" in out
    assert run(capsys, "verify", *here)[0] == 0


COMMANDS = ["verify", "audit", "checkpoint", "prove", "export", "rotate-key", "witnesses", "recover"]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_installation_is_one_line(name: str, capsys: Any, tmp_path: Path) -> None:
    more = {
        "prove": ["0"], "export": ["--to", str(tmp_path / "out")], "recover": ["--new-origin", "x"],
    }.get(name, [])  # fmt: skip
    code, out, err = run(capsys, name, *more, "--dir", str(tmp_path / "nowhere"))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "nowhere" in err
    assert not (tmp_path / "nowhere").exists()


def test_a_checkpoint_after_a_rollback_is_refused(desk: Desk, here: list[str], capsys: Any, ctx: Context) -> None:
    file = KeyFile(desk.home.log_key)
    head = TreeHead(file.read().name, 10_000, bytes(32))
    file.high_water.write_text(head.text())
    code, _, err = run(capsys, "checkpoint", *here)
    assert code == 1 and "10000" in err

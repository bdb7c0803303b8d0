"""`evenhand witness …`: what a newcomer types, exit codes, one JSON document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evenhand.cli import main
from evenhand.context import Context
from evenhand.ledger.checkpoint import TreeHead, sign_checkpoint
from evenhand.ledger.notes import KeyType, Signer, parse_vkey
from evenhand.ledger.tree import leaf_hash
from evenhand.witness import WitnessFolder
from evenhand.witness.request import write_request


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as leaving:
        main(["witness", *arguments])
    printed = capsys.readouterr()
    code = leaving.value.code
    return code if isinstance(code, int) else 0, printed.out, printed.err


def test_a_witness_is_made_learns_a_log_and_says_how_it_stands(tmp_path: Path, capsys: Any, ctx: Context) -> None:
    log, at = Signer.generate("log.example/1", ctx), ["--dir", str(tmp_path / "w")]
    code, out, _ = run(capsys, "init", "witness.example.org", "--log", str(log.verifier), *at)
    key = parse_vkey(out.strip())
    assert (code, key.name, key.kind) == (0, "witness.example.org", KeyType.COSIGNER)
    assert (tmp_path / "w/key").stat().st_mode & 0o777 == 0o600
    assert run(capsys, "status", *at)[:2] == (0, "log.example/1: nothing cosigned yet\n")
    witness = WitnessFolder(tmp_path / "w").witness(ctx)
    for leaf, status in ((b"one", 200), (b"another", 422)):
        note = sign_checkpoint(TreeHead("log.example/1", 1, leaf_hash(leaf)), [log])
        assert witness.add_checkpoint(write_request(int(status == 422), [], note)).status == status
    code, out, _ = run(capsys, "status", "--json", *at)
    found = json.loads(out)
    assert code == 1 and found["logs"] == [{"log": "log.example/1", "size": 1, "at": "2026-03-02T09:00:00Z"}]
    assert [each["log"] for each in found["refused"]] == ["log.example/1"]
    code, out, _ = run(capsys, "status", *at)
    assert code == 1 and "1 leaves" in out and "refused at 2026-03-02T09:00:00Z: log.example/1" in out
    other = Signer.generate("log.example/2", ctx).verifier
    assert json.loads(run(capsys, "know", str(other), "--json", *at)[1])["known"] == [str(log.verifier), str(other)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("init", "a name"), ("init", "w", "--log", "nonsense"), ("know", "x+00000000+AA=="), ("serve",), ("status",),
        ("init",),
    ],
)  # fmt: skip
def test_a_refusal_is_one_line(tmp_path: Path, capsys: Any, arguments: tuple[str, ...]) -> None:
    code, _out, err = run(capsys, *arguments, "--dir", str(tmp_path / "w"))
    assert code in (1, 2) and err.count("\n") == 1 and "Traceback" not in err

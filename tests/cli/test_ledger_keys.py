"""`evenhand ledger init | rotate-key | revoke-key | name-witness …` as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_ledger_command import run
from tests.databases import Desk

from evenhand.ledger.notes import KeyType, Signer, parse_vkey
from evenhand.web.record.checkpoints import keyring_lines
from evenhand.web.record.log_keys import recovery_key

pytestmark = pytest.mark.slow


def test_a_recovery_key_a_rotation_and_a_revocation(desk: Desk, capsys: Any, tmp_path: Path) -> None:
    here, kept = ["--dir", str(desk.home.root)], tmp_path / "stick" / "recovery"
    code, _, err = run(capsys, "init", "--recovery-key", str(kept), *here)
    assert code == 2 and str(kept.parent) in err and not kept.parent.exists(), "no folder is made on the way"
    kept.parent.mkdir()
    code, out, _ = run(capsys, "init", "--recovery-key", str(kept), *here)
    assert code == 0 and "PRIVATE" not in out and kept.stat().st_mode & 0o777 == 0o600
    assert Signer.parse(kept.read_text().strip()).verifier == recovery_key(desk.home)
    assert run(capsys, "init", "--recovery-key", str(tmp_path / "second"), *here)[0] == 2
    assert not (tmp_path / "second").exists()
    assert run(capsys, "init", "--recovery-key", str(kept), *here)[0] == 2, "never overwritten"
    rotated = json.loads(run(capsys, "rotate-key", "--json", *here)[1])
    assert (rotated["status"], rotated["new"]) == ("retired", keyring_lines(desk.home)[-1]["vkey"])
    refused = run(capsys, "revoke-key", rotated["new"], "--why", "key_theft", *here)
    assert refused[0] == 2 and refused[2].count("\n") == 1 and "recovery key" in refused[2]
    kept.chmod(0o644)
    wide = run(capsys, "revoke-key", rotated["new"], "--why", "key_theft", "--recovery-key", str(kept), *here)
    assert wide[0] == 2 and "chmod 600" in wide[2]
    kept.chmod(0o600)
    code, out, _ = run(capsys, "revoke-key", rotated["new"], "--why", "key_theft", "--recovery-key", str(kept), *here)
    assert code == 0 and "is revoked; it counts up to" in out
    assert [line["status"] for line in keyring_lines(desk.home)] == ["retired", "revoked", "active"]
    assert run(capsys, "verify", *here)[0] == 0


def test_witnesses_are_named_listed_and_ended(desk: Desk, capsys: Any) -> None:
    here = ["--dir", str(desk.home.root)]
    key = Signer.generate("witness.example.org", desk.ctx, KeyType.COSIGNER).verifier
    assert "No witness is asked" in run(capsys, "witnesses", *here)[1]
    assert run(capsys, "name-witness", str(key), "https://witness.example.org/w", *here)[0] == 0
    code, out, _ = run(capsys, "witnesses", "--json", *here)
    (listed,) = json.loads(out)["witnesses"]
    assert code == 0 and parse_vkey(listed["vkey"]) == key and listed["answer"] is None
    assert "not asked yet" in run(capsys, "witnesses", *here)[1]
    assert run(capsys, "name-witness", "nonsense", "https://w", *here)[0] == 2
    assert run(capsys, "end-witness", "witness.example.org", *here)[0] == 0
    assert run(capsys, "end-witness", "witness.example.org", *here)[0] == 2


@pytest.mark.parametrize("name", ["a b", "", "a+b", "x" * 256, "\u00fc"])
def test_a_name_that_no_log_can_have_is_usage(tmp_path: Path, capsys: Any, name: str) -> None:
    here, key = ["--dir", str(tmp_path / "new")], ["--recovery-key", str(tmp_path / "key")]
    for words in (["init", "--origin", name, *key], ["recover", "--new-origin", name]):
        code, _, err = run(capsys, *words, *here)
        assert code == 2 and "cannot name a log" in err and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []

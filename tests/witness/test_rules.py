"""What a witness cosigns: every published vector, forks, and what it keeps."""

from __future__ import annotations

import json
import os
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from tests.witness.conftest import ORIGIN, SmallLog

from evenhand.errors import UsageError
from evenhand.ledger.checkpoint import open_checkpoint
from evenhand.ledger.notes import SignatureLine, Signer, parse_note, parse_vkey, verify_line
from evenhand.witness import Witness, WitnessFolder
from evenhand.witness.request import MAX_BODY, parse_request, write_request
from evenhand.witness.rules import origin_digest

VECTORS = (
    Path(os.environ.get("EVENHAND_SHARED", Path(__file__).parents[3] / "shared")) / "vectors/evenhand/witness.json"
)


def test_published_vectors(knowing: Any) -> None:
    if not VECTORS.exists():
        pytest.skip(f"published vectors not found: {VECTORS} (set EVENHAND_SHARED)")
    found = json.loads(VECTORS.read_text("utf-8"))
    key = parse_vkey(found["log_vkey"])
    assert len(found["vectors"]) == 20
    for case in found["vectors"]:
        witness = knowing(key, case["state_size"], bytes.fromhex(case["state_root"]))
        answer = witness.add_checkpoint(case["request"].encode())
        assert answer.status == case["status"], case["id"]
        last = witness.memory.last(key.name)
        assert (last.head.size if last else 0) == case["new_size"], case["id"]
        assert "response_body" not in case or answer.body.decode() == case["response_body"]
        assert answer.content_type == case.get("response_content_type", answer.content_type)
        if answer.status == HTTPStatus.OK:
            note = parse_request(case["request"].encode()).note
            verify_line(witness.signer.verifier, SignatureLine.parse(answer.body.decode().rstrip("\n")), note.text)
        else:
            assert last is None or last.note == b"", "a refusal changes nothing"


def test_it_cosigns_what_continues_and_gives_the_note_back(log: SmallLog, witness: Witness) -> None:
    for old, size in ((0, 7), (7, 256), (256, 256), (256, 300)):
        assert witness.add_checkpoint(log.body(old, size)).status == HTTPStatus.OK
    note = witness.last_checkpoint(origin_digest(ORIGIN))
    opened = open_checkpoint(note.body, [log.signer.verifier], [witness.signer.verifier])
    assert opened.head.size == 300
    assert opened.cosigners == {witness.signer.verifier: int(witness.ctx.now().timestamp())}
    assert witness.last_checkpoint(origin_digest("log.example/2")).status == HTTPStatus.NOT_FOUND


def test_a_fork_is_refused_and_kept(log: SmallLog, witness: Witness, folder: WitnessFolder) -> None:
    assert witness.add_checkpoint(log.body(0, 7)).status == HTTPStatus.OK
    forked = write_request(7, [], log.note(7, bytes(range(32))))
    assert witness.add_checkpoint(forked).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [(each.origin, each.body) for each in folder.memory.refusals()] == [(ORIGIN, forked)]
    last = folder.memory.last(ORIGIN)
    assert last is not None and last.head.size == 7
    assert witness.add_checkpoint(log.body(7, 9)).status == HTTPStatus.OK


def test_what_fails_before_the_tree_is_compared_is_not_kept(
    log: SmallLog, witness: Witness, folder: WitnessFolder
) -> None:
    stranger = Signer.generate(ORIGIN, witness.ctx)
    body = write_request(0, [], log.note(7)).replace(
        str(log.signer.sign(parse_note(log.note(7)).text)).encode(),
        str(stranger.sign(parse_note(log.note(7)).text)).encode(),
    )
    assert witness.add_checkpoint(body).status == HTTPStatus.FORBIDDEN
    assert witness.add_checkpoint(b"nonsense").status == HTTPStatus.BAD_REQUEST
    assert folder.memory.refusals() == []


def test_a_false_empty_root_and_a_needless_proof_are_refused(log: SmallLog, witness: Witness) -> None:
    assert witness.add_checkpoint(write_request(0, [], log.note(0))).status == HTTPStatus.OK
    false_root = log.note(0).replace(parse_note(log.note(0)).text.split("\n")[2].encode(), b"A" * 43 + b"=")
    assert witness.add_checkpoint(write_request(0, [], false_root)).status == HTTPStatus.FORBIDDEN, "not signed"
    text = parse_note(false_root).text
    signed = f"{text}\n{log.signer.sign(text)}\n".encode()
    assert witness.add_checkpoint(write_request(0, [], signed)).status == HTTPStatus.UNPROCESSABLE_ENTITY
    needless = write_request(0, [bytes(32)], log.note(3))
    assert witness.add_checkpoint(needless).status == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize(
    "body",
    [
        b"", b"old 1", b"old 1\n\n", b"old -1\n\nx", b"old 1\r\n\nx", "old ١\n\nx".encode(), b"old 1\nAA==\n\nx",
        b"old 1\n\xff\n\nx", b"old 99999999999999999999\n\nx", b"x" * (MAX_BODY + 1),
        b"old 1\n" + b"A" * 43 + b"=\n" * 65 + b"\nx",
    ],
)  # fmt: skip
def test_bodies_that_are_not_of_their_form(witness: Witness, body: bytes) -> None:
    assert witness.add_checkpoint(body).status == HTTPStatus.BAD_REQUEST


def test_a_log_s_new_key_is_known_at_once(log: SmallLog, witness: Witness, folder: WitnessFolder) -> None:
    log.signer = Signer.generate(ORIGIN, witness.ctx)
    assert witness.add_checkpoint(log.body(0, 7)).status == HTTPStatus.FORBIDDEN
    folder.know(str(log.signer.verifier))
    folder.know(str(log.signer.verifier))
    assert len(folder.log_keys()) == 2
    assert witness.add_checkpoint(log.body(0, 7)).status == HTTPStatus.OK


def test_the_folder_refuses_what_is_wrong(folder: WitnessFolder, witness: Witness, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="already"):
        folder.create("again.example", witness.ctx)
    with pytest.raises(UsageError, match="no witness here"):
        WitnessFolder(tmp_path / "none").witness(witness.ctx)
    with pytest.raises(UsageError, match="not the key of a log"):
        folder.know(str(witness.signer.verifier))
    with pytest.raises(UsageError):
        folder.know("log.example/1+00000000+AAAA")
    folder.key.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        folder.witness(witness.ctx)
    folder.key.chmod(0o600)
    folder.key.write_text("nonsense")
    with pytest.raises(UsageError, match="not the private key"):
        folder.witness(witness.ctx)
    folder.logs.write_text("nonsense\n")
    with pytest.raises(UsageError):
        folder.log_keys()

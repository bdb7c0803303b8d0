"""Witnesses of an installation: named by an act, asked when due, their lines stored, checked and shown."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from tests.databases import Desk
from tests.web.record.tampering import as_administrator

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.checkpoint import TreeHead, sign_checkpoint
from evenhand.ledger.notes import SignatureLine
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.signing import KeyFile
from evenhand.ledger.tlog_proof import parse_tlog_proof, verify_tlog_proof
from evenhand.web.record import witnesses
from evenhand.web.record.checkpoints import key_file, keyring, make_checkpoint
from evenhand.web.record.due import run_due
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.queries import latest_checkpoint, log_store, proof_text
from evenhand.web.record.store import DjangoStore
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify
from evenhand.web.record.witnesses import (
    ask_if_due,
    enabled_witnesses,
    end_witness,
    name_witness,
    policy_text,
    standings,
)
from evenhand.witness import Answer, WitnessFolder, asking
from evenhand.witness.request import write_request

pytestmark = pytest.mark.slow
URL = "https://witness.example.org/evenhand"


class Outside:
    """A witness reached through a counted wire that can be cut."""

    def __init__(self, folder: WitnessFolder, ctx: Context) -> None:
        self.folder, self.ctx, self.cut, self.sent = folder, ctx, False, list[tuple[str, bytes]]()

    def __call__(self, url: str, body: bytes) -> Answer:
        self.sent.append((url, body))
        if self.cut:
            raise asking.NoAnswer("the witness cannot be reached (TimeoutError)")
        return self.folder.witness(self.ctx).add_checkpoint(body)


@pytest.fixture
def outside(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outside:
    folder = WitnessFolder(tmp_path / "witness")
    folder.create("witness.example.org", desk.ctx)
    folder.know(str(keyring(desk.home)[0]))
    found = Outside(folder, desk.ctx)
    monkeypatch.setattr(asking, "post_plainly", found)
    return found


@pytest.fixture
def named(desk: Desk, outside: Outside) -> Desk:
    vkey = outside.folder.witness(desk.ctx).signer.verifier
    name_witness(vkey=str(vkey), url=f"{URL}/", ctx=desk.ctx)
    make_checkpoint(desk.ctx)
    return desk


def later(ctx: Context, **span: float) -> Context:
    return Context(now=lambda: ctx.now() + timedelta(**span), random=ctx.random)


def one_more(ctx: Context) -> None:
    with recording(actor=SYSTEM, ctx=ctx, purpose="one more") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={})


def test_nobody_is_asked_until_named(desk: Desk, outside: Outside) -> None:
    run_due(later(desk.ctx, hours=30))
    assert outside.sent == [] and enabled_witnesses() == []


def test_naming_is_an_act_and_what_it_cosigns_is_in_every_proof(named: Desk, outside: Outside) -> None:
    ctx = named.ctx
    leaf = list(log_store().entries(0, 99))[-1].data
    assert b"policy.changed" in leaf and b'"policy":"sha256:' in leaf
    assert run_due(ctx)["cosignatures stored"] == 1
    assert ask_if_due(ctx) == 0, "asked once"
    assert [url for url, _ in outside.sent] == [f"{URL}/add-checkpoint"] * 1
    newest = latest_checkpoint()
    assert newest is not None and "— witness.example.org " in newest.published.decode()
    quorum = policy_text(named.home).replace(b"quorum none", b"quorum witness.example.org")
    proof = proof_text(1)
    assert proof is not None
    entry = next(log_store().entries(1, 2)).data
    verify_tlog_proof(parse_tlog_proof(proof.encode()), entry, parse_policy(quorum), now=2**40)
    assert verify(ctx).findings == ()
    one_more(ctx)
    make_checkpoint(ctx)
    assert ask_if_due(ctx) == 1, "a new checkpoint is offered at once, by the proof from the last"
    assert len(outside.sent) == 2
    body = outside.sent[1][1]
    assert b"old 3\n" in body and all(word not in body for word in (b"lead", b"act", b"{"))


def test_a_witness_that_does_not_answer_stops_nothing_and_is_asked_again(named: Desk, outside: Outside) -> None:
    outside.cut = True
    assert ask_if_due(named.ctx) == 0
    assert ask_if_due(later(named.ctx, minutes=14)) == 0 and len(outside.sent) == 1
    assert ask_if_due(later(named.ctx, minutes=16)) == 0 and len(outside.sent) == 2
    standing = standings(named.home)[0]
    assert (standing.answer, standing.size, standing.is_late(named.ctx.now())) == ("no_answer", 0, True)
    one_more(named.ctx)
    assert verify(named.ctx).findings == ()
    outside.cut = False
    assert ask_if_due(later(named.ctx, minutes=40)) == 1
    standing = standings(named.home)[0]
    assert (standing.answer, standing.size) == ("cosigned", 3)
    assert not standing.is_late(later(named.ctx, hours=25).now())
    assert standing.is_late(later(named.ctx, hours=27).now())


def test_each_witness_is_asked_whatever_the_one_before_did(
    named: Desk, outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = WitnessFolder(tmp_path / "second")
    key = folder.create("second.example.org", named.ctx)
    name_witness(vkey=str(key), url="https://second.example.org", ctx=named.ctx)
    make_checkpoint(named.ctx)

    def broken_first(url: str, body: bytes) -> Answer:
        if "second" in url:
            raise RecursionError("nobody foresaw it")
        return outside(url, body)

    monkeypatch.setattr(asking, "post_plainly", broken_first)
    monkeypatch.setattr(witnesses, "_rows", lambda rows=witnesses._rows: rows()[::-1])
    assert ask_if_due(named.ctx) == 1
    assert [(each.witness.key.name, each.answer) for each in standings(named.home)] == [
        ("second.example.org", "no_answer"), ("witness.example.org", "cosigned"),
    ]  # fmt: skip


def test_a_witness_that_saw_another_tree_fails_the_record(named: Desk, outside: Outside) -> None:
    signer = KeyFile(named.home.log_key).read()
    larger = TreeHead(signer.name, 50, bytes(range(32)))
    shown = outside.folder.witness(named.ctx).add_checkpoint(write_request(0, [], sign_checkpoint(larger, [signer])))
    assert shown.status == HTTPStatus.OK
    assert ask_if_due(named.ctx) == 0
    found = verify(named.ctx).findings
    assert [(each.reason, each.place) for each in found] == [("rollback_detected", "witness witness.example.org")]
    while log_store().head().size < 50:
        one_more(named.ctx)
    make_checkpoint(named.ctx)
    assert ask_if_due(named.ctx) == 0
    assert [each.reason for each in verify(named.ctx).findings] == ["fork_detected"]
    assert outside.folder.memory.refusals(), "the witness keeps what proves it"


def test_a_changed_cosignature_and_a_changed_row_are_named(named: Desk) -> None:
    ask_if_due(named.ctx)
    (line,) = latest_checkpoint().cosignatures  # type: ignore[union-attr]
    as_administrator("UPDATE ledger_cosignature SET line = %s", [line[:-8] + "AAAAAAA="])
    assert [(f.reason, f.place) for f in verify(named.ctx).findings] == [("bad_signature", "ledger_cosignature size 3")]
    as_administrator("UPDATE ledger_cosignature SET line = %s", [line])
    as_administrator("UPDATE log_witness SET url = %s", ["https://elsewhere.example"])
    (finding,) = verify(named.ctx).findings
    assert finding.reason == "projection_mismatch" and "url" in finding.words
    as_administrator("UPDATE log_witness SET vkey = %s", ["nonsense"])
    assert "vkey" in verify(named.ctx).findings[-1].words


def test_a_line_of_nobody_we_asked_is_named(any_desk: Desk, tmp_path: Path) -> None:
    folder = WitnessFolder(tmp_path / "other")
    folder.create("other.example.org", any_desk.ctx)
    line = folder.witness(any_desk.ctx).signer.sign("a\n", 5)
    with transaction.atomic():
        for size in (2, 9):
            DjangoStore(connection).add_cosignature(size, line)
    found = [(f.reason, f.place) for f in verify(any_desk.ctx).findings]
    assert found == [("item_added", "ledger_cosignature size 9"), ("item_added", "ledger_cosignature size 2")]


def test_ended_it_is_asked_no_more_and_its_lines_still_count(named: Desk, outside: Outside) -> None:
    ask_if_due(named.ctx)
    end_witness(name="witness.example.org", ctx=named.ctx)
    one_more(named.ctx)
    make_checkpoint(named.ctx)
    assert ask_if_due(named.ctx) == 0 and len(outside.sent) == 1
    assert b"witness" not in policy_text(named.home)
    assert verify(named.ctx).findings == ()
    with pytest.raises(UsageError, match="no witness of this name"):
        end_witness(name="witness.example.org", ctx=named.ctx)
    vkey = outside.folder.witness(named.ctx).signer.verifier
    name_witness(vkey=str(vkey), url=URL, ctx=named.ctx)


def test_what_cannot_be_a_witness_is_refused(named: Desk, outside: Outside) -> None:
    key = outside.folder.witness(named.ctx).signer.verifier
    log_key = str(keyring(named.home)[0])
    for vkey, url in (
        (str(key), URL), (log_key, URL), ("nonsense", URL), (str(key).replace("org", "net"), URL),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            name_witness(vkey=vkey, url=url, ctx=named.ctx)
    for url in (
        "ftp://x", "file:///etc/passwd", "https://", "nonsense", "https://a b", "https://a\n", "http://[::1",
        "https://a:99999", "https://a:0", "https://a:x", "https://who@a", "https://who:secret@a/w", "https://a/w?key=1",
        "https://a/w#b",
    ):  # fmt: skip
        with pytest.raises(UsageError, match="address") as refusal:
            witnesses._address(url)
        assert "secret" not in str(refusal.value)
    assert witnesses._address("http://[::1]:8100/w/") == "http://[::1]:8100/w"


def test_the_kept_answers_may_be_lost_or_damaged(named: Desk) -> None:
    path = named.home.root / "witness-answers.json"
    vkey = str(enabled_witnesses()[0].key)
    odd = [7, {"asked_at": "soon", "asked_size": 2}, {"asked_at": "2026-03-02T09:00:00Z", "asked_size": "x"}]
    for content in ("", "[]", "{", *(json.dumps({vkey: each}) for each in odd)):
        path.write_text(content)
        assert [each.answer for each in standings(named.home)] == [None]
    assert ask_if_due(named.ctx) == 1
    assert next(iter(json.loads(path.read_text()).values()))["answer"] == "cosigned"


def test_two_processes_may_ask_at_once(named: Desk, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    def and_another(url: str, body: bytes) -> Answer:
        answer = outside(url, body)
        with transaction.atomic():
            DjangoStore(connection).add_cosignature(3, SignatureLine.parse(answer.body.decode().rstrip("\n")))
        return answer

    monkeypatch.setattr(asking, "post_plainly", and_another)
    assert ask_if_due(named.ctx) == 1 and verify(named.ctx).findings == ()


def test_the_signer_is_not_needed(named: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(KeyFile, "read", lambda _self: pytest.fail("the key was opened"))
    assert key_file(named.home).path.exists()
    assert ask_if_due(named.ctx) == 1

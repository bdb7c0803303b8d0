"""The log's keys over their life: recovery key, rotation, revocation; each cut off and run again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.kill import killed_at_call

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger import files, signing
from evenhand.ledger.checkpoint import TreeHead, open_checkpoint, sign_checkpoint
from evenhand.ledger.errors import SignerBusy
from evenhand.ledger.files import only_signer
from evenhand.ledger.keyring import Status
from evenhand.ledger.notes import Signer, parse_note
from evenhand.ledger.signing import KeyFile
from evenhand.web.record import log_keys, unit
from evenhand.web.record.checkpoints import checkpoint_if_due, key_file, key_states, keyring_lines, make_checkpoint
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.log_keys import (
    add_recovery_key,
    recorded_keys,
    recovery_key,
    revocation_notes,
    revoke_key,
    rotate_key,
)
from evenhand.web.record.queries import latest_checkpoint, log_store
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


def one_more(ctx: Context) -> None:
    with recording(actor=SYSTEM, ctx=ctx, purpose="one more") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={})


def signers_of(size: int) -> list[str]:
    row = next(row for row in log_store().checkpoints() if row.size == size)
    return [line.key_id.hex() for line in parse_note(row.note).signatures]


def test_a_rotation_is_signed_by_both_and_then_by_the_new_one(any_desk: Desk) -> None:
    ctx, file = any_desk.ctx, key_file(any_desk.home)
    before = file.read()
    changed = rotate_key(ctx)
    after = file.read()
    assert (changed.old, changed.last, changed.new) == (before.verifier, 3, after.verifier)
    old, new = before.verifier.key_id.hex(), after.verifier.key_id.hex()
    assert [signers_of(size) for size in (2, 3, 4)] == [[old], [old, new], [new]]
    assert [(line["status"], line["last_size"]) for line in keyring_lines(any_desk.home)] == [
        ("retired", 3), ("active", None),
    ]  # fmt: skip
    assert not file.next.path.exists() and verify(ctx).findings == ()
    one_more(ctx)
    assert make_checkpoint(ctx).size == 5 and signers_of(5) == [new]
    rotate_key(ctx)
    assert [line.status for line in recorded_keys().lines] == ["retired", "retired", "active"]
    assert verify(ctx).findings == ()
    late = sign_checkpoint(open_checkpoint(latest_checkpoint().note, list(key_states(any_desk.home))).head, [before])  # type: ignore[union-attr]
    path = any_desk.home.root / "late"
    path.write_bytes(late)
    assert [f.reason for f in verify(ctx, against=path).findings] == ["after_retirement"]


CUTS = [
    (KeyFile, "create", False, 1), (unit, "write", True, 1), (unit, "write", False, 1),
    (signing, "write_durably", False, 1), (signing, "sign_checkpoint", False, 1),
    (unit, "write", True, 2), (unit, "write", False, 2),
    (log_keys, "write_keyring", True, 1), (log_keys, "write_keyring", False, 1), (KeyFile, "take_over", True, 1),
    (KeyFile, "take_over", False, 1),
]  # fmt: skip


@pytest.mark.parametrize(("owner", "name", "before", "nth"), CUTS, ids=[f"{cut[1]}-{cut[2]}-{cut[3]}" for cut in CUTS])
def test_a_rotation_that_was_cut_off_goes_on(desk: Desk, owner: object, name: str, before: bool, nth: int) -> None:
    old = key_file(desk.home).read().verifier
    assert killed_at_call(owner, name, lambda _acknowledge: _rotate(desk), before=before, nth=nth) == []
    one_more(desk.ctx)
    make_checkpoint(desk.ctx)  # the worker goes on meanwhile
    if key_file(desk.home).read().verifier == old:
        rotate_key(desk.ctx)
    keys = recorded_keys().lines
    assert [line.status for line in keys] == [Status.RETIRED, Status.ACTIVE], "one rotation, not two"
    assert verify(desk.ctx).findings == ()
    covering = min(row.size for row in log_store().checkpoints() if row.size > keys[1].added_index)
    assert len(signers_of(covering)) == 2, "the first checkpoint that covers the new key is signed by both"


def _rotate(desk: Desk) -> None:
    rotate_key(Context(now=desk.ctx.now, random=Context.repeatable("child", desk.ctx.now()).random))


def test_nobody_signs_while_the_key_is_changed(desk: Desk) -> None:
    with only_signer(key_file(desk.home).lock):
        with pytest.raises(SignerBusy):
            rotate_key(desk.ctx)
        one_more(desk.ctx)
        late = Context(now=lambda: desk.ctx.now().replace(hour=23), random=desk.ctx.random)
        assert checkpoint_if_due(late) == 0, "the worker waits and does not stop"
    assert checkpoint_if_due(late) == 1
    assert recorded_keys().lines[0].status is Status.ACTIVE


def test_a_stolen_key_is_revoked_by_the_recovery_key_alone(any_desk: Desk) -> None:
    ctx, home = any_desk.ctx, any_desk.home
    recovery = add_recovery_key(ctx)
    assert recovery_key(home) == recovery.verifier == recorded_keys().recovery
    assert recovery.encode().encode() not in b"".join(p.read_bytes() for p in home.root.rglob("*") if p.is_file())
    with pytest.raises(UsageError, match="already"):
        add_recovery_key(ctx)
    stolen = key_file(home).read()
    trusted = latest_checkpoint().size  # type: ignore[union-attr]
    one_more(ctx)
    make_checkpoint(ctx)
    thief = Signer.generate(recovery.name, ctx)
    for wrong in (None, thief, stolen):
        with pytest.raises(UsageError, match="by its recovery key"):
            revoke_key(vkey=str(stolen.verifier), why="key_theft", last=trusted, recovery=wrong, ctx=ctx)
    with pytest.raises(UsageError, match="from 0 to 4"):
        revoke_key(vkey=str(stolen.verifier), why="key_theft", last=99, recovery=recovery, ctx=ctx)
    assert recorded_keys().lines[0].status is Status.ACTIVE and not key_file(home).next.path.exists()
    changed = revoke_key(vkey=str(stolen.verifier), why="key_theft", last=trusted, recovery=recovery, ctx=ctx)
    assert (changed.last, changed.new) == (trusted, key_file(home).read().verifier)
    assert stolen.encode().encode() not in b"".join(p.read_bytes() for p in home.root.rglob("*") if p.is_file())
    report = verify(ctx)
    assert report.verdict == "verified"
    assert [f.place for f in report.findings] == ["ledger_checkpoint size 4"], "said, and no failure"
    with pytest.raises(UsageError, match="does not sign now"):
        revoke_key(vkey=str(stolen.verifier), why="key_theft", last=trusted, recovery=recovery, ctx=ctx)
    note = home.root / "thief"
    note.write_bytes(sign_checkpoint(TreeHead(stolen.name, 50, bytes(32)), [stolen]))
    assert [f.reason for f in verify(ctx, against=note).findings if f.verdict == "failed"] == ["after_revocation"]
    note.write_bytes(sign_checkpoint(TreeHead(stolen.name, 2, bytes(32)), [stolen]))
    assert [f.reason for f in verify(ctx, against=note).findings if f.verdict == "failed"] == ["fork_detected"]
    _forged_successor(any_desk, stolen)


def _forged_successor(desk: Desk, stolen: Signer) -> None:
    """Whoever can write beside the key and has stolen it still cannot make the recovery key say another successor."""
    (path,) = desk.home.log_key.parent.glob("revocation-*.note")
    text = parse_note(revocation_notes(desk.home)[0]).text
    path.write_bytes(f"{text}\n{stolen.sign(text)}\n".encode())
    assert [f.reason for f in verify(desk.ctx).findings if f.verdict == "failed"] == ["unknown_log"]
    path.unlink()
    assert [f.reason for f in verify(desk.ctx).findings if f.verdict == "failed"] == ["after_revocation"]


def test_a_revocation_that_was_cut_off_goes_on(desk: Desk) -> None:
    recovery = add_recovery_key(desk.ctx)
    old = str(key_file(desk.home).read().verifier)

    def revoke() -> None:
        revoke_key(vkey=old, why="key_loss", last=None, recovery=recovery, ctx=desk.ctx)

    for owner, name, before in ((unit, "write", True), (unit, "write", False), (KeyFile, "take_over", True)):
        assert killed_at_call(owner, name, lambda _acknowledge: revoke(), before=before) == []
    revoke()
    assert [line.status for line in recorded_keys().lines] == ["revoked", "active"]
    assert verify(desk.ctx).findings == ()


def test_a_log_without_a_recovery_key_can_revoke_too(desk: Desk) -> None:
    old = str(key_file(desk.home).read().verifier)
    stranger = Signer.generate("other/recovery", desk.ctx)
    with pytest.raises(UsageError, match="has no recovery key"):
        revoke_key(vkey=old, why="key_loss", last=None, recovery=stranger, ctx=desk.ctx)
    with pytest.raises(UsageError):
        revoke_key(vkey="nonsense", why="key_loss", last=None, recovery=None, ctx=desk.ctx)
    key_file(desk.home).path.unlink()
    assert revoke_key(vkey=old, why="key_loss", last=None, recovery=None, ctx=desk.ctx).last == 2
    assert revocation_notes(desk.home) == [] and verify(desk.ctx).findings == ()


def test_a_key_that_is_stolen_during_its_rotation_is_revoked_and_the_new_one_stays(desk: Desk) -> None:
    old = key_file(desk.home).read().verifier
    killed_at_call(log_keys, "sign_head", lambda _acknowledge: _rotate(desk), before=True)
    new = key_file(desk.home).next.read().verifier
    assert revoke_key(vkey=str(old), why="key_theft", last=None, recovery=None, ctx=desk.ctx).new == new
    assert [line.status for line in recorded_keys().lines] == ["revoked", "active"]
    assert verify(desk.ctx).findings == ()


def test_what_lies_beside_the_key_must_say_what_the_leaves_say(desk: Desk) -> None:
    add_recovery_key(desk.ctx)
    keyring = desk.home.log_key.with_name("keyring.json")
    whole, vkey = keyring.read_text(), desk.home.log_key.with_name("recovery.vkey")
    keyring.write_text(json.dumps([line | {"added_index": 7} for line in json.loads(whole)]))
    assert [f.place for f in verify(desk.ctx).findings] == ["keyring.json"]
    keyring.write_text(whole)
    kept = vkey.read_text()
    for content in (str(Signer.generate("evenhand/x/recovery", desk.ctx).verifier), None, "nonsense", "ü"):
        vkey.unlink(missing_ok=True)
        if content is not None:
            vkey.write_text(content)
        assert len([f for f in verify(desk.ctx).findings if f.verdict == "failed"]) == 1, content
    vkey.write_text(kept)
    assert verify(desk.ctx).findings == ()


def test_the_next_key_is_as_private_as_the_key(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Path, int]] = []
    real = files.write_durably

    def watching(path: Path, data: bytes, *, mode: int = 0o644) -> None:
        seen.append((path, mode))
        real(path, data, mode=mode)

    monkeypatch.setattr(signing, "write_durably", watching)
    rotate_key(desk.ctx)
    assert (key_file(desk.home).next.path, 0o600) in seen
    assert key_file(desk.home).path.stat().st_mode & 0o777 == 0o600

"""Making checkpoints: what is never signed, and the high-water file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger import MemoryStore, append
from evenhand.ledger.checkpoint import TreeHead, check_extends, open_checkpoint, sign_checkpoint
from evenhand.ledger.errors import AppendRefused, Contradiction, Malformed, Reason
from evenhand.ledger.files import only_signer, write_durably
from evenhand.ledger.notes import LOW_ORDER, KeyType, Signer, VerifierKey, parse_trusted_vkey, parse_vkey
from evenhand.ledger.proofs import consistency_proof
from evenhand.ledger.signing import KeyFile, make_checkpoint

ORIGIN = "log.example/1"


@pytest.fixture
def key_file(tmp_path: Path, ctx: Context) -> KeyFile:
    found = KeyFile(tmp_path / "keys" / "log")
    found.create(ORIGIN, ctx)
    return found


def test_a_checkpoint_says_size_and_root_and_continues_the_last(log: Any, key_file: KeyFile) -> None:
    heads = []
    for count in (0, 3, 300):
        log.fill(count)
        made = make_checkpoint(log.store, key_file, log.ctx)
        heads.append(open_checkpoint(made.note, [key_file.read().verifier]).head)
    assert [head.size for head in heads] == [0, 3, 303]
    check_extends(heads[0], heads[2], [])
    check_extends(heads[1], heads[2], consistency_proof(log.store, 3, 303))
    assert [row.size for row in log.store.checkpoints()] == [0, 3, 303]
    assert [row.size for row in log.store.checkpoints(last=2)] == [3, 303]


def test_the_same_size_is_signed_once(log: Any, key_file: KeyFile) -> None:
    log.fill(3)
    assert make_checkpoint(log.store, key_file, log.ctx) == make_checkpoint(log.store, key_file, log.ctx)


def refused(log: Any, key_file: KeyFile) -> Reason:
    before = key_file.high_water.read_bytes()
    with pytest.raises(Contradiction) as refusal:
        make_checkpoint(log.store, key_file, log.ctx)
    assert key_file.high_water.read_bytes() == before
    return refusal.value.reason


def rewritten(ctx: Context, log: Any, count: int) -> MemoryStore:
    other = MemoryStore()
    append(other, [log.draft() for _ in range(count)], Context.repeatable("other", ctx.now()))
    return other


def test_a_database_of_yesterday_is_not_signed(log: Any, key_file: KeyFile) -> None:
    log.fill(3)
    log.store.begin()
    log.fill(4)
    make_checkpoint(log.store, key_file, log.ctx)
    log.store.rollback()
    assert refused(log, key_file) is Reason.ROLLBACK_DETECTED


@pytest.mark.parametrize("count", [7, 12])
def test_a_rewritten_log_is_not_signed(log: Any, key_file: KeyFile, count: int) -> None:
    log.fill(7)
    make_checkpoint(log.store, key_file, log.ctx)
    log.store = rewritten(log.ctx, log, count)
    assert refused(log, key_file) is Reason.ROLLBACK_DETECTED


def test_a_changed_tile_is_not_signed(log: Any, key_file: KeyFile) -> None:
    log.fill(7)
    make_checkpoint(log.store, key_file, log.ctx)
    log.fill(1)
    tile = bytearray(log.store.tile_rows[0, 0])
    tile[40] ^= 1
    log.store.tile_rows[0, 0] = bytes(tile)
    assert refused(log, key_file) is Reason.ROOT_MISMATCH


def test_a_lost_high_water_file_is_not_made_up(log: Any, key_file: KeyFile) -> None:
    log.fill(7)
    make_checkpoint(log.store, key_file, log.ctx)
    key_file.high_water.unlink()
    with pytest.raises(AppendRefused, match="high-water"):
        make_checkpoint(log.store, key_file, log.ctx)


def test_a_damaged_high_water_file_stops(log: Any, key_file: KeyFile) -> None:
    key_file.high_water.write_bytes(b"\xff")
    with pytest.raises(Malformed, match="high-water"):
        make_checkpoint(log.store, key_file, log.ctx)


def test_the_high_water_file_of_another_log_stops(log: Any, key_file: KeyFile) -> None:
    log.fill(7)
    make_checkpoint(log.store, key_file, log.ctx)
    own = key_file.high_water.read_text()
    key_file.high_water.write_text("another.example/log\n" + own.partition("\n")[2])
    assert refused(log, key_file) is Reason.UNKNOWN_LOG, "though its tree is the same"


def test_a_cut_between_high_water_and_row_is_resumed_with_the_same_root(
    log: Any, key_file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.fill(7)

    def cut(_head: Any, _signers: Any) -> bytes:
        raise OSError(5, "cut")

    monkeypatch.setattr("evenhand.ledger.signing.sign_checkpoint", cut)
    with pytest.raises(OSError, match="cut"):
        make_checkpoint(log.store, key_file, log.ctx)
    monkeypatch.undo()
    assert key_file.high_water.exists()
    assert log.store.checkpoints() == []
    assert make_checkpoint(log.store, key_file, log.ctx).size == 7


def test_a_failed_high_water_write_signs_nothing(log: Any, key_file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    log.fill(7)

    def full(path: Path, data: bytes, mode: int = 0) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("evenhand.ledger.signing.write_durably", full)
    monkeypatch.setattr("evenhand.ledger.signing.sign_checkpoint", lambda *_: pytest.fail("signed"))
    with pytest.raises(OSError, match="No space"):
        make_checkpoint(log.store, key_file, log.ctx)
    assert log.store.checkpoints() == []


def test_one_signer_at_a_time(log: Any, key_file: KeyFile) -> None:
    with only_signer(key_file.lock), pytest.raises(AppendRefused, match="another process"):
        make_checkpoint(log.store, key_file, log.ctx)
    assert make_checkpoint(log.store, key_file, log.ctx).size == 0


def test_another_logs_key_does_not_continue_this_one(log: Any, key_file: KeyFile, ctx: Context) -> None:
    log.fill(2)
    make_checkpoint(log.store, key_file, log.ctx)
    key_file.path.unlink()
    key_file.create("log.example/2", ctx)
    assert refused(log, key_file) is Reason.UNKNOWN_LOG


def test_key_files_are_private_and_never_replaced(key_file: KeyFile, ctx: Context) -> None:
    assert key_file.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(AppendRefused):
        key_file.create(ORIGIN, ctx)
    signer = key_file.read()
    assert "PRIVATE" not in repr(signer) and signer.encode() not in repr(signer)
    key_file.path.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        key_file.read()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PRIVATE+KEY+a+00000000+AA==", b"\xff\xfe", b"PRIVATE+KEY+x"])
def test_what_is_no_key_is_malformed(key_file: KeyFile, content: bytes) -> None:
    write_durably(key_file.path, content, mode=0o600)
    with pytest.raises(Malformed, match="not a private log key"):
        key_file.read()


def test_a_private_key_reads_back(ctx: Context) -> None:
    for kind in (KeyType.LOG, KeyType.COSIGNER):
        signer = Signer.generate("a.example", ctx, kind)
        again = Signer.parse(signer.encode())
        assert again.verifier == signer.verifier
        assert parse_vkey(str(signer.verifier)) == signer.verifier


@pytest.mark.parametrize("public", sorted(LOW_ORDER))
def test_keys_of_low_order_are_not_trusted(public: bytes) -> None:
    key = VerifierKey("a.example", KeyType.LOG, public)
    assert parse_vkey(str(key)) == key
    with pytest.raises(Malformed, match="low order"):
        parse_trusted_vkey(str(key))


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "ä", "a" * 256, "a\nb"])
def test_bad_origins_are_not_signed(origin: str, ctx: Context) -> None:
    signer = Signer("x", KeyType.LOG, Signer.generate("x", ctx)._key)
    with pytest.raises(Malformed):
        sign_checkpoint(TreeHead(origin, 1, bytes(32)), [signer])


def test_a_fork_is_named_so(ctx: Context) -> None:
    with pytest.raises(Contradiction) as refusal:
        check_extends(TreeHead(ORIGIN, 3, b"a" * 32), TreeHead(ORIGIN, 3, b"b" * 32), [])
    assert refusal.value.reason is Reason.FORK_DETECTED

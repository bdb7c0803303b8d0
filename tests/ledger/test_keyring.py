"""T-THEFT and the table of keys: one test per row, what a thief can do with a stolen key, and what not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from evenhand.context import Context
from evenhand.ledger import Checkpoint, MemoryStore, append
from evenhand.ledger.checkpoint import TreeHead, open_checkpoint, sign_checkpoint
from evenhand.ledger.errors import Contradiction, Malformed, Missing, Reason
from evenhand.ledger.forks import Fork, parse_fork, prove_fork
from evenhand.ledger.keyring import (
    ACTIVE,
    KeyLine,
    KeyState,
    Status,
    fold_keys,
    parse_keyring,
    recovery_name,
    standing_of,
)
from evenhand.ledger.notes import KeyType, Signer, parse_note
from evenhand.ledger.proofs import root_from_tiles
from evenhand.ledger.revocation import Revocation, check_revocations, open_revocation, sign_revocation
from evenhand.ledger.vouching import check_checkpoints, check_note

ORIGIN = "log.example/1"
SIZE, LAST = 300, 200
AT = "2026-03-04T05:06:07Z"


class Keys:
    """The stolen key, its successor, the recovery key, and checkpoints of one log of 300 leaves."""

    def __init__(self, log: Any) -> None:
        self.ctx: Context = log.ctx
        self.store: MemoryStore = log.store
        log.fill(SIZE)
        self.old, self.new = (Signer.generate(ORIGIN, log.ctx) for _ in range(2))
        self.recovery = Signer.generate(recovery_name(ORIGIN), log.ctx)
        self.draft = log.draft

    def note(self, size: int, *signers: Signer) -> bytes:
        return sign_checkpoint(TreeHead(ORIGIN, size, root_from_tiles(self.store, size)), signers)

    def row(self, size: int, *signers: Signer) -> Checkpoint:
        return Checkpoint(size, self.note(size, *signers), AT)

    def ring(self, status: Status, last: int | None = LAST) -> dict[Any, KeyState]:
        state = ACTIVE if status is Status.ACTIVE else KeyState(status, last)
        return {self.old.verifier: state, self.new.verifier: ACTIVE}

    def thiefs_tree(self, size: int) -> MemoryStore:
        other = MemoryStore()
        append(other, [self.draft() for _ in range(size)], Context.repeatable("thief", self.ctx.now()))
        return other


@pytest.fixture
def keys(log: Any) -> Keys:
    return Keys(log)


def reasons(keys: Keys, note: bytes, status: Status, vouched: int = 0) -> list[tuple[str, Reason | None]]:
    found = check_note(keys.store, SIZE, note, keys.ring(status), "note", vouched=vouched)
    return [(each.verdict.value, each.reason) for each in found]


@pytest.mark.parametrize("size", [LAST - 1, LAST, LAST + 1])
def test_an_active_key_counts_at_any_size(keys: Keys, size: int) -> None:
    assert reasons(keys, keys.note(size, keys.old), Status.ACTIVE) == []


@pytest.mark.parametrize("size", [LAST - 1, LAST])
def test_a_retired_key_counts_up_to_its_last_size_and_is_superseded(keys: Keys, size: int) -> None:
    assert reasons(keys, keys.note(size, keys.old), Status.RETIRED) == [("verified", Reason.SUPERSEDED)]
    assert reasons(keys, keys.note(size, keys.old, keys.new), Status.RETIRED) == []


def test_a_retired_key_fails_after_its_last_size(keys: Keys) -> None:
    assert reasons(keys, keys.note(LAST + 1, keys.old), Status.RETIRED) == [("failed", Reason.AFTER_RETIREMENT)]
    assert reasons(keys, keys.note(LAST + 1, keys.old, keys.new), Status.RETIRED) == []


def test_a_revoked_key_fails_after_its_last_size(keys: Keys) -> None:
    assert reasons(keys, keys.note(LAST + 1, keys.old), Status.REVOKED) == [("failed", Reason.AFTER_REVOCATION)]


def test_a_revoked_key_alone_is_unverifiable_and_counts_with_a_later_checkpoint(keys: Keys) -> None:
    alone = [("unverifiable", Reason.REVOKED_KEY_ALONE)]
    assert reasons(keys, keys.note(LAST, keys.old), Status.REVOKED) == alone
    assert reasons(keys, keys.note(LAST, keys.old), Status.REVOKED, vouched=LAST) == []
    ring, own = keys.ring(Status.REVOKED), keys.row(LAST, keys.old)
    assert [f.reason for f in check_checkpoints(keys.store, SIZE, [own], ring)] == [Reason.REVOKED_KEY_ALONE]
    assert check_checkpoints(keys.store, SIZE, [own, keys.row(SIZE, keys.new)], ring) == []


def test_a_key_that_the_keyring_does_not_name(keys: Keys) -> None:
    opened = open_checkpoint(keys.note(3, keys.old), [keys.old.verifier])
    with pytest.raises(Missing) as refusal:
        standing_of(opened, {keys.new.verifier: ACTIVE})
    assert refusal.value.reason is Reason.NO_KEY


def test_our_own_history_keeps_what_was_signed_between_theft_and_revocation(keys: Keys) -> None:
    rows, ring = [keys.row(LAST + 50, keys.old), keys.row(SIZE, keys.new)], keys.ring(Status.REVOKED)
    (found,) = check_checkpoints(keys.store, SIZE, rows, ring)
    assert (found.verdict, found.place) == ("verified", "ledger_checkpoint size 250")
    assert [f.reason for f in check_checkpoints(keys.store, SIZE, rows[:1], ring)] == [Reason.AFTER_REVOCATION]
    other = Checkpoint(250, sign_checkpoint(TreeHead(ORIGIN, 250, bytes(32)), [keys.old]), AT)
    assert [f.reason for f in check_checkpoints(keys.store, SIZE, [other, rows[1]], ring)] == [Reason.FORK_DETECTED]


def test_a_cosignature_that_fails_or_is_dated_before_its_checkpoint(keys: Keys) -> None:
    witness, ring = Signer.generate("w.example", keys.ctx, KeyType.COSIGNER), {keys.old.verifier: ACTIVE}
    made, row = int(keys.ctx.now().timestamp()), keys.row(LAST, keys.old)
    text = parse_note(row.note).text
    for time, words in ((made - 299, []), (made + 90_000, []), (made - 301, ["a clock was wrong"])):
        cosigned = replace(row, cosignatures=(str(witness.sign(text, time)),))
        found = check_checkpoints(keys.store, SIZE, [cosigned], ring, [witness.verifier])
        assert [f.words.rpartition(": ")[2] for f in found] == words
        assert all(f.verdict == "verified" and f.place == "ledger_cosignature size 200" for f in found)
    other = replace(row, cosignatures=(str(witness.sign("other", made)),))
    (found,) = check_checkpoints(keys.store, SIZE, [other], ring, [witness.verifier])
    assert (found.reason, found.place) == (Reason.BAD_SIGNATURE, "ledger_cosignature size 200")
    assert check_checkpoints(keys.store, SIZE, [other], ring) == [], "of nobody known: passed over"


def test_theft_a_larger_tree(keys: Keys) -> None:
    thief = keys.thiefs_tree(SIZE + 50)
    note = sign_checkpoint(TreeHead(ORIGIN, SIZE + 50, root_from_tiles(thief, SIZE + 50)), [keys.old])
    assert reasons(keys, note, Status.REVOKED) == [("failed", Reason.AFTER_REVOCATION)]
    assert reasons(keys, note, Status.ACTIVE) == [("failed", Reason.ROLLBACK_DETECTED)], "before it was revoked"


def test_theft_b_another_tree_is_a_fork_against_an_outside_checkpoint(keys: Keys) -> None:
    thief = keys.thiefs_tree(LAST)
    note = sign_checkpoint(TreeHead(ORIGIN, LAST - 50, root_from_tiles(thief, LAST - 50)), [keys.old])
    assert reasons(keys, note, Status.REVOKED) == [("failed", Reason.FORK_DETECTED)]
    fork = prove_fork(keys.store, keys.row(SIZE, keys.new), note, list(keys.ring(Status.REVOKED)))
    assert fork is not None and parse_fork(fork.encode()) == fork
    parse_fork(fork.encode()).check([keys.old.verifier, keys.new.verifier])
    alone = check_note(thief, LAST, note, keys.ring(Status.REVOKED), "note")
    assert [f.reason for f in alone] == [Reason.REVOKED_KEY_ALONE], "to whoever saw that tree alone"


def test_theft_c_the_thiefs_own_successor_is_refused_where_a_recovery_key_exists(keys: Keys) -> None:
    mine = Revocation(ORIGIN, keys.old.verifier, LAST, keys.new.verifier)
    note = sign_revocation(mine, keys.recovery)
    assert open_revocation(note, keys.recovery.verifier) == mine
    check_revocations(keys.ring(Status.REVOKED), keys.recovery.verifier, [note])
    thief = Signer.generate(ORIGIN, keys.ctx)
    theirs = Revocation(ORIGIN, keys.old.verifier, LAST, thief.verifier)
    ring = {keys.old.verifier: KeyState(Status.REVOKED, LAST), thief.verifier: ACTIVE}
    for notes, wanted in (
        ([], Reason.AFTER_REVOCATION),
        ([note], Reason.AFTER_REVOCATION),
        ([sign_revocation(theirs, keys.old)], Reason.UNKNOWN_LOG),
        ([note.replace(str(keys.new.verifier).encode(), str(thief.verifier).encode())], Reason.BAD_SIGNATURE),
    ):
        with pytest.raises(Contradiction) as refusal:
            check_revocations(ring, keys.recovery.verifier, notes)
        assert refusal.value.reason is wanted
    with pytest.raises(Contradiction, match="another last size"):
        check_revocations(keys.ring(Status.REVOKED, LAST + 50), keys.recovery.verifier, [note])
    check_revocations(keys.ring(Status.RETIRED), keys.recovery.verifier, [])


@pytest.mark.parametrize("change", ["header", "origin", "key", "last", "more", "cosigner"])
def test_a_revocation_of_another_form_is_malformed(keys: Keys, change: str) -> None:
    lines = Revocation(ORIGIN, keys.old.verifier, LAST, keys.new.verifier).text().split("\n")
    wrong = {
        "header": (0, "evenhand/key-revocation/v2"), "origin": (1, "log.example/2"), "key": (2, "nonsense"),
        "last": (3, "0200"), "more": (4, lines[4] + "\nmore"),
        "cosigner": (4, str(Signer.generate(ORIGIN, keys.ctx, KeyType.COSIGNER).verifier)),
    }  # fmt: skip
    place, text = wrong[change]
    lines[place] = text
    text = "\n".join(lines)
    signed = f"{text}\n{keys.recovery.sign(text)}\n"
    with pytest.raises(Malformed):
        open_revocation(signed.encode(), keys.recovery.verifier)


def test_no_fork_where_nothing_contradicts(keys: Keys) -> None:
    known, ours = [keys.old.verifier], keys.row(250, keys.old)
    assert prove_fork(keys.store, ours, keys.note(200, keys.old), known) is None
    assert prove_fork(keys.store, ours, keys.note(SIZE, keys.old), known) is None, "larger than what we signed"
    other = sign_checkpoint(TreeHead(ORIGIN, 250, bytes(32)), [keys.old])
    same_size = prove_fork(keys.store, ours, other, known)
    assert same_size is not None and same_size.path == ()
    fork = Fork(keys.note(200, keys.old), ours.note, 200, root_from_tiles(keys.store, 200), ())
    with pytest.raises(Contradiction):
        fork.check(known)
    with pytest.raises(Contradiction, match="do not contradict"):
        same_size_true = Fork(ours.note, ours.note, 250, root_from_tiles(keys.store, 250), ())
        same_size_true.check(known)


@pytest.mark.parametrize(
    "data", [b"", b"evenhand/fork/v1\n", b"evenhand/fork/v1\nx\n\n\na\n\n\nb\n", b"a\n\n\nb\n\n\nc"]
)
def test_what_is_no_proof_of_fork(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_fork(data)


def leaf(kind: str, vkey: str, **more: Any) -> dict[str, Any]:
    return {"t": kind, "vkey": vkey, **more}


def test_the_leaves_tell_what_became_of_each_key(keys: Keys) -> None:
    old, new, recovery = (str(signer.verifier) for signer in (keys.old, keys.new, keys.recovery))
    thiefs = str(Signer.generate(recovery_name(ORIGIN), keys.ctx).verifier)
    told = [
        (0, {"t": "log.started"}), (1, leaf("key.added", old)), (2, leaf("key.added", recovery)),
        (7, leaf("key.added", new)), (9, leaf("key.retired", old, last=8)), (11, leaf("key.added", thiefs)),
    ]  # fmt: skip
    found = fold_keys(told)
    assert found.lines == (KeyLine(old, Status.RETIRED, 1, 9, 8), KeyLine(new, Status.ACTIVE, 7))
    assert found.recovery == keys.recovery.verifier, "the first one counts"
    written = json.dumps([line.as_json() for line in found.lines]).encode()
    assert parse_keyring(written) == {keys.old.verifier: KeyState(Status.RETIRED, 8), keys.new.verifier: ACTIVE}
    assert fold_keys([*told[:2], (5, leaf("key.revoked", old, last=3))]).lines[0].status is Status.REVOKED
    for wrong in (leaf("key.added", old), leaf("key.retired", new, last=1)):
        with pytest.raises(Malformed):
            fold_keys([*told[:2], (5, wrong)])

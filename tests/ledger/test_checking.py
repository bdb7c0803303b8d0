"""Tampering with a stored log, class by class: it is found, and the place is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evenhand.context import Context
from evenhand.ledger import Checkpoint, Entry, Head, MemoryStore, append
from evenhand.ledger.append import append_encoded
from evenhand.ledger.checking import (
    Finding,
    Verdict,
    check_log,
    from_error,
    notice,
    worst,
)
from evenhand.ledger.checkpoint import TreeHead, sign_checkpoint
from evenhand.ledger.errors import Missing, Reason
from evenhand.ledger.keyring import ACTIVE
from evenhand.ledger.leaf import encode_leaf
from evenhand.ledger.notes import Signer
from evenhand.ledger.tree import leaf_hash, root_of
from evenhand.ledger.vouching import check_checkpoints, check_note

SIZE, SIGNED = 1_000, (300, 700, 1_000)
"""EVIDENCE §8: a log of 1,000 leaves with three checkpoints; the second one is held outside too."""


@pytest.fixture
def signer(ctx: Context) -> Signer:
    return Signer.generate("log.example/1", ctx)


def signed(store: MemoryStore, signer: Signer) -> Checkpoint:
    head = TreeHead(signer.name, store.head().size, root_of(store.head()))
    return Checkpoint(head.size, sign_checkpoint(head, [signer]), "2026-03-04T05:06:07Z")


@pytest.fixture
def full(log: Any, signer: Signer) -> MemoryStore:
    for size in SIGNED:
        log.fill(size - log.store.head().size)
        log.store.add_checkpoint(signed(log.store, signer))
    assert check_log(log.store) == []
    store: MemoryStore = log.store
    return store


def edited(data: bytes) -> bytes:
    """The same leaf with another nonce: canonical, well formed, and never written."""
    place = data.index(b'"n":"') + 5
    return data[:place] + (b"B" if data[place : place + 1] == b"A" else b"A") + data[place + 1 :]


def edit_bytes(store: MemoryStore) -> None:
    store.rows[17] = replace(store.rows[17], data=edited(store.rows[17].data))


def edit_bytes_and_hash(store: MemoryStore) -> None:
    data = edited(store.rows[17].data)
    store.rows[17] = Entry(17, leaf_hash(data), data)


def edit_hash(store: MemoryStore) -> None:
    store.rows[17] = replace(store.rows[17], leaf_hash=bytes(32))


def delete(store: MemoryStore) -> None:
    del store.rows[17]


def swap(store: MemoryStore) -> None:
    one, other = store.rows[17], store.rows[18]
    store.rows[17], store.rows[18] = replace(other, seq=17), replace(one, seq=18)


def insert_beyond(store: MemoryStore) -> None:
    store.rows[SIZE] = replace(store.rows[17], seq=SIZE)


def insert_far_beyond(store: MemoryStore) -> None:
    store.rows[2**63 - 1] = replace(store.rows[17], seq=2**63 - 1)


def tile_bit(store: MemoryStore) -> None:
    tile = bytearray(store.tile_rows[0, 0])
    tile[17 * 32] ^= 1
    store.tile_rows[0, 0] = bytes(tile)


def upper_tile_bit(store: MemoryStore) -> None:
    tile = bytearray(store.tile_rows[1, 0])
    tile[0] ^= 1
    store.tile_rows[1, 0] = bytes(tile)


def tile_gone(store: MemoryStore) -> None:
    del store.tile_rows[0, 1]


def extra_tile(store: MemoryStore) -> None:
    store.tile_rows[0, 4] = bytes(32)


def frontier(store: MemoryStore) -> None:
    store.head_row = Head(SIZE, (bytes(32), *store.head_row.frontier[1:]))


TAMPERINGS: list[tuple[Callable[[MemoryStore], None], Reason, str]] = [
    (edit_bytes, Reason.ENTRY_MISMATCH, "ledger_entry seq 17"),
    (edit_bytes_and_hash, Reason.ENTRY_MISMATCH, "ledger_entry seq 17"),
    (edit_hash, Reason.ENTRY_MISMATCH, "ledger_entry seq 17"),
    (delete, Reason.ENTRY_MISMATCH, "ledger_entry seq 17"),
    (swap, Reason.ENTRY_MISMATCH, "ledger_entry seq 17"),
    (insert_beyond, Reason.ENTRY_MISMATCH, f"ledger_entry seq {SIZE}"),
    (insert_far_beyond, Reason.ENTRY_MISMATCH, f"ledger_entry seq {2**63 - 1}"),
    (tile_bit, Reason.ROOT_MISMATCH, "ledger_tile level 0 idx 0"),
    (upper_tile_bit, Reason.ROOT_MISMATCH, "ledger_tile level 1 idx 0"),
    (tile_gone, Reason.ROOT_MISMATCH, "ledger_tile level 0 idx 1"),
    (extra_tile, Reason.ROOT_MISMATCH, "ledger_tile level 0 idx 4"),
    (frontier, Reason.ROOT_MISMATCH, "ledger_head"),
]


@pytest.mark.parametrize(("tamper", "reason", "place"), TAMPERINGS, ids=lambda value: getattr(value, "__name__", ""))
def test_each_kind_of_tampering_is_named(
    full: MemoryStore, tamper: Callable[[MemoryStore], None], reason: Reason, place: str
) -> None:
    tamper(full)
    findings = check_log(full)
    assert (findings[0].verdict, findings[0].reason, findings[0].place) == (Verdict.FAILED, reason, place)
    assert len(findings) <= 2


def _renumbered(data: list[bytes]) -> list[bytes]:
    return [*data[:17], *data[18:]]


def _swapped(data: list[bytes]) -> list[bytes]:
    return [*data[:17], data[18], data[17], *data[19:]]


def _inserted(data: list[bytes]) -> list[bytes]:
    return [*data[:17], edited(data[17]), *data[17:]]


def _back_dated(data: list[bytes]) -> list[bytes]:
    return [*data[:17], data[17].replace(b"T05:06", b"T04:06"), *data[18:]]


def _grown_again(data: list[bytes]) -> list[bytes]:
    return [*data[:-5], *(edited(each) for each in data[-5:])]


REWRITES: list[tuple[Callable[[list[bytes]], list[bytes]], dict[int, Reason]]] = [
    (lambda data: [*data[:17], edited(data[17]), *data[18:]], dict.fromkeys(SIGNED, Reason.FORK_DETECTED)),
    (_renumbered, {300: Reason.FORK_DETECTED, 700: Reason.FORK_DETECTED, 1_000: Reason.ROLLBACK_DETECTED}),
    (_swapped, dict.fromkeys(SIGNED, Reason.FORK_DETECTED)),
    (_inserted, dict.fromkeys(SIGNED, Reason.FORK_DETECTED)),
    (_back_dated, dict.fromkeys(SIGNED, Reason.FORK_DETECTED)),
    (_grown_again, {1_000: Reason.FORK_DETECTED}),
    (lambda data: data[:750], {1_000: Reason.ROLLBACK_DETECTED}),
    (lambda data: data[:500], {700: Reason.ROLLBACK_DETECTED, 1_000: Reason.ROLLBACK_DETECTED}),
]


@pytest.mark.parametrize(("rewrite", "named"), REWRITES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_consistent_rewrite_is_caught_by_what_was_signed_here_and_outside(
    full: MemoryStore, signer: Signer, rewrite: Callable[[list[bytes]], list[bytes]], named: dict[int, Reason]
) -> None:
    """Entries, hashes, tiles and head agree with each other: only what was signed before tells, each at its place."""
    rewritten = MemoryStore()
    append_encoded(rewritten, rewrite([row.data for row in full.entries(0, SIZE)]))
    assert worst(check_log(rewritten)) is Verdict.VERIFIED, "a clock that ran back is a remark"
    size, trusted = rewritten.head().size, {signer.verifier: ACTIVE}
    findings = check_checkpoints(rewritten, size, full.checkpoints(), trusted)
    wanted = [(reason, f"ledger_checkpoint size {at}") for at, reason in named.items()]
    assert [(finding.reason, finding.place) for finding in findings] == wanted
    for row in full.checkpoints():
        outside = check_note(rewritten, size, row.note, trusted, "the letter")
        assert [finding.reason for finding in outside] == ([named[row.size]] if row.size in named else [])


def test_a_full_rewrite_with_the_key_is_caught_by_an_outside_copy_alone(full: MemoryStore, signer: Signer) -> None:
    """EVIDENCE §8: whoever holds the key and every file here is caught by a letter, a public copy or a witness only."""
    data = [row.data for row in full.entries(0, SIZE)]
    rewritten = MemoryStore()
    for size in SIGNED:
        append_encoded(rewritten, [edited(each) for each in data[rewritten.head().size : size]])
        rewritten.add_checkpoint(signed(rewritten, signer))
    trusted = {signer.verifier: ACTIVE}
    assert check_log(rewritten) == [] == check_checkpoints(rewritten, SIZE, rewritten.checkpoints(), trusted)
    letter = full.checkpoints()[1].note
    assert [finding.reason for finding in check_note(rewritten, SIZE, letter, trusted, "the letter")] == [
        Reason.FORK_DETECTED
    ]


def test_good_checkpoints_leave_no_finding(full: MemoryStore, signer: Signer) -> None:
    assert check_checkpoints(full, SIZE, full.checkpoints(), {signer.verifier: ACTIVE}) == []


def test_no_checkpoint_is_unverifiable_never_verified(full: MemoryStore, signer: Signer) -> None:
    findings = check_checkpoints(full, SIZE, [], {signer.verifier: ACTIVE})
    assert [finding.reason for finding in findings] == [Reason.NO_CHECKPOINT]
    assert worst(findings) is Verdict.UNVERIFIABLE
    assert worst(findings).exit_code == 4


def test_a_row_that_claims_another_size_than_its_note(full: MemoryStore, signer: Signer) -> None:
    row = replace(full.checkpoints()[0], size=299)
    assert check_checkpoints(full, SIZE, [row], {signer.verifier: ACTIVE})[0].place == "ledger_checkpoint size 299"


@pytest.mark.parametrize(
    ("note", "reason"), [(b"", Reason.MALFORMED), (b"\xff", Reason.MALFORMED), (b"a\n\nb\n", Reason.MALFORMED)]
)
def test_another_copy_that_is_no_note(full: MemoryStore, signer: Signer, note: bytes, reason: Reason) -> None:
    findings = check_note(full, SIZE, note, {signer.verifier: ACTIVE}, "copy")
    assert [(finding.reason, finding.place) for finding in findings] == [(reason, "copy")]


def test_a_note_of_another_log_and_a_changed_note(full: MemoryStore, signer: Signer, ctx: Context) -> None:
    stranger = Signer.generate("other.example", ctx)
    foreign = sign_checkpoint(TreeHead("other.example", SIZE, bytes(32)), [stranger])
    assert check_note(full, SIZE, foreign, {signer.verifier: ACTIVE}, "copy")[0].reason is Reason.UNKNOWN_LOG
    changed = full.checkpoints()[0].note.replace(b"\n300\n", b"\n301\n")
    assert check_note(full, SIZE, changed, {signer.verifier: ACTIVE}, "copy")[0].reason is Reason.BAD_SIGNATURE


def test_a_malformed_leaf_is_named(log: Any) -> None:
    append_encoded(log.store, [b"{}", encode_leaf(log.draft(), 1, log.ctx)])
    findings = check_log(log.store)
    assert [(finding.reason, finding.place) for finding in findings] == [(Reason.MALFORMED, "ledger_entry seq 0")]


def test_an_unknown_type_and_a_clock_that_ran_back_are_remarks_only(log: Any) -> None:
    data = encode_leaf(log.draft(), 0, log.ctx)
    append_encoded(log.store, [data.replace(b"lead.disposed", b"future.thing"), data.replace(b"T05:06", b"T04:06")])
    findings = check_log(log.store)
    assert [finding.place for finding in findings] == ["ledger_entry seq 0", "ledger_entry seq 1"]
    assert worst(findings) is Verdict.VERIFIED


def test_findings_as_json_and_from_errors() -> None:
    finding = from_error(Missing(Reason.NO_KEY, "the key service did not answer", where="record 12"))
    assert finding.as_json() == {
        "verdict": "unverifiable",
        "reason": "no_key",
        "place": "record 12",
        "words": "the key service did not answer",
    }
    assert worst([notice("x", "y"), finding, Finding(Verdict.FAILED, Reason.MALFORMED, "", "")]) is Verdict.FAILED
    assert worst([]) is Verdict.VERIFIED


def test_an_empty_log_agrees_with_itself(store: MemoryStore) -> None:
    assert check_log(store) == []


def test_an_append_after_a_check_still_fits(log: Any) -> None:
    log.fill(3)
    check_log(log.store)
    assert append(log.store, [log.draft()], log.ctx)[0].index == 3

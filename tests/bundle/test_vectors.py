"""verify.py by itself against every published vector of the formats it reads: the ledger's own tests do the same."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from typing import Any

import pytest
from tests.bundle.bundle_room import loaded

NOW = 1_900_000_000
LATER = frozenset(f"cosignature-{name}" for name in ("ok-02", "bad-04", "bad-05", "bad-06", "bad-07"))


@pytest.fixture(scope="module")
def alone() -> Any:
    return loaded()


def holds(alone: Any, check: Callable[[], object]) -> bool:
    try:
        check()
    except (alone.Wrong, alone.Lacking):
        return False
    return True


def judged(alone: Any, cases: list[dict[str, Any]], check: Callable[[dict[str, Any]], object]) -> list[str]:
    """Return the cases in which verify.py and the vector differ."""
    return [case["id"] for case in cases if holds(alone, lambda: check(case)) != (case["want"] == "accept")]  # noqa: B023 called at once


def note_of(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["note_base64"]) if "note_base64" in case else case["note"].encode()


def entry_of(case: dict[str, Any]) -> bytes:
    return case["entry"].encode() if "entry" in case else bytes.fromhex(case["entry_hex"])


def trust_of(alone: Any, policy: Any) -> Any:
    return alone.Trust(policy, {key.text: ("active", None) for key in policy.logs}, alone.by_cryptography)


def keys_of(alone: Any, logs: list[str], witnesses: list[str]) -> Any:
    policy = alone.Policy(b"quorum none\n")
    policy.logs = [alone.Key(text) for text in logs]
    policy.witnesses = {str(place).encode(): alone.Key(text) for place, text in enumerate(witnesses)}
    return trust_of(alone, policy)


def test_leaves(alone: Any, vectors: Any) -> None:
    cases = vectors.load("evenhand", "leaf.json")["vectors"]
    wrong = judged(alone, cases, lambda case: alone.read_entry(entry_of(case), 1000))
    assert wrong == ["leaf-bad-09"]  # an unknown type: a verifier that outlives the registry lets it pass


def test_commitments(alone: Any, vectors: Any) -> None:
    def check(case: dict[str, Any]) -> None:
        nonce, value = (alone.to_base64(bytes.fromhex(case[name]), url=True) for name in ("nonce", "value"))
        opening = {"field": case["field"], "nonce": nonce, "value": value}
        alone.Check._opened(opening, {"c": {case["field"]: case["commitment"]}})

    assert judged(alone, vectors.load("evenhand", "commitment.json")["vectors"], check) == []


def test_checkpoints(alone: Any, vectors: Any) -> None:
    found = vectors.load("evenhand", "checkpoint.json")
    wrong = judged(alone, found["vectors"], lambda case: keys_of(alone, [found["vkey"]], []).open(note_of(case)))
    assert wrong == ["checkpoint-ok-00"]  # the empty log: no entry of a bundle can stand in it


def test_cosignatures(alone: Any, vectors: Any) -> None:
    found = vectors.load("evenhand", "cosignature.json")
    cases = [case for case in found["vectors"] if case["id"] not in LATER]
    logs, witnesses = found["log_vkeys"], found["witness_vkeys"]
    assert judged(alone, cases, lambda case: keys_of(alone, logs, witnesses).open(note_of(case))) == []


def test_policies(alone: Any, vectors: Any) -> None:
    cases = vectors.load("evenhand", "policy.json")["vectors"]
    assert judged(alone, cases, lambda case: alone.Policy(case["policy"].encode())) == []
    for case in cases:
        if case["want"] == "accept":
            policy = alone.Policy(case["policy"].encode())
            for question in case["quorum"]:
                names = {name.encode() for name in question["cosigned"]} & policy.witnesses.keys()
                assert policy.met({policy.witnesses[name].text for name in names}) is question["met"], case["id"]


def test_proofs(alone: Any, vectors: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone.time, "time", lambda: NOW)

    def check(case: dict[str, Any]) -> None:
        proof = alone.Proof(case["proof"].encode())
        head = trust_of(alone, alone.Policy(case["policy"].encode())).open(proof.note)
        if alone.included(proof.index, head.size, alone.leaf_hash(entry_of(case)), proof.path) != head.root:
            raise alone.Wrong("path_mismatch", "")

    assert judged(alone, vectors.load("evenhand", "tlog-proof.json")["vectors"], check) == []


def test_keys(alone: Any, vectors: Any) -> None:
    cases = [{"id": case["vkey"], **case} for case in vectors.load("signed-note", "vkeys.json")["vectors"]]
    assert judged(alone, cases, lambda case: alone.Key(case["vkey"])) == []


def test_the_keys_that_no_honest_log_has(alone: Any) -> None:
    from evenhand.ledger.notes import LOW_ORDER

    assert alone.LOW_ORDER == LOW_ORDER


def test_ed25519(alone: Any, vectors: Any) -> None:
    """All cases by cryptography; by openssl a sample, because each is a process (all of them at night)."""
    every = 1 if os.environ.get("EVENHAND_NIGHTLY") else 40
    for number, case in enumerate(vectors.load("ed25519", "ed25519vectors.json")):
        wanted = not {"non_canonical_R", "low_order_residue"} & set(case["flags"] or ())
        asked = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"]), case["msg"].encode()
        assert alone.by_cryptography(*asked) is wanted, case["number"]
        if number % every == 0:
            assert alone.by_openssl(*asked) is wanted, case["number"]


def test_trees_of_every_small_size(alone: Any) -> None:
    """Proofs made by the ledger hold; with one hash changed, taken or added they do not."""
    from evenhand.ledger.proofs import naive_consistency, naive_inclusion
    from evenhand.ledger.tree import leaf_hash, tree_root

    leaves = [leaf_hash(bytes([number])) for number in range(20)]
    for size in range(1, 21):
        root = tree_root(leaves[:size])
        for index in range(size):
            path = naive_inclusion(leaves[:size], index)
            assert alone.included(index, size, leaves[index], path) == root
            for damaged in _damaged(path):
                assert not holds(alone, lambda: _same(alone, alone.included(index, size, leaves[index], damaged), root))  # noqa: B023 called at once
        for old in range(1, size + 1):
            path = naive_consistency(leaves[:size], old)
            alone.check_consistent(old, size, tree_root(leaves[:old]), root, path)
            for damaged in _damaged(path):
                assert not holds(
                    alone,
                    lambda: alone.check_consistent(old, size, tree_root(leaves[:old]), root, damaged),  # noqa: B023 called at once
                )


def _damaged(path: list[bytes]) -> list[list[bytes]]:
    other = bytes(32)
    changed = [[*path[:place], other, *path[place + 1 :]] for place in range(len(path))]
    return [*changed, *([path[:-1]] if path else []), [*path, other]]


def _same(alone: Any, found: bytes, root: bytes) -> None:
    if found != root:
        raise alone.Wrong("path_mismatch", "")

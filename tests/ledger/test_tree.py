"""The tree against RFC 6962's constants, the published proof vectors, and properties."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.ledger import MemoryStore, leaf_hash, verify_consistency, verify_inclusion
from evenhand.ledger.append import append_encoded
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.proofs import (
    consistency_proof,
    inclusion_proof,
    naive_consistency,
    naive_inclusion,
    root_from_tiles,
)
from evenhand.ledger.store import Head
from evenhand.ledger.tree import EMPTY_ROOT, node_hash, root_of, tree_root

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_the_nine_roots_of_rfc_6962(size: int) -> None:
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]
    assert tree_root(hashes).hex() == ROOTS[size]


def test_the_reference_tree_of_the_vectors_is_the_typed_one(vectors: Any) -> None:
    reference = json.dumps(vectors.load("rfc6962", "reference_tree.json"))
    for text in (*LEAVES[1:], *ROOTS[1:]):
        encoded = base64.b64encode(bytes.fromhex(text)).decode()
        assert text in reference or encoded in reference


def _cases(vectors: Any, kind: str) -> list[tuple[str, dict[str, Any]]]:
    folder: Path = vectors.path("merkle", kind)
    return [(str(path), json.loads(path.read_text())) for path in sorted(folder.rglob("*.json"))]


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text) if text else b""


def _path(case: dict[str, Any]) -> list[bytes]:
    return [_bytes(node) for node in case["proof"] or []]


def test_published_inclusion_proofs(vectors: Any) -> None:
    cases = _cases(vectors, "inclusion")
    assert len(cases) == 65
    for name, case in cases:
        arguments = (case["leafIdx"], case["treeSize"], _bytes(case["leafHash"]), _path(case), _bytes(case["root"]))
        if case["wantErr"]:
            with pytest.raises(Contradiction) as refusal:
                verify_inclusion(*arguments)
            short = len(arguments[2]) != 32 or len(arguments[4]) != 32 or any(len(node) != 32 for node in arguments[3])
            outside = not 0 <= case["leafIdx"] < case["treeSize"]
            wanted = Reason.MALFORMED if short or outside else Reason.PATH_MISMATCH
            assert refusal.value.reason is wanted, name
        else:
            verify_inclusion(*arguments)


def test_published_consistency_proofs(vectors: Any) -> None:
    cases = _cases(vectors, "consistency")
    assert len(cases) == 67
    for name, case in cases:
        arguments = (case["size1"], case["size2"], _bytes(case["root1"]), _bytes(case["root2"]), _path(case))
        if case["wantErr"]:
            with pytest.raises(Contradiction) as refusal:
                verify_consistency(*arguments)
            short = any(len(node) != 32 for node in (*arguments[2:4], *arguments[4]))
            outside = not 0 < case["size1"] <= case["size2"]
            short = short and case["size1"] != case["size2"]
            wanted = Reason.MALFORMED if short or outside else Reason.PATH_MISMATCH
            assert refusal.value.reason is wanted, name
        else:
            verify_consistency(*arguments)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(size)]


def grown(size: int) -> MemoryStore:
    store = MemoryStore()
    append_encoded(store, [b"%d" % number for number in range(size)])
    return store


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_inclusion_proofs_verify_and_no_changed_one_does(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 2000))
    index = data.draw(st.integers(0, size - 1))
    leaves, store = leaves_of(size), grown(size)
    root = naive_root(leaves)
    assert root_of(store.head()) == root == root_from_tiles(store, size)
    path = inclusion_proof(store, index, size)
    assert path == naive_inclusion(leaves, index)
    verify_inclusion(index, size, leaves[index], path, root)
    for changed in changed_paths(data, path):
        with pytest.raises(Contradiction):
            verify_inclusion(index, size, leaves[index], changed, root)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_consistency_proofs_verify_and_no_changed_one_does(data: st.DataObject) -> None:
    size2 = data.draw(st.integers(1, 2000))
    size1 = data.draw(st.integers(1, size2))
    leaves, store = leaves_of(size2), grown(size2)
    roots = naive_root(leaves[:size1]), naive_root(leaves)
    path = consistency_proof(store, size1, size2)
    assert path == naive_consistency(leaves, size1)
    verify_consistency(size1, size2, *roots, path)
    for changed in changed_paths(data, path):
        with pytest.raises(Contradiction):
            verify_consistency(size1, size2, *roots, changed)


def changed_paths(data: st.DataObject, path: list[bytes]) -> list[list[bytes]]:
    """Return the path with one bit flipped, one hash more, one less, two swapped."""
    place = data.draw(st.integers(0, len(path)))
    inserted = [*path[:place], hashlib.sha256(b"x").digest(), *path[place:]]
    if not path:
        return [inserted]
    place = data.draw(st.integers(0, len(path) - 1))
    bit = data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(path[place], "big") ^ (1 << bit)).to_bytes(32, "big")
    changes = [inserted, [*path[:place], flipped, *path[place + 1 :]], [*path[:place], *path[place + 1 :]]]
    other = data.draw(st.integers(0, len(path) - 1))
    swapped = list(path)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    return changes + [swapped] * (swapped != path)


def test_every_small_tree_agrees_with_the_recursion() -> None:
    for size in range(40):
        assert tree_root(leaves_of(size)) == naive_root(leaves_of(size))


def test_a_frontier_of_the_wrong_number_is_refused() -> None:
    with pytest.raises(Contradiction) as refusal:
        root_of(Head(3, (EMPTY_ROOT,)))
    assert refusal.value.reason is Reason.ROOT_MISMATCH


def test_hashes_that_are_not_32_bytes_are_refused() -> None:
    with pytest.raises(Malformed):
        tree_root([b"short"])


@pytest.mark.parametrize(("size1", "size2"), [(0, 0), (0, 1), (2, 1)])
def test_sizes_between_which_no_consistency_exists(size1: int, size2: int) -> None:
    with pytest.raises(Malformed):
        verify_consistency(size1, size2, EMPTY_ROOT, EMPTY_ROOT, [])
    with pytest.raises(Malformed):
        consistency_proof(grown(3), size1, size2)


def test_over_63_hashes_are_refused() -> None:
    with pytest.raises(Malformed):
        verify_inclusion(0, 2**63, EMPTY_ROOT, [EMPTY_ROOT] * 64, EMPTY_ROOT)

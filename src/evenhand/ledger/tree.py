"""The RFC 6962 Merkle tree with SHA-256: hashes, roots, and the checks of inclusion and consistency proofs.

Every hash is 32 bytes. Indexes start at 0. Costs: a root is n hashes; a proof check is at most 63.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.store import HASH_SIZE, Head

EMPTY_ROOT: Final = sha256(b"").digest()
MAX_PROOF: Final = 63
_ONE_SIZE: Final = frozenset((HASH_SIZE,))


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def extend(head: Head, leaves: Iterable[bytes]) -> Head:
    """Return the head after adding leaf hashes; like adding 1 to a binary number, once per leaf."""
    size, frontier = head.size, list(head.frontier)
    for leaf in leaves:
        node, carry = leaf, size
        while carry & 1:
            node = node_hash(frontier.pop(), node)
            carry >>= 1
        frontier.append(node)
        size += 1
    return Head(size, tuple(frontier))


def check_head(head: Head) -> None:
    """Raise Contradiction unless `head` names as many complete subtrees as its size has, 32 bytes each."""
    check_hashes(head.frontier)
    if len(head.frontier) != head.size.bit_count():
        raise Contradiction(
            Reason.ROOT_MISMATCH, f"a tree of {head.size} has not {len(head.frontier)} complete subtrees"
        )


def root_of(head: Head) -> bytes:
    """Return the root of the tree whose complete subtrees `head` names; checks their number."""
    check_head(head)
    if not head.frontier:
        return EMPTY_ROOT
    root = head.frontier[-1]
    for left in reversed(head.frontier[:-1]):
        root = node_hash(left, root)
    return root


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    check_hashes(leaves)
    return root_of(extend(Head(), leaves))


def check_hashes(hashes: Iterable[bytes]) -> None:
    """Raise Malformed unless each hash is 32 bytes long."""
    if not _ONE_SIZE.issuperset(map(len, hashes)):
        raise Malformed("a hash that is not 32 bytes long")


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Return if `leaf` (a leaf hash) stands at `index` of the tree of `size` with `root`; else raise.

    Raises Malformed (hash lengths, index outside the tree, over 63 hashes) or Contradiction with
    `path_mismatch`. Source: RFC 9162 §2.1.3.2, which checks RFC 6962 audit paths.
    """
    _check_proof(proof, (leaf, root))
    if not 0 <= index < size:
        raise Malformed(f"index {index} is not in a tree of {size}")
    # Below the place where the ways to this leaf and to the last one part, a sibling may stand on either side; above
    # it, only on the left. So the number of hashes is known before any is computed.
    inner = (index ^ (size - 1)).bit_length()
    length = inner + (index >> inner).bit_count()
    if len(proof) != length:
        many = "many" if len(proof) > length else "few"
        raise Contradiction(Reason.PATH_MISMATCH, f"the proof has too {many} hashes")
    node, place = leaf, index
    for sibling in proof[:inner]:
        node = sha256(b"\x01" + sibling + node if place & 1 else b"\x01" + node + sibling).digest()
        place >>= 1
    for sibling in proof[inner:]:
        node = sha256(b"\x01" + sibling + node).digest()
    if node != root:
        raise Contradiction(Reason.PATH_MISMATCH, "the proof leads to another root")


def verify_consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Return if the tree (size1, root1) is the beginning of the tree (size2, root2); else raise.

    size1 = 0 and size1 > size2 are Malformed; equal sizes need equal roots and an empty proof. Raises
    Contradiction with `path_mismatch` otherwise. Source: RFC 9162 §2.1.4.2.
    """
    if not 0 < size1 <= size2:
        raise Malformed(f"no consistency from size {size1} to {size2}")
    if size1 == size2:  # compared, never hashed: the published vectors accept equal roots of any length
        if root1 != root2 or proof:
            raise Contradiction(Reason.PATH_MISMATCH, "equal sizes need equal roots and an empty proof")
        return
    _check_proof(proof, (root1, root2))
    path = list(proof) if size1 & (size1 - 1) else [root1, *proof]
    if not path:
        raise Contradiction(Reason.PATH_MISMATCH, "the proof is empty")
    if _climb(path, size1 - 1, size2 - 1) != (root1, root2):
        raise Contradiction(Reason.PATH_MISMATCH, "the proof leads to other roots")


def _climb(path: list[bytes], first: int, second: int) -> tuple[bytes, bytes]:
    """Return the two roots that a consistency path leads to."""
    while first & 1:
        first, second = first >> 1, second >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if second == 0:
            raise Contradiction(Reason.PATH_MISMATCH, "the proof has too many hashes")
        if first & 1 or first == second:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            new = node_hash(new, sibling)
        first, second = first >> 1, second >> 1
    if second != 0:
        raise Contradiction(Reason.PATH_MISMATCH, "the proof has too few hashes")
    return old, new


def _check_proof(proof: Sequence[bytes], others: Sequence[bytes]) -> None:
    check_hashes((*others, *proof))
    if len(proof) > MAX_PROOF:
        raise Malformed(f"a proof of {len(proof)} hashes; {MAX_PROOF} is the most")

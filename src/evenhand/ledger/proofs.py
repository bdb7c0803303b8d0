"""Making proofs: which subtrees a path names, and their hashes from tiles or from a list of leaves.

A proof reads each tile it needs once and hashes only the slice it needs: at 1 M leaves that is three tiles and
some 700 hashes. Source of the recursions: RFC 6962 §2.1.1 and §2.1.2, written here as loops.
"""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.store import HASH_SIZE, TILE_WIDTH, TileReader
from evenhand.ledger.tree import EMPTY_ROOT, node_hash, tree_root

Range = tuple[int, int]
"""Leaves begin <= i < end of one subtree."""

HEIGHT = 8


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the subtrees of the audit path of leaf `index` in a tree of `size`, from the sibling upwards."""
    if not 0 <= index < size:
        raise Malformed(f"index {index} is not in a tree of {size}")
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin = middle
    return path[::-1]


def consistency_ranges(size1: int, size2: int) -> list[Range]:
    """Return the subtrees of the consistency proof from `size1` to `size2` (0 < size1 <= size2)."""
    if not 0 < size1 <= size2:
        raise Malformed(f"no consistency from size {size1} to {size2}")
    begin, end, whole, path = 0, size2, True, []
    while size1 != end:
        middle = begin + _split(end - begin)
        if size1 <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin, whole = middle, False
    return path[::-1] if whole else [(begin, end), *path[::-1]]


def inclusion_proof(tiles: TileReader, index: int, size: int) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of the first `size` leaves.

    Raises Malformed for an index outside the tree, Contradiction (`root_mismatch`) where a tile is missing
    or too short. Cost: one read per tile level, about 700 hashes at 1 M leaves.
    """
    hashes = TileHashes(tiles)
    return [hashes.of(begin, end) for begin, end in inclusion_ranges(index, size)]


def consistency_proof(tiles: TileReader, size1: int, size2: int) -> list[bytes]:
    """Return the proof that the first `size1` leaves are the beginning of the first `size2`."""
    hashes = TileHashes(tiles)
    return [hashes.of(begin, end) for begin, end in consistency_ranges(size1, size2)]


def root_from_tiles(tiles: TileReader, size: int) -> bytes:
    """Return the root of the tree of the first `size` leaves, read from tiles."""
    return TileHashes(tiles).of(0, size) if size else EMPTY_ROOT


def naive_inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path over a list of leaf hashes; n hashes, for batches and as a second opinion."""
    return [tree_root(leaves[begin:end]) for begin, end in inclusion_ranges(index, len(leaves))]


def naive_consistency(leaves: Sequence[bytes], size1: int) -> list[bytes]:
    """Return the consistency proof from `size1` to all of `leaves` (hashes)."""
    return [tree_root(leaves[begin:end]) for begin, end in consistency_ranges(size1, len(leaves))]


class TileHashes:
    """Subtree hashes out of tiles, each tile read once; made for one proof and then dropped."""

    def __init__(self, tiles: TileReader) -> None:
        self._tiles = tiles
        self._read: dict[tuple[int, int], bytes] = {}

    def of(self, begin: int, end: int) -> bytes:
        """Return the hash of the subtree over the leaves `begin` to `end`, ragged on the right or complete."""
        parts = [self._complete(height, number) for height, number in _complete_parts(begin, end)]
        node = parts[-1]
        for left in reversed(parts[:-1]):
            node = node_hash(left, node)
        return node

    def _complete(self, height: int, number: int) -> bytes:
        """Return the hash of the complete subtree `number` of the given height."""
        level, inner = divmod(height, HEIGHT)
        first = number << inner
        idx, offset = divmod(first, TILE_WIDTH)
        return fold_complete(self._slice(level, idx, offset, 1 << inner))

    def _slice(self, level: int, idx: int, offset: int, count: int) -> list[bytes]:
        key = (level, idx)
        if key not in self._read:
            self._read[key] = self._tiles.tile(level, idx) or b""
        packed = self._read[key]
        if len(packed) < (offset + count) * HASH_SIZE:
            raise Contradiction(
                Reason.ROOT_MISMATCH, "the tile is missing or too short", where=f"ledger_tile level {level} idx {idx}"
            )
        cuts = range(offset * HASH_SIZE, (offset + count) * HASH_SIZE, HASH_SIZE)
        return [packed[cut : cut + HASH_SIZE] for cut in cuts]


def fold_complete(nodes: list[bytes]) -> bytes:
    """Return the hash over 2^k nodes."""
    while len(nodes) > 1:
        nodes = [node_hash(nodes[place], nodes[place + 1]) for place in range(0, len(nodes), 2)]
    return nodes[0]


def _split(size: int) -> int:
    """Return the largest power of two below `size` (size >= 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _complete_parts(begin: int, end: int) -> list[tuple[int, int]]:
    """Return the complete subtrees (height, number) that make up a subtree, left to right."""
    parts = []
    while begin < end:
        height = (end - begin).bit_length() - 1
        parts.append((height, begin >> height))
        begin += 1 << height
    return parts

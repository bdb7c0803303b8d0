"""Tiles of height 8: their paths, their widths for a tree size, and how a tree grows into them (C2SP tlog-tiles).

Tile n of level l holds the hashes of the subtrees of 256^l leaves numbered n·256 … n·256+255; a full tile is
256 hashes. A partial tile is never hashed upwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from evenhand.ledger.errors import AppendRefused, Malformed
from evenhand.ledger.proofs import fold_complete
from evenhand.ledger.store import HASH_SIZE, TILE_WIDTH, Tile, TileReader

ENTRIES: Final = "entries"
MAX_LEVEL: Final = 63
_PATH: Final = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TilePath:
    """Which tile (or entry bundle) a path names, and its width, 1-256."""

    level: int | Literal["entries"]
    idx: int
    width: int = TILE_WIDTH

    def __str__(self) -> str:
        """Return `tile/<L>/<N>[.p/<W>]`."""
        groups, rest = [], self.idx
        while True:
            rest, group = divmod(rest, 1000)
            groups.append(f"{group:03}")
            if not rest:
                break
        number = "/".join([f"x{group}" for group in reversed(groups[1:])] + groups[:1])
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{number}{partial}"

    @classmethod
    def parse(cls, path: str) -> TilePath:
        """Return what `path` names; raises Malformed for every path that is not the one minimal form."""
        match = _PATH.fullmatch(path)
        if not match:
            raise Malformed("not a tile path", where=path[:80])
        level: int | Literal["entries"] = ENTRIES if match[1] == ENTRIES else int(match[1])
        width = int(match[3]) if match[3] else TILE_WIDTH
        found = cls(level, int(match[2].replace("x", "").replace("/", "")), width)
        if str(found) != path or (isinstance(level, int) and level > MAX_LEVEL):
            raise Malformed("a tile path that is not minimal, or out of range", where=path[:80])
        return found


def widths(size: int) -> Iterator[tuple[int, int, int]]:
    """Yield (level, number of full tiles, width of the partial tile or 0) for a tree of `size` leaves."""
    level = 0
    while size:
        full, partial = divmod(size, TILE_WIDTH)
        yield level, full, partial
        size, level = full, level + 1


def stored_width(size: int, level: int, idx: int) -> int:
    """Return how many hashes the tile (level, idx) of a tree of `size` leaves holds; 0 if it does not exist."""
    nodes = size >> (8 * level)
    return max(0, min(TILE_WIDTH, nodes - idx * TILE_WIDTH))


def grow(tiles: TileReader, size: int, leaves: Sequence[bytes]) -> list[Tile]:
    """Return the tiles that change when `leaves` (hashes) are added to a tree of `size`.

    Raises AppendRefused where a stored tile has not the length that `size` demands: something else wrote.
    """
    changed: list[Tile] = []
    level, nodes = 0, list(leaves)
    while nodes:
        filled, nodes = _grow_level(tiles, level, size, nodes)
        changed += filled
        size, level = size // TILE_WIDTH, level + 1
    return changed


def _grow_level(tiles: TileReader, level: int, size: int, nodes: list[bytes]) -> tuple[list[Tile], list[bytes]]:
    """Return the changed tiles of one level, and the hashes of those that became full."""
    idx, width = divmod(size, TILE_WIDTH)
    packed = _stored(tiles, level, idx, width) + b"".join(nodes)
    step = TILE_WIDTH * HASH_SIZE
    changed = [
        Tile(level, idx + number, packed[cut : cut + step]) for number, cut in enumerate(range(0, len(packed), step))
    ]
    full = [tile.hashes for tile in changed if len(tile.hashes) == step]
    return changed, [fold_complete(split_hashes(hashes)) for hashes in full]


def _stored(tiles: TileReader, level: int, idx: int, width: int) -> bytes:
    stored = tiles.tile(level, idx) or b""
    if len(stored) != width * HASH_SIZE:
        raise AppendRefused(
            f"the tile holds {len(stored)} bytes where the head demands {width * HASH_SIZE}; nothing was appended",
            where=f"ledger_tile level {level} idx {idx}",
            mend="Run `evenhand ledger verify`.",
        )
    return stored


def split_hashes(packed: bytes) -> list[bytes]:
    """Return the hashes of a tile; raises Malformed for a length that is no multiple of 32."""
    if len(packed) % HASH_SIZE:
        raise Malformed(f"a tile of {len(packed)} bytes")
    return [packed[cut : cut + HASH_SIZE] for cut in range(0, len(packed), HASH_SIZE)]


def pack_bundle(entries: Sequence[bytes]) -> bytes:
    """Return an entry bundle: for each entry its length as uint16, big-endian, and its bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack_bundle(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle; raises Malformed where it ends inside an entry or holds over 256."""
    entries: list[bytes] = []
    place = 0
    while place < len(bundle):
        length = int.from_bytes(bundle[place : place + 2], "big")
        entry = bundle[place + 2 : place + 2 + length]
        if place + 2 + length > len(bundle) or len(entries) == TILE_WIDTH:
            raise Malformed("an entry bundle that does not end with its last entry")
        entries.append(entry)
        place += 2 + length
    return entries

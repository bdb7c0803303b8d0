"""Checking a stored log: every leaf, tile and head again, and what was found named by its place.

Pure: over a `Store`. Checkpoints: `vouching`. Documents and state tables: whoever holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final, Protocol

from evenhand.ledger.errors import Contradiction, Malformed, Missing, Reason
from evenhand.ledger.leaf import parse_time, strict_parse
from evenhand.ledger.registry import REGISTRY
from evenhand.ledger.store import HASH_SIZE, TILE_WIDTH, Entry, Head, MemoryStore, Store, TileReader
from evenhand.ledger.tiles import grow, split_hashes
from evenhand.ledger.tree import extend, leaf_hash

QUICK_CHECKPOINTS: Final = 10
BACKWARDS: Final = timedelta(minutes=5)
_AT_ONCE: Final = 1024
_EVERYWHERE: Final = 2**63


class Verdict(StrEnum):
    """The result of a check. A missing proof is never `verified`."""

    VERIFIED = "verified"
    UNVERIFIABLE = "unverifiable"
    FAILED = "failed"

    @property
    def exit_code(self) -> int:
        """0 verified, 1 failed, 4 unverifiable."""
        return {Verdict.VERIFIED: 0, Verdict.FAILED: 1, Verdict.UNVERIFIABLE: 4}[self]


_RANK: Final = {Verdict.VERIFIED: 0, Verdict.UNVERIFIABLE: 1, Verdict.FAILED: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person should know: verdict, stable reason, place (table, id) and plain words."""

    verdict: Verdict
    reason: Reason | None
    place: str
    words: str

    def as_json(self) -> dict[str, str | None]:
        """Return the finding as plain JSON."""
        return {
            "verdict": self.verdict.value,
            "reason": self.reason.value if self.reason else None,
            "place": self.place,
            "words": self.words,
        }


def worst(findings: Iterable[Finding]) -> Verdict:
    """Return the worst verdict: failed > unverifiable > verified; `verified` where nothing was found."""
    return max((finding.verdict for finding in findings), key=_RANK.__getitem__, default=Verdict.VERIFIED)


def failed(reason: Reason, place: str, words: str) -> Finding:
    """Return a finding that contradicts."""
    return Finding(Verdict.FAILED, reason, place, words)


def unverifiable(reason: Reason, place: str, words: str) -> Finding:
    """Return a finding that something needed is missing."""
    return Finding(Verdict.UNVERIFIABLE, reason, place, words)


def notice(place: str, words: str) -> Finding:
    """Return a remark that changes no verdict."""
    return Finding(Verdict.VERIFIED, None, place, words)


def from_error(error: Contradiction | Missing, place: str = "") -> Finding:
    """Return what an error says as a finding; `place` (the row) goes before the part of it that the error names."""
    verdict = Verdict.FAILED if isinstance(error, Contradiction) else Verdict.UNVERIFIABLE
    words = f"{error.where}: {error.what}" if place and error.where else error.what
    return Finding(verdict, error.reason, place or error.where, words)


class EntrySource(Protocol):
    """Anything that gives out entries in order: a store, or an export folder."""

    def entries(self, start: int, end: int) -> Iterator[Entry]:
        """Yield the entries with start <= seq < end that are there."""


@dataclass
class _Walk:
    """The state of one pass over all leaves: the tree it builds, and the time last seen."""

    tree: MemoryStore = field(default_factory=MemoryStore)
    hashes: list[bytes] = field(default_factory=list)
    at: datetime | None = None

    def take(self, found: bytes) -> None:
        """Add one leaf hash to the tree, a thousand at a time."""
        self.hashes.append(found)
        if len(self.hashes) == _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Bring the tree up to date."""
        head = self.tree.head()
        self.tree.put_tiles(grow(self.tree, head.size, self.hashes))
        self.tree.set_head(extend(head, self.hashes))
        self.hashes = []


def check_log(store: Store) -> list[Finding]:
    """Return what is wrong with entries, tiles and head; empty = all agree. Cost: about 30 µs a leaf."""
    head = store.head()
    held = _held_by_leaves_and_tiles(store, head.size)
    size = head.size if held is None else held
    findings, tree = check_entries(store, size)
    if held is not None:
        words = f"it speaks of {head.size} leaves, but {held} are there and in the tiles"
        findings.append(failed(Reason.ROOT_MISMATCH, "ledger_head", words))
    findings += [
        failed(Reason.ENTRY_MISMATCH, f"ledger_entry seq {entry.seq}", "the row lies beyond the head")
        for entry in islice(store.entries(size, _EVERYWHERE), _AT_ONCE)
    ]
    if tree is None:
        return findings
    return findings + _compare_tree(store, tree, head if held is None else tree.head())


def _held_by_leaves_and_tiles(store: Store, size: int) -> int | None:
    """Return the size that leaves and tiles agree on where the head alone speaks of another, else None."""
    hashed = sum(len(tile.hashes) for tile in store.tiles() if tile.level == 0) // HASH_SIZE
    if hashed in (0, size):
        return None
    around = [entry.seq for entry in store.entries(hashed - 1, hashed + 1)]
    return hashed if around == [hashed - 1] else None


def check_entries(source: EntrySource, size: int) -> tuple[list[Finding], MemoryStore | None]:
    """Return the findings on the first `size` leaves, and the tree they make (None where one is missing).

    Each leaf is hashed and compared with its stored hash, parsed strictly, its references and time checked. A
    type that is not in the registry and a clock that ran backwards are remarks, not failures.
    """
    findings: list[Finding] = []
    walk, expected = _Walk(), 0
    for entry in source.entries(0, size):
        if entry.seq != expected:
            findings.append(_gap(expected, entry.seq))
        expected = entry.seq + 1
        findings += _check_entry(entry, walk)
    if expected != size:
        findings.append(_gap(expected, size))
    if any(finding.words.startswith(_GAP) for finding in findings):
        return findings, None
    walk.flush()
    return findings, walk.tree


_GAP: Final = "missing: "


def _gap(first: int, until: int) -> Finding:
    words = f"{_GAP}{until - first} row(s) from here on are not there"
    return failed(Reason.ENTRY_MISMATCH, f"ledger_entry seq {first}", words)


def _check_entry(entry: Entry, walk: _Walk) -> list[Finding]:
    place = f"ledger_entry seq {entry.seq}"
    found = leaf_hash(entry.data)
    # The stored hash, so that one edited leaf is one finding, not also its tile and the head.
    walk.take(entry.leaf_hash if len(entry.leaf_hash) == HASH_SIZE else found)
    if found != entry.leaf_hash:
        return [failed(Reason.ENTRY_MISMATCH, place, "the leaf's bytes do not have its stored hash")]
    try:
        leaf = strict_parse(entry.data, entry.seq, known_types=False)
    except Malformed as error:
        return [failed(Reason.MALFORMED, place, error.what)]
    remarks = []
    if leaf["t"] not in REGISTRY:
        remarks.append(notice(place, f"the leaf type {leaf['t']} is not in this version's registry"))
    at = parse_time(str(leaf["at"]))
    if walk.at is not None and at < walk.at - BACKWARDS:
        remarks.append(notice(place, "its time lies over 5 minutes before an earlier leaf's"))
    walk.at = at if walk.at is None else max(at, walk.at)
    return remarks


def _compare_tree(store: Store, tree: MemoryStore, head: Head) -> list[Finding]:
    """Return the differences of the lowest level that differs: what lies above it follows from it."""
    stored = {(tile.level, tile.idx): tile.hashes for tile in store.tiles()}
    levels: dict[int, list[Finding]] = {}
    for level, idx in sorted(stored.keys() | tree.tile_rows.keys()):
        found, computed = stored.get((level, idx), b""), tree.tile_rows.get((level, idx), b"")
        if found != computed:
            levels.setdefault(level, []).extend(_tile_findings(level, idx, found, computed, head == tree.head()))
    if levels:
        return levels[min(levels)]
    if head != tree.head():
        return [failed(Reason.ROOT_MISMATCH, "ledger_head", "the frontier is not that of the leaves")]
    return []


def _tile_findings(level: int, idx: int, found: bytes, computed: bytes, head_agrees: bool) -> list[Finding]:
    place = f"ledger_tile level {level} idx {idx}"
    if not found:
        return [failed(Reason.ROOT_MISMATCH, place, "the tile is missing")]
    if level or len(found) != len(computed):
        return [failed(Reason.ROOT_MISMATCH, place, "the tile does not hold the hashes of its leaves")]
    pairs = enumerate(zip(split_hashes(found), split_hashes(computed), strict=True))
    leaves = [f"ledger_entry seq {idx * TILE_WIDTH + at}" for at, (one, other) in pairs if one != other]
    if head_agrees:  # leaves and head say the same: it was the tile
        return [failed(Reason.ROOT_MISMATCH, place, f"the tile does not hold the hash of {leaf}") for leaf in leaves]
    words = "the leaf's hash is not the one that its tile holds"
    return [failed(Reason.ENTRY_MISMATCH, leaf, words) for leaf in leaves]


def check_export(folder_log: EntrySource, tiles: TileReader, size: int) -> list[Finding]:
    """Return what is wrong with exported entries and tiles of a tree of `size` leaves."""
    findings, tree = check_entries(folder_log, size)
    if tree is None:
        return findings
    for (level, idx), hashes in sorted(tree.tile_rows.items()):
        if tiles.tile(level, idx) != hashes:
            findings.append(
                failed(Reason.ROOT_MISMATCH, f"tile/{level} number {idx}", "the file is missing or changed")
            )
    return findings

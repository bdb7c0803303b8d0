"""What the ledger needs of a database: the `Store` protocol, its rows, and `MemoryStore` for tests.

`Store` is implemented over Django's connection by the web app `record` and in memory here. The ledger lives
in the caller's transaction: it never opens a connection, never commits, and keeps nothing between calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

HASH_SIZE: Final = 32
TILE_WIDTH: Final = 256
"""Hashes of a full tile (height 8)."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the tree stands: `size` leaves and the roots of its complete subtrees, largest first.

    `frontier` holds popcount(size) hashes of 32 bytes; stored as their concatenation (`packed`).
    """

    size: int = 0
    frontier: tuple[bytes, ...] = ()

    @property
    def packed(self) -> bytes:
        """The frontier as one byte string, 32 bytes per subtree root."""
        return b"".join(self.frontier)

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> Head:
        """Return the head of `size` leaves whose frontier was stored as `packed`; no check is made here."""
        cuts = range(0, len(packed), HASH_SIZE)
        return cls(size, tuple(bytes(packed[cut : cut + HASH_SIZE]) for cut in cuts))


EMPTY_HEAD: Final = Head()


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of `ledger_entry`: the leaf's position, its hash and its exact bytes."""

    seq: int
    leaf_hash: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Tile:
    """One row of `ledger_tile`: 1-256 hashes, concatenated. Level 0 holds leaf hashes."""

    level: int
    idx: int
    hashes: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One row of `ledger_checkpoint`: a signed note over the tree of `size` leaves.

    `made_at` is `YYYY-MM-DDTHH:MM:SSZ`. `cosignatures` are whole signature lines without the line end.
    """

    size: int
    note: bytes
    made_at: str
    cosignatures: tuple[str, ...] = ()

    @property
    def published(self) -> bytes:
        """The note with its cosignatures, as it is given out."""
        return self.note + "".join(f"{line}\n" for line in self.cosignatures).encode()


class TileReader(Protocol):
    """Where proofs come from: a database, a folder of tiles, or memory."""

    def tile(self, level: int, idx: int) -> bytes | None:
        """Return the stored hashes of a tile (full or partial), or None if there is none."""


class Store(TileReader, Protocol):
    """The database of one log, inside the caller's transaction. Reads see the caller's own writes."""

    def in_transaction(self) -> bool:
        """Return whether a transaction is open; `append` refuses without one."""

    def lock_head(self) -> Head:
        """Take the head lock until the transaction ends and return the head it guards.

        SQLite: the transaction was begun IMMEDIATE. PostgreSQL: SELECT … FOR UPDATE. A store whose
        durability settings are unsafe raises here.
        """

    def head(self) -> Head:
        """Return the head without a lock (readers); `EMPTY_HEAD` for a new log."""

    def set_head(self, head: Head) -> None:
        """Write the head; called once per append, last."""

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Insert rows with consecutive `seq`; an existing `seq` raises, never overwrites."""

    def put_tiles(self, tiles: Sequence[Tile]) -> None:
        """Insert tiles, or extend partial ones: the old hashes are always a prefix of the new."""

    def entries(self, start: int, end: int) -> Iterator[Entry]:
        """Yield the rows with start <= seq < end in order; rows that are missing are simply not yielded."""

    def tiles(self) -> Iterator[Tile]:
        """Yield every stored tile, by level and then idx."""

    def checkpoints(self, last: int | None = None) -> list[Checkpoint]:
        """Return the checkpoints, oldest (smallest) first; only the `last` n of them if n is given."""

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Insert a checkpoint; one of the same size raises, never overwrites."""


def _between(rows: Iterable[int], start: int, end: int) -> list[int]:
    return sorted(seq for seq in rows if start <= seq < end)


class AlreadyThere(ValueError):
    """A row with that key exists; the log is append-only."""


@dataclass
class MemoryStore:
    """A store in memory, for tests and for checking exported logs. `begin` and `rollback` copy the rows."""

    rows: dict[int, Entry] = field(default_factory=dict)
    tile_rows: dict[tuple[int, int], bytes] = field(default_factory=dict)
    head_row: Head = EMPTY_HEAD
    notes: dict[int, Checkpoint] = field(default_factory=dict)
    open: bool = True
    _saved: MemoryStore | None = None

    def begin(self) -> None:
        """Open a transaction; `rollback` returns to this moment."""
        self._saved = replace(self, rows=dict(self.rows), tile_rows=dict(self.tile_rows), notes=dict(self.notes))
        self.open = True

    def commit(self) -> None:
        """Close the transaction and keep what was written."""
        self._saved, self.open = None, False

    def rollback(self) -> None:
        """Close the transaction and forget what was written since `begin`."""
        saved = self._saved
        if saved is not None:
            self.rows, self.tile_rows = saved.rows, saved.tile_rows
            self.head_row, self.notes = saved.head_row, saved.notes
        self.commit()

    def in_transaction(self) -> bool:
        """Return whether `begin` was called (a new store starts inside a transaction)."""
        return self.open

    def lock_head(self) -> Head:
        """Return the head; one thread needs no lock."""
        return self.head_row

    def head(self) -> Head:
        """Return the head."""
        return self.head_row

    def set_head(self, head: Head) -> None:
        """Write the head."""
        self.head_row = head

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Insert rows; raises AlreadyThere if one exists."""
        for entry in entries:
            if entry.seq in self.rows:
                raise AlreadyThere(f"ledger_entry seq {entry.seq} exists")
            self.rows[entry.seq] = entry

    def put_tiles(self, tiles: Iterable[Tile]) -> None:
        """Insert or extend tiles."""
        for tile in tiles:
            self.tile_rows[tile.level, tile.idx] = tile.hashes

    def tile(self, level: int, idx: int) -> bytes | None:
        """Return a tile's hashes or None."""
        return self.tile_rows.get((level, idx))

    def entries(self, start: int, end: int) -> Iterator[Entry]:
        """Yield rows start <= seq < end."""
        few = end - start <= len(self.rows)
        found = (seq for seq in range(start, end) if seq in self.rows) if few else _between(self.rows, start, end)
        return (self.rows[seq] for seq in found)

    def tiles(self) -> Iterator[Tile]:
        """Yield all tiles in order."""
        return (Tile(level, idx, hashes) for (level, idx), hashes in sorted(self.tile_rows.items()))

    def checkpoints(self, last: int | None = None) -> list[Checkpoint]:
        """Return the checkpoints, smallest first."""
        ordered = [self.notes[size] for size in sorted(self.notes)]
        return ordered if last is None else ordered[max(0, len(ordered) - last) :]

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Insert a checkpoint; raises AlreadyThere for a size that has one."""
        if checkpoint.size in self.notes:
            raise AlreadyThere(f"ledger_checkpoint size {checkpoint.size} exists")
        self.notes[checkpoint.size] = checkpoint

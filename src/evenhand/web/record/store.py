"""The ledger's `Store` over Django's connection: inside the caller's transaction, nothing remembered between calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from django.db import IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper

from evenhand.ledger.errors import AppendRefused
from evenhand.ledger.notes import SignatureLine, VerifierKey
from evenhand.ledger.store import TILE_WIDTH, Checkpoint, Entry, Head, Tile
from evenhand.web.record.documents import instant
from evenhand.web.record.durability import SERVER_SETTINGS, check_durability, check_server_settings

_READ_AT_ONCE: Final = 2_000
# The settings as they are, then what SET LOCAL does, in the statement that takes the lock. The tile that grows next is
# asked for on the same way to the server: a statement of its own, or it would see the log as it was before the lock.
_LOCK: Final = f"""
SELECT size, frontier, {SERVER_SETTINGS}, set_config('synchronous_commit', 'on', true)
FROM ledger_head WHERE id = 1 FOR UPDATE;
SELECT idx, hashes FROM ledger_tile
WHERE level = 0 AND idx = (SELECT size / {TILE_WIDTH} FROM ledger_head WHERE id = 1)
"""  # noqa: S608 nothing from outside
# What so few leaves change is written in one statement: every further one is a way to the server and back, while
# everybody else waits for the lock.
_FEW: Final = 16
_ENTRY: Final = "INSERT INTO ledger_entry (seq, leaf_hash, data) VALUES "
_GROW: Final = "UPDATE ledger_tile SET hashes = %s WHERE level = %s AND idx = %s"
_HEAD: Final = "UPDATE ledger_head SET size = %s, frontier = %s WHERE id = 1"


class DjangoStore:
    """Implements `evenhand.ledger.store.Store`; make one per unit of work."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._db = connection
        self._appended = False
        self._is_server = connection.vendor == "postgresql"
        self._held: list[Entry] = []
        self._growing: list[Tile] = []
        self._there: set[tuple[int, int]] = set()  # tiles that were read, under the lock
        self._came_along: dict[tuple[int, int], bytes] = {}  # came with the lock; given out once: it may grow

    def in_transaction(self) -> bool:
        """Return whether a transaction is open on the connection."""
        return self._db.in_atomic_block

    def lock_head(self) -> Head:
        """Take the head lock and return the head.

        Raises AppendRefused outside a transaction and on a second append through the same store, UnsafeSettings if
        a commit here would not be durable.
        """
        if self._appended or not self.in_transaction():
            raise AppendRefused("the log is appended to once, at the end of an open transaction", where="record")
        if self._is_server and (row := self._locked()):
            size, frontier, *settings, _on = row
            check_server_settings(self._db, settings)
            return Head.unpack(size, _blob(frontier))
        check_durability(self._db)
        return self.head()

    def head(self) -> Head:
        """Return the head without a lock."""
        return self._head("SELECT size, frontier FROM ledger_head WHERE id = 1")

    def set_head(self, head: Head) -> None:
        """Write the head, with whatever waited for it; the trigger refuses a smaller one."""
        self._appended = True
        if not self._held:
            self._run(_HEAD, [head.size, head.packed])
            return
        tiles = [f"tile_{place} AS ({_GROW})" for place in range(len(self._growing))]
        entries = f"entry AS ({_ENTRY}{', '.join(['(%s, %s, %s)'] * len(self._held))})"
        values: list[Any] = [value for e in self._held for value in (e.seq, e.leaf_hash, e.data)]
        values += [value for tile in self._growing for value in (tile.hashes, tile.level, tile.idx)]
        with _free_place(self._held[0].seq):
            self._run(f"WITH {', '.join([entries, *tiles])} {_HEAD}", [*values, head.size, head.packed])

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Insert rows; a few on a server with the head. AppendRefused where a row lies beyond the head already."""
        if self._is_server and len(entries) <= _FEW:
            self._held = list(entries)
            return
        rows = [(entry.seq, entry.leaf_hash, entry.data) for entry in entries]
        with _free_place(entries[0].seq if entries else 0), self._db.cursor() as cursor:
            cursor.executemany(f"{_ENTRY}(%s, %s, %s)", rows)

    def put_tiles(self, tiles: Sequence[Tile]) -> None:
        """Insert tiles or extend partial ones, with the head what waits for it; the trigger refuses all but growth."""
        if self._held:
            self._growing = [tile for tile in tiles if (tile.level, tile.idx) in self._there]
        with self._db.cursor() as cursor:
            for tile in tiles:
                if tile in self._growing:
                    continue
                cursor.execute(_GROW, [tile.hashes, tile.level, tile.idx])
                if cursor.rowcount == 0:
                    cursor.execute(
                        "INSERT INTO ledger_tile (level, idx, hashes) VALUES (%s, %s, %s)",
                        [tile.level, tile.idx, tile.hashes],
                    )

    def tile(self, level: int, idx: int) -> bytes | None:
        """Return the stored hashes of a tile, or None."""
        if (hashes := self._came_along.pop((level, idx), None)) is None:
            rows = self._rows("SELECT hashes FROM ledger_tile WHERE level = %s AND idx = %s", [level, idx])
            hashes = _blob(rows[0][0]) if rows else None
        if hashes is not None:
            self._there.add((level, idx))
        return hashes

    def entries(self, start: int, end: int) -> Iterator[Entry]:
        """Yield the rows with start <= seq < end in order, a few thousand in memory at a time."""
        while start < end:
            rows = self._rows(
                "SELECT seq, leaf_hash, data FROM ledger_entry WHERE seq >= %s AND seq <= %s ORDER BY seq LIMIT %s",
                [start, end - 1, _READ_AT_ONCE],
            )
            for seq, leaf_hash, data in rows:
                yield Entry(seq, _blob(leaf_hash), _blob(data))
            if len(rows) < _READ_AT_ONCE:
                return
            start = rows[-1][0] + 1

    def tiles(self) -> Iterator[Tile]:
        """Yield every stored tile, by level and then index."""
        for level, idx, hashes in self._rows("SELECT level, idx, hashes FROM ledger_tile ORDER BY level, idx"):
            yield Tile(level, idx, _blob(hashes))

    def checkpoints(self, last: int | None = None) -> list[Checkpoint]:
        """Return the checkpoints with their cosignatures, smallest first; only the `last` n if n is given."""
        limit = "" if last is None else f" LIMIT {int(last)}"
        rows = self._rows(f"SELECT size, note, made_at FROM ledger_checkpoint ORDER BY size DESC{limit}")  # noqa: S608 nothing but an integer is put in
        return [self._checkpoint(*row) for row in reversed(rows)]

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Insert a checkpoint; IntegrityError or the trigger's refusal for a size that has one."""
        made_at = datetime.fromisoformat(checkpoint.made_at).astimezone(UTC)
        self._run(
            "INSERT INTO ledger_checkpoint (size, note, made_at) VALUES (%s, %s, %s)",
            [checkpoint.size, checkpoint.note.decode("utf-8"), self._db.ops.adapt_datetimefield_value(made_at)],
        )

    def add_cosignature(self, size: int, line: SignatureLine) -> None:
        """Insert a witness's line over the checkpoint of a size; one by the same key is refused."""
        self._run(
            "INSERT INTO ledger_cosignature (size, key_name, key_id, line) VALUES (%s, %s, %s, %s)",
            [size, line.name, line.key_id, str(line)],
        )

    def cosigned_by(self, key: VerifierKey) -> tuple[int, SignatureLine] | None:
        """Return the largest size that a witness cosigned and its line, or None; the line is not verified here."""
        rows = self._rows(
            "SELECT size, line FROM ledger_cosignature WHERE key_name = %s AND key_id = %s ORDER BY size DESC LIMIT 1",
            [key.name, key.key_id],
        )
        return (rows[0][0], SignatureLine.parse(rows[0][1])) if rows else None

    def _checkpoint(self, size: int, note: str, made_at: datetime | str) -> Checkpoint:
        lines = self._rows("SELECT line FROM ledger_cosignature WHERE size = %s ORDER BY key_name, key_id", [size])
        when = datetime.fromisoformat(made_at) if isinstance(made_at, str) else made_at
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return Checkpoint(size, note.encode("utf-8"), instant(when), tuple(line for (line,) in lines))

    def _head(self, query: str) -> Head:
        rows = self._rows(query)
        return Head.unpack(rows[0][0], _blob(rows[0][1])) if rows else Head()

    def _locked(self) -> tuple[Any, ...] | None:
        with self._db.cursor() as cursor:
            cursor.execute(_LOCK)
            rows = cursor.fetchall()
            if cursor.nextset():
                self._came_along = {(0, idx): _blob(hashes) for idx, hashes in cursor.fetchall()}
        return rows[0] if rows else None

    def _run(self, query: str, values: Sequence[Any] = ()) -> None:
        with self._db.cursor() as cursor:
            cursor.execute(query, list(values))

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._db.cursor() as cursor:
            cursor.execute(query, list(values))
            return list(cursor.fetchall())


@contextmanager
def _free_place(seq: int) -> Iterator[None]:
    """Say in words that somebody put a row where the next leaf belongs: nothing can be appended until it is gone."""
    try:
        yield
    except IntegrityError as error:
        words = "a row lies here or after it already, beyond the head; nothing was appended"
        raise AppendRefused(words, where=f"ledger_entry seq {seq}", mend="Run `evenhand ledger verify`.") from error


def _blob(value: Any) -> bytes:
    """Return a stored value as bytes; SQLite gives text back where somebody wrote text into a binary column."""
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(value)

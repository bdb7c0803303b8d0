"""The static log: entry bundles, tiles and the checkpoint as files that any web server can give out.

Bundles first, then tiles from level 0 up, the checkpoint last; each file is durable before the next begins, so
that a reader who has the checkpoint finds everything it speaks of. Other bytes at a path: alarm, no overwrite.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from evenhand.ledger.checking import Finding, failed, notice
from evenhand.ledger.checkpoint import TreeHead, parse_tree_head
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.files import write_durably
from evenhand.ledger.notes import MAX_NOTE, parse_note
from evenhand.ledger.proofs import root_from_tiles
from evenhand.ledger.store import HASH_SIZE, TILE_WIDTH, Checkpoint, Entry, Store
from evenhand.ledger.tiles import ENTRIES, TilePath, pack_bundle, split_hashes, stored_width, unpack_bundle, widths
from evenhand.ledger.tree import leaf_hash

CHECKPOINT: Final = "checkpoint"
MAX_BUNDLE: Final = TILE_WIDTH * (2 + 65_535)


def export_log(store: Store, checkpoint: Checkpoint, folder: Path, *, entries: bool = True, since: int = 0) -> int:
    """Return how many files were written so that `folder` holds the tree of `checkpoint`.

    `entries=False` leaves out the entry bundles (they are for auditors only). `since`: a size that an earlier
    call exported; full tiles inside it are not compared again. Partial files go once their tile is full.

    Raises Contradiction (`entry_mismatch`, `root_mismatch`: other bytes lie at a path, or the store contradicts itself;
    `fork_detected`: it is not the tree that was signed; `rollback_detected`: the folder holds a larger tree) and leaves
    every file as it was.
    """
    size = checkpoint.size
    _check_signed(store, checkpoint)
    _check_grows(folder / CHECKPOINT, size)
    written = 0
    if entries:
        for path in _new_paths(size, since, level_zero_as_entries=True):
            written += _put(folder / str(path), _bundle(store, path), Reason.ENTRY_MISMATCH)
    for path in _new_paths(size, since):
        written += _put(folder / str(path), _tile(store, path), Reason.ROOT_MISMATCH)
    note = folder / CHECKPOINT
    if not note.exists() or note.read_bytes() != checkpoint.published:
        write_durably(note, checkpoint.published)
        written += 1
    _drop_partials(store, folder, size, since)
    return written


def _drop_partials(store: Store, folder: Path, size: int, since: int) -> None:
    """Remove the partial files of tiles that are full by now; one that holds other bytes stays, as evidence."""
    for path in [*_new_paths(size, since), *_new_paths(size, since, level_zero_as_entries=True)]:
        partials = folder / f"{path}.p"
        if path.width < TILE_WIDTH or not (folder / str(path)).exists() or not partials.is_dir():
            continue
        for file in partials.iterdir():
            if _check_file(store, folder, str(file.relative_to(folder))) is None:
                file.unlink()
        if not any(partials.iterdir()):
            partials.rmdir()


def _new_paths(size: int, since: int, *, level_zero_as_entries: bool = False) -> Iterator[TilePath]:
    """Yield the paths a tree of `size` has beyond the full tiles of the tree of `since`."""
    for level, full, partial in widths(size):
        done = since >> (8 * (level + 1))
        name: int | Literal["entries"] = ENTRIES if level_zero_as_entries else level
        yield from (TilePath(name, idx) for idx in range(min(done, full), full))
        if partial:
            yield TilePath(name, full, partial)
        if level_zero_as_entries:
            return


def _bundle(store: Store, path: TilePath) -> bytes:
    first = path.idx * TILE_WIDTH
    rows = list(store.entries(first, first + path.width))
    if [row.seq for row in rows] != list(range(first, first + path.width)):
        raise Contradiction(Reason.ENTRY_MISMATCH, "a row is missing", where=f"ledger_entry seq {first} and after")
    tile = (store.tile(0, path.idx) or b"")[: path.width * HASH_SIZE]
    for row, found in zip(rows, split_hashes(tile), strict=False):
        if leaf_hash(row.data) != found:
            raise Contradiction(
                Reason.ENTRY_MISMATCH, "the leaf is not the one its tile holds", where=f"ledger_entry seq {row.seq}"
            )
    return pack_bundle([row.data for row in rows])


def _tile(store: Store, path: TilePath) -> bytes:
    level = path.level if isinstance(path.level, int) else 0
    hashes = (store.tile(level, path.idx) or b"")[: path.width * HASH_SIZE]
    if len(hashes) != path.width * HASH_SIZE:
        raise Contradiction(
            Reason.ROOT_MISMATCH, "the tile is missing or too short", where=f"ledger_tile level {level} idx {path.idx}"
        )
    return hashes


def _put(path: Path, data: bytes, reason: Reason) -> int:
    """Return 1 if the file was written, 0 if it lay there already with these bytes."""
    if path.exists():
        if path.read_bytes() != data:
            raise Contradiction(
                reason,
                "the exported file holds other bytes; it was left as it is",
                where=str(path),
                mend="Keep it as evidence and export into a new folder.",
            )
        return 0
    write_durably(path, data)
    return 1


def _check_signed(store: Store, checkpoint: Checkpoint) -> None:
    """Return if the stored tree is the one that was signed: what contradicts itself is not published."""
    said = parse_tree_head(parse_note(checkpoint.note).text)
    if said.size != checkpoint.size or root_from_tiles(store, said.size) != said.root:
        raise Contradiction(
            Reason.FORK_DETECTED,
            "the log is not the one that was signed; nothing was written",
            where=f"ledger_checkpoint size {checkpoint.size}",
            mend="Run `evenhand ledger verify`.",
        )


def _check_grows(path: Path, size: int) -> None:
    if not path.exists():
        return
    exported = read_tree_head(path)
    if exported.size > size:
        raise Contradiction(
            Reason.ROLLBACK_DETECTED,
            f"the folder holds a tree of {exported.size} leaves, larger than the {size} to export",
            where=str(path),
        )


def read_limited(path: Path, limit: int) -> bytes:
    """Return a file's bytes; raises Malformed over `limit`, Contradiction-free OSError where it is not there."""
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise Malformed(f"the file is over {limit} bytes", where=str(path))
    return data


def read_tree_head(path: Path) -> TreeHead:
    """Return what the checkpoint file says, its signature not checked."""
    try:
        return parse_tree_head(parse_note(read_limited(path, MAX_NOTE)).text)
    except Malformed as error:
        raise Malformed(error.what, where=str(path)) from None


def check_files(store: Store, folder: Path) -> list[Finding]:
    """Return what is wrong with every file of an export, those of earlier sizes too, against the log itself.

    Where its checkpoint is gone, what lies there is checked all the same. Where it speaks of more than the log holds,
    that is said by whoever checks the checkpoint, and of the files only those are looked at that the log can hold.
    Cost: reads every file once. The checkpoint's signature is not checked here.
    """
    here = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {CHECKPOINT}
    wrong, size = _exported_size(folder, here)
    held = store.head().size
    if size > held:
        here, size = {name for name in here if not _lies_beyond(name, held)}, 0
    wanted = [*_new_paths(size, 0)]
    if (folder / "tile" / ENTRIES).exists():
        wanted += _new_paths(size, 0, level_zero_as_entries=True)
    missing = [path for path in wanted if not {str(path), str(TilePath(path.level, path.idx))} & here]
    found = [*wrong, *(failed(Reason.ROOT_MISMATCH, str(path), "the exported file is missing") for path in missing)]
    return found + [each for name in sorted(here) if (each := _check_file(store, folder, name)) is not None]


def _exported_size(folder: Path, here: Collection[str]) -> tuple[list[Finding], int]:
    """Return how many leaves an export speaks of (0 where nothing says it), and what is wrong with what says it."""
    try:
        return [], read_tree_head(folder / CHECKPOINT).size
    except Malformed as error:
        return [failed(Reason.MALFORMED, CHECKPOINT, f"the exported file is damaged: {error.what}")], 0
    except OSError:
        words = "the exported file is missing, or cannot be read"
        return [failed(Reason.ROOT_MISMATCH, CHECKPOINT, words)] if here else [], 0


def _lies_beyond(name: str, size: int) -> bool:
    """Return whether a file of an export belongs to a tree of more leaves than `size`."""
    try:
        path = TilePath.parse(name)
    except Malformed:
        return False
    level = 0 if path.level == ENTRIES else int(path.level)
    return (path.idx * TILE_WIDTH + path.width) << (8 * level) > size


def _check_file(store: Store, folder: Path, name: str) -> Finding | None:
    try:
        path = TilePath.parse(name)
    except Malformed:
        return notice(name, "a file that no export writes") if not name.endswith(".part") else None
    try:
        expected = _bundle(store, path) if path.level == ENTRIES else _tile(store, path)
        changed = read_limited(folder / name, MAX_BUNDLE) != expected
    except (Contradiction, OSError) as error:
        return failed(Reason.ROOT_MISMATCH, name, f"the log has no such file: {error}")
    if not changed:
        return None
    reason = Reason.ENTRY_MISMATCH if path.level == ENTRIES else Reason.ROOT_MISMATCH
    return failed(reason, name, "the exported file is not what the log holds")


@dataclass(frozen=True, slots=True)
class ExportedLog:
    """An export folder read as a log of `size` leaves: tiles and entries, partial files as they are."""

    folder: Path
    size: int

    @classmethod
    def open(cls, folder: Path) -> ExportedLog:
        """Return the log that the folder's checkpoint speaks of."""
        return cls(folder, read_tree_head(folder / CHECKPOINT).size)

    def tile(self, level: int, idx: int) -> bytes | None:
        """Return the hashes of a tile, cut to this tree's width, or None where no file holds it."""
        width = stored_width(self.size, level, idx)
        data = self._read(TilePath(level, idx, width), TILE_WIDTH * HASH_SIZE) if width else None
        return data and data[: width * HASH_SIZE]

    def entries(self, start: int, end: int) -> Iterator[Entry]:
        """Yield the entries start <= seq < end that the bundles hold; their hashes are computed here."""
        for idx in range(start // TILE_WIDTH, -(-min(end, self.size) // TILE_WIDTH)):
            width = stored_width(self.size, 0, idx)
            bundle = self._read(TilePath(ENTRIES, idx, width), MAX_BUNDLE)
            for place, data in enumerate(unpack_bundle(bundle or b"")[:width]):
                seq = idx * TILE_WIDTH + place
                if start <= seq < end:
                    yield Entry(seq, leaf_hash(data), data)

    def _read(self, path: TilePath, limit: int) -> bytes | None:
        """Return the partial file, else the full one that came after it, else None."""
        for candidate in (path, TilePath(path.level, path.idx)):
            file = self.folder / str(candidate)
            if file.is_file():
                return read_limited(file, limit)
        return None

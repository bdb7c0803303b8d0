"""The exported log, `EVENHAND_DATA/log`: its checkpoint and every file, against the log in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from evenhand.context import Context
from evenhand.ledger.checking import QUICK_CHECKPOINTS, Finding, failed, notice
from evenhand.ledger.checkpoint import parse_tree_head
from evenhand.ledger.errors import Malformed, Reason
from evenhand.ledger.export import CHECKPOINT, check_files, read_limited
from evenhand.ledger.keyring import Keyring
from evenhand.ledger.notes import MAX_NOTE, VerifierKey, parse_note
from evenhand.ledger.store import Checkpoint, Store
from evenhand.ledger.vouching import check_published, vouched_size

WRITTEN_WITHIN: Final = timedelta(hours=1)
"""The worker exports within a minute of a checkpoint; after so long a missing export is worth a word."""


def check_export_folder(
    store: Store,
    folder: Path,
    notes: Sequence[Checkpoint],
    keys: Keyring,
    *,
    witnesses: Sequence[VerifierKey],
    ctx: Context,
) -> list[Finding]:
    """Return what is wrong with the exported log. `notes`: all checkpoints of the database.

    Without any file it is a remark, and only where one should have been written: an export can be made again.
    """
    if not any(folder.rglob("*")):
        late = notes and ctx.now() - datetime.fromisoformat(notes[-1].made_at) > WRITTEN_WITHIN
        words = "no exported log is here, so none was compared; the worker writes it after each checkpoint"
        return [notice(str(folder), words)] if late else []
    return [*check_exported_note(store, folder, notes, keys, witnesses=witnesses), *check_files(store, folder)]


def check_exported_note(
    store: Store,
    folder: Path,
    notes: Sequence[Checkpoint],
    keys: Keyring,
    *,
    witnesses: Sequence[VerifierKey],
) -> list[Finding]:
    """Return what is wrong with the exported checkpoint alone; nothing where none can be read (`check_files` says so).

    One that is over more leaves than the log holds is `rollback_detected`: the database is older than it.
    """
    try:
        note = read_limited(folder / CHECKPOINT, MAX_NOTE)
        said = parse_tree_head(parse_note(note).text)
    except (OSError, Malformed):
        return []
    size, place = store.head().size, str(folder / CHECKPOINT)
    vouched = vouched_size(store, size, notes[-QUICK_CHECKPOINTS:], keys)
    found = check_published(store, size, note, keys, place, vouched=vouched, witness_keys=witnesses)
    if not found and notes and said.size >= notes[0].size and said.size not in {row.size for row in notes}:
        found = [failed(Reason.ITEM_REMOVED, f"ledger_checkpoint size {said.size}", "it was exported; its row is gone")]
    return found

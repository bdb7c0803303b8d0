"""The checkpoint job over this installation's database and key file; the rules are `evenhand.ledger.signing`'s.

`keyring.json` (the public keys of this log) lies beside the log key, outside the database and its backups.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction

from evenhand.context import Context
from evenhand.ledger import signing
from evenhand.ledger.errors import Contradiction, Malformed, SignerBusy
from evenhand.ledger.export import CHECKPOINT, export_log, read_tree_head
from evenhand.ledger.files import write_durably
from evenhand.ledger.keyring import KeyState, parse_keyring
from evenhand.ledger.notes import VerifierKey
from evenhand.ledger.signing import KeyFile
from evenhand.ledger.store import Checkpoint
from evenhand.web.home import Home
from evenhand.web.record.store import DjangoStore

EVERY: Final = timedelta(minutes=15)
EVERY_LEAVES: Final = 1_000
AT_ONCE: Final = (b'"t":"case.notice_sent"', b'"t":"message.sent"', b'"t":"case.closed"')


RECOVER: Final = "Write nothing more, and bring the missing leaves back: evenhand ledger recover --help."


def key_file(home: Home) -> KeyFile:
    """Return the log key's file of a home."""
    return KeyFile(home.log_key)


def checkpoint_if_due(ctx: Context) -> int:
    """Sign a checkpoint if one is due; return 1 or 0.

    Due: 15 minutes or 1,000 leaves after the last; at once where a letter went out or a case was closed since.
    """
    store = DjangoStore(connection)
    size, last = store.head().size, store.checkpoints(last=1)
    if not size or (last and last[0].size == size):
        return 0
    if last and size - last[0].size < EVERY_LEAVES and ctx.now() - datetime.fromisoformat(last[0].made_at) < EVERY:
        since = store.entries(last[0].size, size)
        if not any(word in entry.data for entry in since for word in AT_ONCE):
            return 0
    try:
        make_checkpoint(ctx)
    except SignerBusy:  # a command signs just now, or changes the key: next minute
        return 0
    return 1


def export_if_due(_ctx: Context) -> int:
    """Write the newest checkpoint and what it covers as static files; return how many files were written.

    Where a file holds other bytes nothing is overwritten and nothing stops: the nightly check names it.
    """
    store, folder = DjangoStore(connection), Home.here().log_export
    newest = store.checkpoints(last=1)
    note = folder / CHECKPOINT
    if not newest or (note.exists() and note.read_bytes() == newest[0].published):
        return 0
    try:
        since = min(read_tree_head(note).size, newest[0].size) if note.exists() else 0
        return export_log(store, newest[0], folder, since=since)
    except Contradiction:
        return 0


def make_checkpoint(ctx: Context) -> Checkpoint:
    """Return the signed checkpoint of the tree as it stands, committed; the stored one where this size has one.

    Raises Contradiction (`root_mismatch`, `rollback_detected`, `fork_detected`), AppendRefused while another signer
    works, UsageError for a key file that is absent or open to others. Call it outside any transaction.
    """
    with transaction.atomic():
        home = Home.here()
        return signing.make_checkpoint(DjangoStore(connection), key_file(home), ctx, key_states(home))


def check_not_behind(home: Home) -> None:
    """Raise Contradiction (`rollback_detected`) where the database is an older or another one than was signed last.

    For whatever would write on: a leaf more, and the missing ones can no longer be brought back from an export. Where
    the high-water file is not here, or not ours to read, nothing is told. Cost: a few reads.
    """
    store = DjangoStore(connection)
    try:
        high = signing.read_high_water(key_file(home).high_water)
    except (OSError, Malformed):
        return  # the signer and `ledger verify` say what is wrong with it
    try:
        if high is not None:
            signing.check_high_water(store, store.head().size, high)
    except Contradiction as error:
        raise Contradiction(error.reason, error.what, where=error.where, mend=RECOVER) from None


def keyring(home: Home) -> list[VerifierKey]:
    """Return the public keys of this log, oldest first; empty where none was written down."""
    return list(key_states(home))


def key_states(home: Home) -> dict[VerifierKey, KeyState]:
    """Return what became of each public key of this log, oldest first; empty where none was written down.

    Raises Malformed, with its path, for a keyring.json that is damaged.
    """
    path = _keyring_path(home)
    try:
        return parse_keyring(path.read_bytes()) if path.exists() else {}
    except Malformed as error:
        raise Malformed(f"this keyring is damaged ({error.what})", where=str(path)) from None


def keyring_lines(home: Home) -> list[dict[str, Any]]:
    """Return what `keyring.json` says of each key: vkey, status, added_index, status_index, last_size."""
    path = _keyring_path(home)
    if not key_states(home):
        return []
    lines: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return lines


def write_keyring(home: Home, keys: list[dict[str, Any]]) -> None:
    """Write `keyring.json`: per key vkey, status, added_index, status_index, last_size."""
    write_durably(_keyring_path(home), (json.dumps(keys, indent=1) + "\n").encode(), mode=0o600)


def _keyring_path(home: Home) -> Path:
    return home.log_key.with_name("keyring.json")

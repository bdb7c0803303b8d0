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
from evenhand.ledger.files import write_durably
from evenhand.ledger.notes import VerifierKey, parse_trusted_vkey
from evenhand.ledger.signing import KeyFile
from evenhand.ledger.store import Checkpoint
from evenhand.web.home import Home
from evenhand.web.record.store import DjangoStore

EVERY: Final = timedelta(minutes=15)
EVERY_LEAVES: Final = 1_000


def key_file(home: Home) -> KeyFile:
    """Return the log key's file of a home."""
    return KeyFile(home.log_key)


def checkpoint_if_due(ctx: Context) -> int:
    """Sign a checkpoint if 15 minutes or 1,000 leaves have passed since the last; return 1 or 0."""
    store = DjangoStore(connection)
    size, last = store.head().size, store.checkpoints(last=1)
    if not size or (last and last[0].size == size):
        return 0
    if last and size - last[0].size < EVERY_LEAVES and ctx.now() - datetime.fromisoformat(last[0].made_at) < EVERY:
        return 0
    make_checkpoint(ctx)
    return 1


def make_checkpoint(ctx: Context) -> Checkpoint:
    """Return the signed checkpoint of the tree as it stands, committed; the stored one where this size has one.

    Raises Contradiction (`root_mismatch`, `rollback_detected`, `fork_detected`), AppendRefused while another signer
    works, UsageError for a key file that is absent or open to others. Call it outside any transaction.
    """
    with transaction.atomic():
        return signing.make_checkpoint(DjangoStore(connection), key_file(Home.here()), ctx)


def keyring(home: Home) -> list[VerifierKey]:
    """Return the public keys of this log, oldest first; empty where none was written down."""
    return [parse_trusted_vkey(entry["vkey"]) for entry in keyring_lines(home)]


def keyring_lines(home: Home) -> list[dict[str, Any]]:
    """Return what `keyring.json` says of each key: vkey, status, added_index, status_index, last_size."""
    path = _keyring_path(home)
    if not path.exists():
        return []
    lines: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return lines


def write_keyring(home: Home, keys: list[dict[str, Any]]) -> None:
    """Write `keyring.json`: per key vkey, status, added_index, status_index, last_size."""
    write_durably(_keyring_path(home), (json.dumps(keys, indent=1) + "\n").encode(), mode=0o600)


def _keyring_path(home: Home) -> Path:
    return home.log_key.with_name("keyring.json")

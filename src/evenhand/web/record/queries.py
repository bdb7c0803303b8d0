"""What pages and commands may ask of the record. Nobody else touches its tables."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from contextlib import suppress
from typing import Any

from django.db import connection

from evenhand.errors import UsageError
from evenhand.ledger.errors import Malformed
from evenhand.ledger.leaf import strict_parse
from evenhand.ledger.store import Checkpoint, Store
from evenhand.ledger.tlog_proof import prove
from evenhand.web.record.ids import DocumentId
from evenhand.web.record.models import Record
from evenhand.web.record.store import DjangoStore


def log_store() -> Store:
    """Return the log for reading: proofs, tiles, entries, export. Appending through it is refused outside a unit."""
    return DjangoStore(connection)


def log_size() -> int:
    """Return how many leaves the log holds."""
    return DjangoStore(connection).head().size


def latest_checkpoint() -> Checkpoint | None:
    """Return the newest signed checkpoint, or None before the first."""
    found = DjangoStore(connection).checkpoints(last=1)
    return found[0] if found else None


def checkpoints(last: int) -> list[Checkpoint]:
    """Return the `last` n checkpoints, oldest first."""
    return DjangoStore(connection).checkpoints(last=last)


def leaf_of(document: DocumentId) -> int:
    """Return the index of a document's leaf (for `ref`); UsageError if there is no such document."""
    seq = Record.objects.filter(id=document).values_list("seq", flat=True).first()
    if seq is None:
        raise UsageError("there is no document with this id", where="record")
    return seq


def leaf_about(obj: str, type: str, *, since: int = 0) -> int:
    """Return the index of the first leaf of a type about a thing (hex32); UsageError if there is none.

    `since`: an index it cannot lie before. Reads the leaves' bytes from there on, by the primary key, and stops at the
    first that fits: a few leaves where the caller knows about when, linear in the log where it knows nothing.
    """
    wanted = f'"obj":"{urlsafe_b64encode(bytes.fromhex(obj)).decode().rstrip("=")}"'.encode()
    kind = f'"t":"{type}"'.encode()
    found = "instr(data, %s) > 0" if connection.vendor == "sqlite" else "position(%s in data) > 0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT seq FROM ledger_entry WHERE seq >= %s AND {found} AND {found} ORDER BY seq LIMIT 1",  # noqa: S608 `found` is one of the two texts above
            [since, wanted, kind],
        )
        row = cursor.fetchone()
    if row is None:
        raise UsageError("there is no such leaf", where=type)
    return int(row[0])


def key_leaves() -> list[tuple[int, dict[str, Any]]]:
    """Return (index, leaf) of every leaf about the log's keys, in order; leaves that cannot be read are left out.

    Looks through all leaves: for verifying, and for changing a key. A row beyond the head is no leaf.
    """
    found = "instr(data, %s) > 0" if connection.vendor == "sqlite" else "position(%s in data) > 0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT seq, data FROM ledger_entry WHERE seq < %s AND {found} ORDER BY seq",  # noqa: S608 `found` is one of the two texts above
            [log_size(), b'"t":"key.'],
        )
        rows = cursor.fetchall()
    leaves = []
    for seq, data in rows:
        with suppress(Malformed):
            leaves.append((int(seq), dict(strict_parse(bytes(data), int(seq), known_types=False))))
    return leaves


def is_covered(index: int) -> bool:
    """Return whether a signed checkpoint covers a leaf yet; within fifteen minutes of it, as a rule."""
    newest = latest_checkpoint()
    return newest is not None and newest.size > index


def proof_text(index: int) -> str | None:
    """Return the inclusion proof of a leaf (c2sp.org/tlog-proof) as text, or None before a checkpoint covers it."""
    newest = latest_checkpoint()
    if newest is None or newest.size <= index:
        return None
    proof, _entry = prove(log_store(), index, newest)
    return proof.encode().decode()

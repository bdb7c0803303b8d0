"""The read log: one row per reading, committed before the first byte leaves, chained; one leaf per closed window.

A row's hash is SHA-256("evenhand/read/v1\\n" || its canonical JSON); each row holds the hash of the one before.
Rows of one actor, key (case, subject or organisation) and purpose in one quarter of an hour stand behind one leaf
`record.read`, whose `c.reads` commits to the RFC 6962 root over them; rows of one file behind a leaf of its own,
`evidence.accessed` (EVIDENCE §2.2). A person who asked and was refused has a row too: its purpose begins with
`REFUSED`, so that it counts as no reading, and it is chained and committed to like the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import connection, transaction

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.tree import leaf_hash, tree_root
from evenhand.web.record.documents import canonical, instant
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId, KeyId
from evenhand.web.record.keys import KeyRefused
from evenhand.web.record.models import ReadRow, ReadWindowRow
from evenhand.web.record.unit import recording

WINDOW: Final = timedelta(minutes=15)
NO_ROW: Final = bytes(32)
_CHAIN_LOCK: Final = 0x6576656E68616E64  # "evenhand": one writer of the chain at a time on PostgreSQL
_AT_MOST: Final = 20_000  # rows closed in one unit of work
READ, ACCESSED = "record.read", "evidence.accessed"
REFUSED: Final = "refused: "
_PURPOSE_LENGTH: Final = 64
_EXHIBITS: Final[list[Callable[[Collection[str]], Collection[str]]]] = []


def register_exhibits(exhibits: Callable[[Collection[str]], Collection[str]]) -> None:
    """Register who knows which of some object ids are files; call it in `ready()`."""
    _EXHIBITS.append(exhibits)


def log_reads(objects: Sequence[tuple[str, KeyId]], *, actor: ActorId, purpose: str, ctx: Context) -> None:
    """Commit one row per (object id, key) read; returns when they are durable.

    Raises UsageError inside a transaction: there the bytes would leave before the rows are committed.
    """
    if connection.in_atomic_block:
        raise UsageError("sealed text cannot be read inside a transaction", mend="Read before the unit of work.")
    at = ctx.now().replace(microsecond=0)
    with transaction.atomic():
        seq, previous = _end_of_chain()
        rows = []
        for object_id, key in objects:
            row = ReadRow(
                seq=seq, actor=actor, object_id=object_id, key_id=key, purpose=purpose, at=at, previous=previous
            )
            rows.append(row)
            seq, previous = seq + 1, row_hash(row)
        ReadRow.objects.bulk_create(rows)


@contextmanager
def noting_refusal(
    objects: Sequence[tuple[str, KeyId]], *, actor: ActorId, purpose: str, ctx: Context
) -> Iterator[None]:
    """Commit a row for each of these objects if the block raises KeyRefused for want of a seat, and let that go on.

    Nothing is noted of the system, of a key that is gone, or inside a transaction: there nothing could be committed.
    """
    try:
        yield
    except KeyRefused as error:
        if actor != SYSTEM and not error.what.startswith("no_key") and not connection.in_atomic_block:
            note_refusal(objects, actor=actor, purpose=purpose, ctx=ctx)
        raise


def note_refusal(objects: Sequence[tuple[str, KeyId]], *, actor: ActorId, purpose: str, ctx: Context) -> None:
    """Commit a row for each of these objects: somebody asked for it and got nothing. UsageError as `log_reads`."""
    if objects:
        log_reads(objects, actor=actor, purpose=f"{REFUSED}{purpose}"[:_PURPOSE_LENGTH], ctx=ctx)


def row_bytes(row: ReadRow) -> bytes:
    """Return the canonical bytes of a read row."""
    return canonical(
        {
            "seq": row.seq, "actor": row.actor, "object": row.object_id, "key": row.key_id, "purpose": row.purpose,
            "at": instant(row.at), "previous": bytes(row.previous).hex(),
        }
    )  # fmt: skip


def row_hash(row: ReadRow) -> bytes:
    """Return the 32 bytes that the next row must hold."""
    return sha256(b"evenhand/read/v1\n" + row_bytes(row)).digest()


def rows_root(rows: Iterable[ReadRow]) -> bytes:
    """Return the RFC 6962 root over rows: the value that `c.reads` commits to."""
    return tree_root([leaf_hash(row_bytes(row)) for row in rows])


def close_read_windows(ctx: Context) -> int:
    """Write a leaf for each window that has ended and return how many; idempotent, for `tick`."""
    before = _window(ctx.now())
    open_rows = ReadRow.objects.filter(at__lt=before).exclude(seq__in=ReadWindowRow.objects.values("row"))
    groups: dict[tuple[str, str, str, datetime, str], list[ReadRow]] = defaultdict(list)
    found = list(open_rows.order_by("seq")[:_AT_MOST])
    files = _files({row.object_id for row in found})
    for row in found:
        file = row.object_id if row.object_id in files and not row.purpose.startswith(REFUSED) else ""
        groups[row.actor, row.key_id, row.purpose, _window(row.at), file].append(row)
    if not groups:
        return 0
    with recording(actor=SYSTEM, ctx=ctx, purpose="close read windows") as r:
        for (actor, key, purpose, start, file), rows in groups.items():
            seqs = [row.seq for row in rows]
            body = {"actor": actor, "key": key, "purpose": purpose, "window": instant(start), "rows": seqs}
            document = r.add(
                type=ACCESSED if file else READ, key=ORGANISATION, obj=file or None, body=body,
                commitments={"reads": rows_root(rows)},
            )  # fmt: skip
            ReadWindowRow.objects.bulk_create(ReadWindowRow(row=seq, document_id=document) for seq in seqs)
    return len(groups)


def _files(objects: Collection[str]) -> frozenset[str]:
    return frozenset(file for exhibits in _EXHIBITS for file in exhibits(objects))


def _window(at: datetime) -> datetime:
    """Return the start of the quarter of an hour that a time lies in."""
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def _end_of_chain() -> tuple[int, bytes]:
    """Return the next seq and the hash of the last row, keeping other writers out until the commit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    last = ReadRow.objects.order_by("-seq").first()
    return (0, NO_ROW) if last is None else (last.seq + 1, row_hash(last))

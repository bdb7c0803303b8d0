"""Writing a unit's documents: seal them, append their leaves, keep documents and openings. Called once per unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from evenhand.context import Context
from evenhand.ledger import SYSTEM as SYSTEM_ACTOR
from evenhand.ledger import Draft, append
from evenhand.ledger.commitment import Opening as Commitment
from evenhand.ledger.commitment import batch_root, seal_bytes
from evenhand.ledger.commitment import seal as commit
from evenhand.web.record import keys as key_client
from evenhand.web.record.crypto import seal
from evenhand.web.record.documents import Document, opening_bound, record_bound
from evenhand.web.record.ids import SYSTEM, ActorId, DocumentId, KeyId, SealedId
from evenhand.web.record.models import Opening, Record
from evenhand.web.record.pseudonyms import pseudonyms
from evenhand.web.record.store import DjangoStore


@dataclass(frozen=True, slots=True)
class SeatFact:
    """A seat on a key as it stands after an act; times as documents write them, `until` None while it is open."""

    id: str
    key: KeyId
    actor: ActorId
    role: str
    since: str
    until: str | None

    def plain(self) -> dict[str, Any]:
        """Return the fact as it stands in a document."""
        return {
            "id": self.id, "key": self.key, "actor": self.actor, "role": self.role, "from": self.since,
            "until": self.until,
        }  # fmt: skip


@dataclass(slots=True)
class Pending:
    """A document before its leaf has a place, and what its leaf shows besides."""

    id: DocumentId
    type: str
    at: str
    actor: ActorId
    purpose: str
    key: KeyId
    case: str | None
    obj: str | None
    why: str | None
    ref: tuple[int, ...]
    body: dict[str, Any]
    pub: dict[str, bytes]
    commitments: dict[str, bytes]
    items: tuple[bytes, ...]
    sealed: tuple[SealedId, ...] = ()
    seats: tuple[dict[str, Any], ...] = ()

    def document(self) -> Document:
        """Return the document as it is encoded."""
        return Document(
            id=self.id, type=self.type, at=self.at, actor=self.actor, purpose=self.purpose, key=self.key,
            case=self.case, obj=self.obj, why=self.why, ref=self.ref, sealed=self.sealed,
            seats=self.seats, body=self.body,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """Where a document came to stand in the log."""

    document: DocumentId
    index: int
    leaf_hash: bytes


@dataclass(slots=True)
class KeyRing:
    """Opened data keys of one unit: each actor's seat is checked once per key, nothing outlives the unit."""

    _open: dict[tuple[KeyId, ActorId], bytes] = field(default_factory=dict)

    def open(self, key: KeyId, actor: ActorId, purpose: str) -> bytes:
        """Return the data key, asking the key service on first use."""
        if (key, actor) not in self._open:
            self._open[key, actor] = key_client.unwrap(key, actor=actor, purpose=purpose)
        return self._open[key, actor]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A document sealed, with its openings and its draft: all that needs no place in the log."""

    pending: Pending
    data_key: bytes
    sealed: bytes
    openings: list[tuple[str, Commitment]]
    draft: Draft


def write(acts: Sequence[Pending | Draft], keys: KeyRing, ctx: Context) -> list[Written]:
    """Append one leaf per act and keep the sealed documents and openings, in the caller's transaction.

    Keys and pseudonyms come first, the head lock last; after it there is neither network nor file I/O. A bare
    Draft is a leaf of the log about itself (key.*, log.*), which has no document.
    """
    if not acts:
        return []
    ready = _prepare_all([act for act in acts if isinstance(act, Pending)], keys, ctx)
    drafts = [act if isinstance(act, Draft) else ready[act.id].draft for act in acts]
    appended = append(DjangoStore(connection), drafts, ctx)
    placed = [(ready[act.id], place) for act, place in zip(acts, appended, strict=True) if isinstance(act, Pending)]
    Record.objects.bulk_create(
        Record(id=item.pending.id, seq=place.index, key_id=item.pending.key, sealed=item.sealed)
        for item, place in placed
    )
    Opening.objects.bulk_create(
        [row for item, place in placed for row in _opening_rows(item, place.index, ctx)], batch_size=500
    )
    return [Written(item.pending.id, place.index, place.leaf_hash) for item, place in placed]


def _prepare_all(documents: Sequence[Pending], keys: KeyRing, ctx: Context) -> dict[DocumentId, _Ready]:
    opened = [(pending, keys.open(pending.key, pending.actor, pending.purpose)) for pending in documents]
    names = pseudonyms([(p.key, p.actor, data_key) for p, data_key in opened if p.actor != SYSTEM], ctx)
    return {p.id: _prepare(p, data_key, names.get((p.key, p.actor)), ctx) for p, data_key in opened}


def _prepare(pending: Pending, key: bytes, pseudonym: bytes | None, ctx: Context) -> _Ready:
    data = pending.document().encode()
    sealed = seal(key, data, bound_to=record_bound(pending.id), random=ctx.random)
    fields = [seal_bytes("doc", data, ctx)]
    fields += [commit(name, value, ctx) for name, value in sorted(pending.commitments.items())]
    items = [seal_bytes("item", item, ctx) for item in pending.items]
    openings = [(opening.field, opening) for opening in fields]
    openings += [(f"item.{place}", opening) for place, opening in enumerate(items)]
    return _Ready(pending, key, sealed, openings, _draft(pending, pseudonym, fields, items))


def _draft(
    pending: Pending, pseudonym: bytes | None, fields: Sequence[Commitment], items: Sequence[Commitment]
) -> Draft:
    commitments = [item.commitment() for item in items]
    return Draft(
        type=pending.type,
        actor=SYSTEM_ACTOR if pseudonym is None else pseudonym,
        commitments={opening.field: opening.commitment() for opening in fields},
        case=_bytes(pending.case),
        obj=_bytes(pending.obj),
        pub=pending.pub,
        ref=pending.ref,
        count=len(items) or None,
        root=batch_root(commitments) if items else None,
        why=pending.why,
        # The act's own time: the end of a long unit may be seconds later.
        at=datetime.fromisoformat(pending.at),
    )


def _opening_rows(item: _Ready, seq: int, ctx: Context) -> list[Opening]:
    return [_opening_row(item, seq, name, opening, ctx) for name, opening in item.openings]


def _opening_row(item: _Ready, seq: int, name: str, opening: Commitment, ctx: Context) -> Opening:
    value = opening.nonce + opening.value
    sealed = seal(item.data_key, value, bound_to=opening_bound(seq, name), random=ctx.random)
    return Opening(seq=seq, field=name, key_id=item.pending.key, sealed=sealed)


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value)

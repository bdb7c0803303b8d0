"""Opening what the record holds of one case, to be handed out: exact entries, their documents, every opening."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from evenhand.context import Context
from evenhand.errors import DoesNotHold
from evenhand.ledger.commitment import NONCE_SIZE, verify_opening
from evenhand.ledger.commitment import Opening as Opened
from evenhand.ledger.encoding import unb64u
from evenhand.ledger.leaf import ID_SIZE, strict_parse
from evenhand.web.record.crypto import open_sealed
from evenhand.web.record.documents import open_document, opening_bound
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.keys import unwrap
from evenhand.web.record.models import LedgerEntry, Opening, Record
from evenhand.web.record.reads import log_reads

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class HandedOut:
    """One act of a case: its leaf's index and exact bytes, its type and time, its document, all its openings."""

    seq: int
    entry: bytes
    type: str
    at: str
    document: bytes
    openings: tuple[Opened, ...]


@dataclass(frozen=True, slots=True)
class _Leaf:
    record: Record
    data: bytes
    type: str
    at: str
    case: str | None
    commitments: dict[str, str]


def open_records(keys: Collection[KeyId], *, case: str, actor: ActorId, purpose: str, ctx: Context) -> list[HandedOut]:
    """Return what lies under some keys and belongs to a case (hex32) or to none, in the order of the log.

    Each document and each leaf that opens further is one read row, committed first. Raises KeyRefused without a seat,
    NoKeyService, DoesNotHold where a document or an opening is not what its leaf commits to. Holds all of it at once.
    """
    data_keys = {key: unwrap(key, actor=actor, purpose=purpose) for key in keys}
    leaves = [leaf for leaf in _leaves(keys) if leaf.case in (None, case)]
    read = [(leaf.record.id, KeyId(leaf.record.key_id)) for leaf in leaves]
    read += [(f"{leaf.record.seq:032x}", KeyId(leaf.record.key_id)) for leaf in leaves if len(leaf.commitments) > 1]
    log_reads(read, actor=actor, purpose=purpose, ctx=ctx)
    openings = _openings([leaf.record.seq for leaf in leaves])
    return [_opened(leaf, data_keys[KeyId(leaf.record.key_id)], openings.get(leaf.record.seq, [])) for leaf in leaves]


def _leaves(keys: Collection[KeyId]) -> list[_Leaf]:
    records = list(Record.objects.filter(key_id__in=list(keys)).order_by("seq"))
    seqs = [record.seq for record in records]
    entries: dict[int, bytes] = {}
    for first in range(0, len(seqs), _AT_ONCE):
        rows = LedgerEntry.objects.filter(seq__in=seqs[first : first + _AT_ONCE]).values_list("seq", "data")
        entries |= {seq: bytes(data) for seq, data in rows}
    return [_leaf(record, entries.get(record.seq, b"")) for record in records]


def _leaf(record: Record, data: bytes) -> _Leaf:
    leaf = strict_parse(data, record.seq, known_types=False)
    committed, case = leaf.get("c", {}), leaf.get("case")
    assert isinstance(committed, dict)
    return _Leaf(
        record=record, data=data, type=str(leaf["t"]), at=str(leaf["at"]),
        case=None if case is None else unb64u(str(case), ID_SIZE).hex(),
        commitments={name: str(value) for name, value in committed.items()},
    )  # fmt: skip


def _openings(seqs: list[int]) -> dict[int, list[Opening]]:
    found: dict[int, list[Opening]] = {}
    for first in range(0, len(seqs), _AT_ONCE):
        for row in Opening.objects.filter(seq__in=seqs[first : first + _AT_ONCE]).order_by("seq", "field"):
            found.setdefault(row.seq, []).append(row)
    return found


def _opened(leaf: _Leaf, data_key: bytes, rows: list[Opening]) -> HandedOut:
    """Return one act opened and compared with its leaf: nothing is handed out that would not verify."""
    record = leaf.record
    document = open_document(data_key, record.id, bytes(record.sealed))
    openings = []
    for row in rows:
        if row.field not in leaf.commitments:
            continue  # an item of a batch: opened with its path, by whoever hands out that item
        plain = open_sealed(data_key, row.sealed, bound_to=opening_bound(record.seq, row.field))
        opening = Opened(row.field, plain[:NONCE_SIZE], plain[NONCE_SIZE:])
        verify_opening(opening, leaf.commitments[row.field])
        openings.append(opening)
    values = {opening.field: opening.value for opening in openings}
    if values.keys() != leaf.commitments.keys() or values["doc"] != sha256(document).digest():
        where = f"record id {record.id} seq {record.seq}"
        raise DoesNotHold(
            "the document is not what its leaf commits to", where=where, mend="Run: evenhand ledger verify."
        )
    return HandedOut(record.seq, leaf.data, leaf.type, leaf.at, document, tuple(openings))

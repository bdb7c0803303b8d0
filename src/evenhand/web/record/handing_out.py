"""Opening what the record holds of one case, to be handed out: exact entries, their documents, every opening."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

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
from evenhand.web.record.reads import log_reads, noting_refusal

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
    obj: str | None
    commitments: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bare:
    """One leaf of which nothing is opened: its index and exact bytes, its type and time, what it commits to.

    `eraser`: the index of the leaf that says that its content was erased, None for that leaf itself.
    """

    seq: int
    entry: bytes
    type: str
    at: str
    fields: tuple[str, ...]
    eraser: int | None


_ERASERS: Final = ("evidence.erased", "retention.purged")
Only = Callable[[str, str | None], bool]
"""Whether an act is wanted, by its type and the id (hex32) of its thing: both stand open in the leaf."""


def fields_of(keys: Collection[KeyId], *, case: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return, for each act that `open_records` would return, its type and the fields its leaf commits to.

    Opens nothing. Two queries and one more per 500 acts.
    """
    return [(leaf.type, tuple(leaf.commitments)) for leaf in _leaves(keys) if leaf.case in (None, case)]


def erased_of(case: str, things: Collection[str]) -> list[Bare]:
    """Return the leaves of a case (hex32) whose content was erased, and those that say so, in the order of the log.

    `things`: ids of what belongs to it and whose leaves name no case. Reads every leaf once: the log has no index of
    what refers to what.
    """
    erasers: dict[int, tuple[int, bytes]] = {}
    for seq, data in LedgerEntry.objects.values_list("seq", "data").iterator(2_000):
        if any(f'"{kind}"'.encode() in bytes(data) for kind in _ERASERS):
            leaf = strict_parse(bytes(data), seq, known_types=False)
            refs = leaf.get("ref", []) if leaf["t"] in _ERASERS else []
            assert isinstance(refs, list)
            erasers |= {int(str(ref)): (seq, bytes(data)) for ref in refs}
    kept = set(Record.objects.filter(seq__in=list(erasers)).values_list("seq", flat=True))
    wanted = [seq for seq in erasers if seq not in kept]
    rows = LedgerEntry.objects.filter(seq__in=wanted).values_list("seq", "data")
    gone = [_bare(seq, bytes(data), erasers[seq][0]) for seq, data in rows]
    ours = [bare for bare in gone if _is_of(bare, case, things)]
    said = {bare.eraser: erasers[bare.seq][1] for bare in ours if bare.eraser is not None}
    return sorted([*ours, *(_bare(seq, data, None) for seq, data in said.items())], key=lambda bare: bare.seq)


def _is_of(bare: Bare, case: str, things: Collection[str]) -> bool:
    leaf = strict_parse(bare.entry, bare.seq, known_types=False)
    named = _id_in(leaf, "case")
    return named == case or (named is None and _id_in(leaf, "obj") in things)


def living_of(keys: Collection[KeyId]) -> list[KeyId]:
    """Return those keys under which a document still lies: of a side that was erased there is none."""
    found = set(Record.objects.filter(key_id__in=list(keys)).values_list("key_id", flat=True))
    return [key for key in keys if key in found]


def _bare(seq: int, data: bytes, eraser: int | None) -> Bare:
    leaf = strict_parse(data, seq, known_types=False)
    committed = leaf.get("c", {})
    assert isinstance(committed, dict)
    return Bare(seq, data, str(leaf["t"]), str(leaf["at"]), tuple(sorted(committed)), eraser)


def open_keys(keys: Collection[KeyId], *, case: str, actor: ActorId, purpose: str, ctx: Context) -> dict[KeyId, bytes]:
    """Return the data keys of a case (hex32), opened; whoever holds no seat is refused, and that is noted of the case.

    Raises KeyRefused, NoKeyService.
    """
    with noting_refusal([(case, key) for key in keys], actor=actor, purpose=purpose, ctx=ctx):
        return {key: unwrap(key, actor=actor, purpose=purpose) for key in keys}


def open_records(
    keys: Collection[KeyId], *, case: str, actor: ActorId, purpose: str, ctx: Context, only: Only | None = None
) -> list[HandedOut]:
    """Return what lies under some keys and belongs to a case (hex32) or to none, in the order of the log.

    `only`: what else it must be; the rest is not opened. Each document and each leaf that opens further is one read
    row, committed first. Raises KeyRefused without a seat, NoKeyService, DoesNotHold where a document or an opening is
    not what its leaf commits to. Holds all of it at once.
    """
    data_keys = open_keys(keys, case=case, actor=actor, purpose=purpose, ctx=ctx)
    leaves = [leaf for leaf in _leaves(keys) if leaf.case in (None, case)]
    if only is not None:
        leaves = [leaf for leaf in leaves if only(leaf.type, leaf.obj)]
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
    committed = leaf.get("c", {})
    assert isinstance(committed, dict)
    return _Leaf(
        record=record, data=data, type=str(leaf["t"]), at=str(leaf["at"]),
        case=_id_in(leaf, "case"), obj=_id_in(leaf, "obj"),
        commitments={name: str(value) for name, value in committed.items()},
    )  # fmt: skip


def _id_in(leaf: Mapping[str, object], name: str) -> str | None:
    return unb64u(str(leaf[name]), ID_SIZE).hex() if name in leaf else None


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

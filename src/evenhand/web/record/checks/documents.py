"""Documents against their leaves: each is there, opens, says what its leaf says, and is what the leaf commits to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import Any, Final

from django.db import connection

from evenhand.errors import DoesNotHold
from evenhand.ledger.checking import Finding, Verdict, failed
from evenhand.ledger.commitment import NONCE_SIZE, Opening, batch_root, verify_opening
from evenhand.ledger.encoding import b64u
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.leaf import strict_parse
from evenhand.web.record import models
from evenhand.web.record.crypto import open_sealed
from evenhand.web.record.documents import Document, decode, open_document, opening_bound
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.keys import KeyRefused, unwrap
from evenhand.web.record.pseudonyms import pseudonym_of

_AT_ONCE: Final = 1_000
# Leaves of the log about itself; they have no document.
_BARE: Final = ("key.", "log.")
_JOINED: Final = """
SELECT e.seq, e.data, r.id, r.key_id, r.sealed, o.sealed FROM ledger_entry e
LEFT JOIN record r ON r.seq = e.seq LEFT JOIN opening o ON o.seq = e.seq AND o.field = 'doc'
WHERE e.seq >= %s ORDER BY e.seq LIMIT %s
"""


@dataclass(slots=True)
class Keys:
    """Data keys opened for one verification, by the key service, as `system`."""

    purpose: str
    _open: dict[str, bytes | None] = field(default_factory=dict)

    def get(self, key_id: str) -> bytes | None:
        """Return the data key, or None where it was destroyed. Raises NoKeyService."""
        if key_id not in self._open:
            try:
                self._open[key_id] = unwrap(KeyId(key_id), actor=SYSTEM, purpose=self.purpose)
            except KeyRefused:
                self._open[key_id] = None
        return self._open[key_id]


@dataclass(frozen=True, slots=True)
class Row:
    """One leaf with the rows that belong to it; `leaf` is empty where its bytes cannot be read."""

    seq: int
    leaf: dict[str, Any]
    id: str | None
    key_id: str | None
    sealed: bytes | None
    opening: bytes | None

    def commitment(self, name: str) -> str:
        """Return the leaf's commitment of that name, or an empty text that fits no opening."""
        return str(self.leaf.get("c", {}).get(name, ""))

    @property
    def place(self) -> str:
        """Where a person would look."""
        return f"record id {self.id} seq {self.seq}" if self.id else f"record seq {self.seq}"


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of one leaf's check: its document, if it holds, and what was found."""

    row: Row
    document: Document | None
    findings: list[Finding]


def check_documents(keys: Keys, *, thorough: bool) -> Iterator[Checked]:
    """Yield the outcome for each leaf that has a document, in order. `thorough` also joins the actor's pseudonym."""
    erased = _erased()
    for row in _rows():
        if str(row.leaf.get("t", "")).startswith(_BARE) or (row.id is None and not row.leaf):
            continue
        yield _check_row(row, keys, erased, thorough=thorough)


def orphans() -> list[Finding]:
    """Return records and openings that belong to no leaf."""
    found = []
    for table in ("record", "opening"):
        query = f"SELECT DISTINCT t.seq FROM {table} t LEFT JOIN ledger_entry e ON e.seq = t.seq WHERE e.seq IS NULL"  # noqa: S608 two fixed names
        with connection.cursor() as cursor:
            cursor.execute(query)
            found += [
                failed(Reason.DOCUMENT_MISMATCH, f"{table} seq {seq}", "the row belongs to no leaf")
                for (seq,) in cursor.fetchall()
            ]
    return found


def check_openings(keys: Keys) -> Iterator[Finding]:
    """Yield what is wrong with the openings beside `doc`: each fits its leaf, each batch's items give its root."""
    beside = models.Opening.objects.exclude(field="doc").order_by("seq", "field").iterator(2_000)
    groups = {seq: list(rows) for seq, rows in groupby(beside, key=lambda opening: opening.seq)}
    for row in _rows():
        stored = {opening.field: opening for opening in groups.pop(row.seq, [])}
        yield from _check_fields(row, stored, keys)


def _check_row(row: Row, keys: Keys, erased: frozenset[int], *, thorough: bool) -> Checked:
    if row.id is None or row.key_id is None or row.sealed is None or row.opening is None:
        return Checked(row, None, [_gone(row, erased, "the document or its opening is missing")])
    data_key = keys.get(row.key_id)
    if data_key is None:
        return Checked(row, None, [_gone(row, erased, "the document's key was destroyed")])
    try:
        data = open_document(data_key, row.id, row.sealed)
        opening = _opening(row.seq, "doc", row.opening, data_key)
        if opening.value != sha256(data).digest():
            raise DoesNotHold("the document is not the one that its opening names")
        document = decode(data, row.seq)
        if not row.leaf:
            return Checked(row, document, [])  # the check of the log itself names the leaf
        verify_opening(opening, row.commitment("doc"))
        wrong = _differs(row, document, data_key, thorough=thorough)
    except DoesNotHold as error:
        return Checked(row, None, [failed(Reason.DOCUMENT_MISMATCH, row.place, error.what)])
    words = f"document and leaf differ in: {', '.join(wrong)}"
    # The document's own seal holds, so it is folded all the same: one change is one finding.
    return Checked(row, document, [failed(Reason.DOCUMENT_MISMATCH, row.place, words)] if wrong else [])


def _differs(row: Row, document: Document, data_key: bytes, *, thorough: bool) -> list[str]:
    """Return the names of what document and leaf do not say alike."""
    leaf = row.leaf
    pairs = {
        "id": (document.id, row.id),
        "key": (document.key, row.key_id),
        "t": (document.type, leaf.get("t")),
        "at": (document.at, leaf.get("at")),
        "case": (_b64(document.case), leaf.get("case")),
        "obj": (_b64(document.obj), leaf.get("obj")),
        "why": (document.why, leaf.get("why")),
        "ref": (list(document.ref), leaf.get("ref", [])),
    }
    if (document.actor == SYSTEM) != (leaf.get("act") == SYSTEM):
        pairs["act"] = (document.actor, leaf.get("act"))
    elif thorough and document.actor != SYSTEM:
        name = pseudonym_of(document.actor, data_key)
        # An erased pseudonym row proves nothing; one that is there must lead to this leaf's actor.
        if name is not None:
            pairs["act"] = (b64u(name), leaf.get("act"))
    return [name for name, (said, shown) in pairs.items() if said != shown]


def _check_fields(row: Row, stored: dict[str, models.Opening], keys: Keys) -> Iterator[Finding]:
    opened: dict[str, Opening] = {}
    for name, opening in stored.items():
        data_key = keys.get(opening.key_id)
        if data_key is None:
            continue
        place = f"opening seq {row.seq} field {name}"
        field_name = name.partition(".")[0]
        try:
            opened[name] = _opening(row.seq, name, opening.sealed, data_key, field_name)
            if field_name != "item":
                verify_opening(opened[name], row.commitment(name))
        except (DoesNotHold, Contradiction) as error:
            yield failed(Reason.OPENING_MISMATCH, place, error.what)
    for name in row.leaf.get("c", {}).keys() - stored.keys() - {"doc"}:
        yield failed(Reason.OPENING_MISSING, f"opening seq {row.seq} field {name}", "the opening is missing")
    yield from _check_batch(row, opened)


def _check_batch(row: Row, opened: dict[str, Opening]) -> Iterator[Finding]:
    count = row.leaf.get("cnt")
    if count is None:
        return
    place = f"opening seq {row.seq}"
    items = [opened.get(f"item.{number}") for number in range(count)]
    present = [item.commitment() for item in items if item is not None]
    if len(present) != count:
        yield failed(Reason.OPENING_MISSING, place, f"{count - len(present)} of {count} items have no opening")
    elif b64u(batch_root(present)) != row.leaf.get("root"):
        yield failed(Reason.OPENING_MISMATCH, place, "the items do not give the root of their leaf")


def _opening(
    seq: int, name: str, sealed: bytes | memoryview, data_key: bytes, field_name: str | None = None
) -> Opening:
    opened = open_sealed(data_key, sealed, bound_to=opening_bound(seq, name))
    return Opening(field_name or name, opened[:NONCE_SIZE], opened[NONCE_SIZE:])


def _gone(row: Row, erased: frozenset[int], words: str) -> Finding:
    if row.seq in erased:
        return Finding(Verdict.VERIFIED, Reason.ERASED_LAWFULLY, row.place, "erased, and a leaf says so")
    return failed(Reason.OPENING_MISSING, row.place, words)


def _erased() -> frozenset[int]:
    """Return the leaves that an `evidence.erased` or `retention.purged` leaf refers to."""
    found: set[int] = set()
    for seq, data in models.LedgerEntry.objects.values_list("seq", "data").iterator(2_000):
        # Parsing every leaf twice would double the time of a verification.
        if b'"evidence.erased"' in bytes(data) or b'"retention.purged"' in bytes(data):
            found.update(_leaf(bytes(data), seq).get("ref", []))
    return frozenset(found)


def _rows() -> Iterator[Row]:
    start = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_JOINED, [start, _AT_ONCE])
            rows = cursor.fetchall()
        for seq, data, record_id, key_id, sealed, opening in rows:
            yield Row(seq, _leaf(bytes(data), seq), record_id, key_id, _maybe(sealed), _maybe(opening))
        if len(rows) < _AT_ONCE:
            return
        start = rows[-1][0] + 1


def _leaf(data: bytes, seq: int) -> dict[str, Any]:
    """Return a leaf of the right form, else nothing: the check of the log itself names it."""
    try:
        return strict_parse(data, seq, known_types=False)
    except Malformed:
        return {}


def _maybe(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _b64(value: str | None) -> str | None:
    return None if value is None else b64u(bytes.fromhex(value))

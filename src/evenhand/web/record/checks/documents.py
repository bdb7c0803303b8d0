"""Documents against their leaves: each is there, opens, says what its leaf says, and is what the leaf commits to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from django.db import connection

from evenhand.errors import DoesNotHold, UsageError
from evenhand.ledger.checking import Finding, Verdict, failed
from evenhand.ledger.commitment import NONCE_SIZE, Opening, verify_opening
from evenhand.ledger.encoding import b64u
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.leaf import strict_parse
from evenhand.web.record import models
from evenhand.web.record.crypto import open_sealed
from evenhand.web.record.documents import Document, decode, open_document, opening_bound
from evenhand.web.record.ids import SYSTEM, KeyId, hex_id
from evenhand.web.record.keys import unwrap

_AT_ONCE: Final = 1_000
# Leaves of the log about itself; they have no document.
_BARE: Final = ("key.", "log.")
_ERASING: Final = (b'"evidence.erasure_started"', b'"evidence.erased"', b'"retention.purged"')
_JOINED: Final = """
SELECT e.seq, e.data, r.id, r.key_id, r.sealed, o.key_id, o.sealed FROM ledger_entry e
LEFT JOIN record r ON r.seq = e.seq LEFT JOIN opening o ON o.seq = e.seq AND o.field = 'doc'
WHERE e.seq >= %s ORDER BY e.seq LIMIT %s
"""


@dataclass(slots=True)
class Keys:
    """Data keys opened for one verification, by the key service, as `system`."""

    purpose: str
    _open: dict[str, bytes | None] = field(default_factory=dict)

    def get(self, key_id: str) -> bytes | None:
        """Return the data key, or None where there is none or it was destroyed. Raises NoKeyService."""
        if key_id not in self._open:
            try:
                # What is no id is never asked for: the service hangs up on a question that is too long.
                self._open[key_id] = unwrap(KeyId(hex_id(key_id, "key")), actor=SYSTEM, purpose=self.purpose)
            except UsageError:
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
    opening_key: str | None
    opening: bytes | None

    @property
    def bare(self) -> bool:
        """Whether this is a leaf of the log about itself, which has no document."""
        return str(self.leaf.get("t", "")).startswith(_BARE)

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


def check_documents(keys: Keys) -> Iterator[Checked]:
    """Yield the outcome for each leaf, in order; one of the log about itself has no document and must have none."""
    erased = erased_leaves()
    for row in _rows():
        if row.id is None and (row.bare or not row.leaf):
            yield Checked(row, None, [])
        elif row.bare:
            words = "a leaf of the log about itself has no document"
            yield Checked(row, None, [failed(Reason.DOCUMENT_MISMATCH, row.place, words)])
        else:
            yield _check_row(row, keys, erased)


def orphans() -> list[Finding]:
    """Return records and openings that belong to no leaf."""
    found = []
    for table in ("record", "opening"):
        query = f"SELECT DISTINCT t.seq FROM {table} t LEFT JOIN ledger_entry e ON e.seq = t.seq WHERE e.seq IS NULL"  # noqa: S608 the two names above
        with connection.cursor() as cursor:
            cursor.execute(query)
            found += [
                failed(Reason.DOCUMENT_MISMATCH, f"{table} seq {seq}", "the row belongs to no leaf")
                for (seq,) in cursor.fetchall()
            ]
    return found


def _check_row(row: Row, keys: Keys, erased: frozenset[int]) -> Checked:
    if row.id is None or row.key_id is None or row.sealed is None:
        return Checked(row, None, [_gone(row, row.place, erased, "the document is missing")])
    if row.opening is None:
        place = f"opening seq {row.seq} field doc"
        return Checked(row, None, [_gone(row, place, erased, "the document's opening is missing")])
    data_key = keys.get(row.key_id)
    if data_key is None:
        return Checked(row, None, [_gone(row, row.place, erased, "there is no such key, or it was destroyed")])
    try:
        data = open_document(data_key, row.id, row.sealed)
        document = decode(data, row.seq)
        wrong = _differs(row, document)
    except DoesNotHold as error:
        return Checked(row, None, [failed(Reason.DOCUMENT_MISMATCH, row.place, error.what)])
    words = f"document and leaf differ in: {', '.join(wrong)}"
    findings = [failed(Reason.DOCUMENT_MISMATCH, row.place, words)] if wrong else []
    # The document's own seal holds, so it is folded all the same: one change is one finding.
    return Checked(row, document, findings + _opening_findings(row, data, data_key))


def _opening_findings(row: Row, data: bytes, data_key: bytes) -> list[Finding]:
    """Return what is wrong between the document's bytes, their opening and the leaf's commitment to them."""
    place = f"opening seq {row.seq} field doc"
    if row.opening_key != row.key_id:
        return [failed(Reason.OPENING_MISMATCH, place, "it names another key than its document")]
    try:
        opening = open_opening(row.seq, "doc", row.opening or b"", data_key)
    except DoesNotHold as error:
        return [failed(Reason.OPENING_MISMATCH, place, error.what)]
    if opening.value != sha256(data).digest():
        words = "the document is not the one that its opening names"
        return [failed(Reason.DOCUMENT_MISMATCH, row.place, words)]
    try:
        if row.leaf:  # else the check of the log itself names the leaf
            verify_opening(opening, row.commitment("doc"))
    except Contradiction as error:
        return [failed(Reason.OPENING_MISMATCH, place, error.what)]
    return []


def _differs(row: Row, document: Document) -> list[str]:
    """Return the names of what document and leaf do not say alike; pseudonyms are checked apart."""
    leaf = row.leaf
    pairs: dict[str, tuple[Any, Any]] = {"id": (document.id, row.id), "key": (document.key, row.key_id)}
    if leaf:  # else the check of the log itself names the leaf
        pairs |= {
            "t": (document.type, leaf.get("t")),
            "at": (document.at, leaf.get("at")),
            "case": (_b64(document.case), leaf.get("case")),
            "obj": (_b64(document.obj), leaf.get("obj")),
            "why": (document.why, leaf.get("why")),
            "ref": (list(document.ref), leaf.get("ref", [])),
            "act": (document.actor == SYSTEM, leaf.get("act") == SYSTEM),
        }
    return [name for name, (said, shown) in pairs.items() if said != shown]


def open_opening(seq: int, name: str, sealed: bytes | memoryview, data_key: bytes) -> Opening:
    """Return the nonce and value behind a commitment; DoesNotHold if the row was changed or moved."""
    opened = open_sealed(data_key, sealed, bound_to=opening_bound(seq, name))
    return Opening(name.partition(".")[0], opened[:NONCE_SIZE], opened[NONCE_SIZE:])


def _gone(row: Row, place: str, erased: frozenset[int], words: str) -> Finding:
    if row.seq in erased:
        return Finding(Verdict.VERIFIED, Reason.ERASED_LAWFULLY, place, "erased, and a leaf says so")
    return failed(Reason.OPENING_MISSING, place, words)


def erased_leaves() -> frozenset[int]:
    """Return the leaves that an erasure or a `retention.purged` leaf refers to.

    One that has begun counts: what it deletes is gone with the very transaction that says so.
    """
    found: set[int] = set()
    for seq, data in models.LedgerEntry.objects.values_list("seq", "data").iterator(2_000):
        # Parsing every leaf twice would double the time of a verification.
        if any(kind in bytes(data) for kind in _ERASING):
            found.update(_leaf(bytes(data), seq).get("ref", []))
    return frozenset(found)


def _rows() -> Iterator[Row]:
    start = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_JOINED, [start, _AT_ONCE])
            rows = cursor.fetchall()
        for seq, data, record_id, key_id, sealed, opening_key, opening in rows:
            leaf = _leaf(bytes(data), seq)
            yield Row(seq, leaf, record_id, key_id, _maybe(sealed), opening_key, _maybe(opening))
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

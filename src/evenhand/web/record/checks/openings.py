"""The openings of a leaf: each one that the leaf commits to is there, opens to it, and there is no other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from evenhand.errors import DoesNotHold
from evenhand.ledger.checking import Finding, failed
from evenhand.ledger.commitment import batch_root, verify_opening
from evenhand.ledger.encoding import b64u
from evenhand.ledger.errors import Contradiction, Reason
from evenhand.web.record import models
from evenhand.web.record.checks.documents import Keys, Row, erased_leaves, open_opening

_ITEM: Final = "item"
_Stored = tuple[int, str, str, bytes]  # leaf, field, key id, sealed


class Openings:
    """The stored openings in the order of their leaves, checked leaf by leaf. About 15 µs an opening."""

    def __init__(self, keys: Keys) -> None:
        self._keys, self._erased = keys, erased_leaves()
        self._groups = groupby(_stored(), key=lambda opening: opening[0])
        self._next = next(self._groups, None)

    def findings(self, row: Row) -> Iterator[Finding]:
        """Yield what is wrong with the openings of a leaf; call it for every leaf, in order."""
        stored = {opening[1]: opening for opening in self._of(row.seq)}
        if row.seq in self._erased or (not row.leaf and row.id is None):
            return
        expected = _expected(row)
        for name in stored.keys() - expected if row.leaf else ():
            yield failed(Reason.ITEM_ADDED, _place(row, name), "its leaf has no such commitment")
        for name in sorted(expected - stored.keys() - {"doc"}, key=_by_number):
            yield failed(Reason.OPENING_MISSING, _place(row, name), "the opening is missing")
        yield from self._opened(row, {name: stored[name] for name in stored.keys() & expected - {"doc"}})

    def _of(self, seq: int) -> list[_Stored]:
        """Return the openings of one leaf; those of no leaf are named elsewhere."""
        while self._next is not None and self._next[0] < seq:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != seq:
            return []
        found = list(self._next[1])
        self._next = next(self._groups, None)
        return found

    def _opened(self, row: Row, stored: dict[str, _Stored]) -> Iterator[Finding]:
        data_key = None if row.key_id is None else self._keys.get(row.key_id)
        if data_key is None:
            return  # the document's own check says so
        items: dict[str, bytes] = {}
        for name, (_, _, key_id, sealed) in stored.items():
            try:
                if key_id != row.key_id:
                    raise DoesNotHold("it names another key than its document")
                opening = open_opening(row.seq, name, sealed, data_key)
                if opening.field == _ITEM:
                    items[name] = opening.commitment()
                else:
                    verify_opening(opening, row.commitment(name))
            except (DoesNotHold, Contradiction) as error:
                yield failed(Reason.OPENING_MISMATCH, _place(row, name), error.what)
        count = row.leaf.get("cnt") or 0
        if count and len(items) == count:
            root = batch_root([items[f"{_ITEM}.{number}"] for number in range(count)])
            if b64u(root) != row.leaf.get("root"):
                words = "the items do not give the root of their leaf"
                yield failed(Reason.OPENING_MISMATCH, f"opening seq {row.seq}", words)


def _expected(row: Row) -> set[str]:
    """Return the fields that a leaf commits to, one for each item of its batch."""
    return {*row.leaf.get("c", {}), *(f"{_ITEM}.{number}" for number in range(row.leaf.get("cnt") or 0))}


def _by_number(name: str) -> tuple[str, int]:
    field, _, number = name.partition(".")
    return field, int(number or 0)


def _place(row: Row, name: str) -> str:
    return f"opening seq {row.seq} field {name}"


def _stored() -> Iterator[_Stored]:
    rows: Any = models.Opening.objects.order_by("seq", "field").values_list("seq", "field", "key_id", "sealed")
    yield from rows.iterator(2_000)

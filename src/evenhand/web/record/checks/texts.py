"""Sealed texts: each one that a document names is there and opens, and there is no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from evenhand.errors import DoesNotHold
from evenhand.ledger.checking import Finding, failed
from evenhand.ledger.errors import Reason
from evenhand.web.record.checks.documents import Keys
from evenhand.web.record.crypto import open_sealed
from evenhand.web.record.documents import Document, text_bound
from evenhand.web.record.models import SealedText


@dataclass(slots=True)
class Texts:
    """Gathers the texts that documents name (and those they erased), then compares with the table."""

    named: dict[str, int] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)

    def take(self, document: Document) -> None:
        """Note what a document says about texts; `erased_texts` in a body lists those that went with the act."""
        self.named |= dict.fromkeys(document.sealed, document.seq)
        self.erased.update(document.body.get("erased_texts", []))

    def findings(self, keys: Keys, *, complete: bool) -> Iterator[Finding]:
        """Yield each text that is missing, changed or unaccounted for (the last only if all documents opened)."""
        missing = dict(self.named)
        for row in SealedText.objects.order_by("id").iterator(2_000):
            place = f"sealed_text id {row.id}"
            seq = missing.pop(row.id, None)
            if seq is None:
                if complete:
                    yield failed(Reason.ITEM_ADDED, place, "no document speaks of this text")
            elif words := _wrong(row, keys, gone=row.id in self.erased):
                yield failed(Reason.CONTENT_MISMATCH, f"{place} seq {seq}", words)
        for text, seq in missing.items():
            if text not in self.erased:
                yield failed(Reason.OPENING_MISSING, f"sealed_text id {text} seq {seq}", "the sealed text is missing")


def _wrong(row: SealedText, keys: Keys, *, gone: bool) -> str:
    """Return what is wrong with a text, or nothing; one whose key is gone must have been erased by a document."""
    data_key = keys.get(row.key_id)
    if data_key is None:
        return "" if gone else "there is no such key, or it was destroyed"
    try:
        open_sealed(data_key, row.ciphertext, bound_to=text_bound(row.id, row.field))
    except DoesNotHold:
        return "the sealed text was changed or swapped"
    return ""

"""The figures of cases that went: each row is what its leaf commits to, none is missing, none is added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from evenhand.ledger.checking import Finding, failed
from evenhand.ledger.commitment import Opening, verify_opening
from evenhand.ledger.errors import Contradiction, Reason
from evenhand.web.record.checks.documents import Checked
from evenhand.web.record.models import CountingRow

COUNTED = "counting_row"
"""In the body of a `retention.purged` document: that its figures are to stand in a row of their own."""
KEPT = "counted_leaves"
"""In the body of the document that ends an erasure: the leaves whose figures stand there from now on."""


@dataclass(slots=True)
class Counts:
    """Gathers which leaves say that a case's figures stay, then compares with the table."""

    _leaves: dict[int, str] = field(default_factory=dict)
    _kept: set[int] = field(default_factory=set)

    def take(self, checked: Checked) -> None:
        """Note a leaf whose figures stand in a row, and from when on they must."""
        if checked.document is None:
            return
        if checked.document.body.get(COUNTED):
            self._leaves[checked.row.seq] = checked.row.commitment("count")
        self._kept.update(checked.document.body.get(KEPT, ()))

    def findings(self, *, complete: bool) -> Iterator[Finding]:
        """Yield each row that was changed, added or is gone (added: only if all documents opened)."""
        missing = set(self._kept)
        for row in CountingRow.objects.order_by("seq").iterator(2_000):
            place = f"counting_row seq {row.seq}"
            missing.discard(row.seq)
            commitment = self._leaves.get(row.seq)
            if commitment is None:
                if complete:
                    yield failed(Reason.ITEM_ADDED, place, "no leaf speaks of these figures")
                continue
            try:
                verify_opening(Opening("count", bytes(row.nonce), row.value.encode()), commitment)
            except (Contradiction, ValueError) as error:
                words = f"the figures are not what the leaf commits to: {error}"
                yield failed(Reason.PROJECTION_MISMATCH, place, words)
        for seq in sorted(missing):
            yield failed(Reason.PROJECTION_MISMATCH, f"counting_row seq {seq}", "the figures of a case are missing")

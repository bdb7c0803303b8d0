"""The read log: an unbroken chain, each closed row inside the root of its leaf, none left without a leaf."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from evenhand.context import Context
from evenhand.errors import DoesNotHold
from evenhand.ledger.checking import Finding, failed
from evenhand.ledger.commitment import NONCE_SIZE, Opening, verify_opening
from evenhand.ledger.errors import Contradiction, Reason
from evenhand.web.record import models
from evenhand.web.record.checks.documents import Checked, Keys
from evenhand.web.record.crypto import open_sealed
from evenhand.web.record.documents import opening_bound
from evenhand.web.record.reads import NO_ROW, WINDOW, row_hash, rows_root

LATE: Final = timedelta(minutes=20)


def check_chain(ctx: Context) -> Iterator[Finding]:
    """Yield each break of the chain, and each row that should have a leaf by now and has none."""
    expected, previous = 0, NO_ROW
    closed = set(models.ReadWindowRow.objects.values_list("row", flat=True))
    for row in models.ReadRow.objects.order_by("seq").iterator(2_000):
        if row.seq != expected:
            words = f"{row.seq - expected} row(s) from here on are not there"
            yield failed(Reason.READS_MISMATCH, f"read_row seq {expected}", words)
        elif bytes(row.previous) != previous:
            place = f"read_row seq {row.seq - 1} or {row.seq}" if row.seq else "read_row seq 0"
            yield failed(Reason.READS_MISMATCH, place, "the row was changed: the chain breaks between the two")
        if row.at.microsecond:
            # The chain speaks of whole seconds, so it would not show in the hash.
            yield failed(Reason.READS_MISMATCH, f"read_row seq {row.seq}", "at was changed: it is no whole second")
        if row.seq not in closed and row.at < ctx.now() - WINDOW - LATE:
            yield failed(Reason.READS_MISMATCH, f"read_row seq {row.seq}", "no leaf stands for this reading")
        expected, previous = row.seq + 1, row_hash(row)


def check_window(checked: Checked, keys: Keys) -> list[Finding]:
    """Return what is wrong with one `record.read` leaf: its rows are there and give the root that it commits to."""
    row, document = checked.row, checked.document
    if document is None or row.key_id is None or not row.leaf:
        return []  # named already
    rows = list(models.ReadRow.objects.filter(seq__in=document.body["rows"]).order_by("seq"))
    opening = models.Opening.objects.filter(seq=row.seq, field="reads").first()
    data_key = keys.get(row.key_id)
    if opening is None or data_key is None:
        return [failed(Reason.OPENING_MISSING, f"opening seq {row.seq} field reads", "the opening is missing")]
    try:
        opened = open_sealed(data_key, opening.sealed, bound_to=opening_bound(row.seq, "reads"))
        verify_opening(Opening("reads", opened[:NONCE_SIZE], opened[NONCE_SIZE:]), row.commitment("reads"))
        _same_root(rows, document.body["rows"], opened[NONCE_SIZE:])
    except (DoesNotHold, Contradiction) as error:
        return [failed(Reason.READS_MISMATCH, _place(document.body["rows"], row.seq), error.what)]
    return []


def _place(rows: Sequence[int], leaf: int) -> str:
    spread = f"{min(rows)}" if len(rows) == 1 else f"{min(rows)} to {max(rows)}"
    return f"read_row seq {spread} of leaf {leaf}"


def _same_root(rows: Sequence[models.ReadRow], expected: Sequence[int], root: bytes) -> None:
    missing = sorted(set(expected) - {row.seq for row in rows})
    if missing:
        raise DoesNotHold(f"row(s) {', '.join(map(str, missing[:5]))} are missing")
    if rows_root(rows) != root:
        raise DoesNotHold("a row was changed: the rows do not give the root of their leaf")

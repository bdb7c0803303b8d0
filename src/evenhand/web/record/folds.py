"""How documents rebuild the record's own projected tables: seats on keys, and which reads stand behind which leaf."""

from __future__ import annotations

from typing import Any

from evenhand.web.record.documents import Document
from evenhand.web.record.projections import Projection, fold_rows, register
from evenhand.web.record.reads import ACCESSED, READ


def register_all() -> None:
    """Register the record's projections."""
    register(Projection(table="key_seat", types=(), fold=fold_seats))
    register(Projection(table="read_window_row", types=(READ, ACCESSED), fold=fold_windows))
    register(Projection(table="log_witness", types=("policy.changed",), fold=fold_rows("log_witness")))


def fold_seats(state: dict[Any, dict[str, Any]], document: Document) -> None:
    """Take the seats that a document says were given or ended."""
    for seat in document.seats:
        state[seat["id"]] = {
            "id": seat["id"], "key_id": seat["key"], "actor": seat["actor"], "role": seat["role"],
            "valid_from": seat["from"], "valid_until": seat["until"],
        }  # fmt: skip


def fold_windows(state: dict[Any, dict[str, Any]], document: Document) -> None:
    """Take the rows of a closed window of reading."""
    for seq in document.body["rows"]:
        state[seq] = {"row": seq, "document_id": document.id}

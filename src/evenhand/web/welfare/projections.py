"""How documents rebuild the table: each says the whole row."""

from __future__ import annotations

from typing import Any

from evenhand.web.record.documents import Document
from evenhand.web.record.projections import Projection, register


def register_all() -> None:
    """Register the one table of the app."""
    register(Projection("welfare_call", ("welfare.called",), _fold))


def _fold(state: dict[Any, dict[str, Any]], document: Document) -> None:
    if row := document.body.get("call"):
        state[row["id"]] = dict(row)

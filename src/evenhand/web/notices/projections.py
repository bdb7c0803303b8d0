"""How documents rebuild the tables of letters: each says the rows it made; a letter's row also names its document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from evenhand.web.record.documents import Document
from evenhand.web.record.projections import Projection, register

State = dict[Any, dict[str, Any]]

_SENT: Final = ("case.notice_sent", "message.sent")


def register_all() -> None:
    """Register every table of the app."""
    register(Projection("notices_letter", _SENT, _fold_letters))
    register(Projection("notices_attempt", _SENT, _fold("attempt", "id")))
    register(Projection("notices_accepted", ("message.sent",), _fold("accepted", "attempt_id")))
    register(Projection("notices_service", ("notice.served",), _fold("service", "id")))


def _fold_letters(state: State, document: Document) -> None:
    if row := document.body.get("letter"):
        state[row["id"]] = dict(row) | {"document": document.id}


def _fold(name: str, key: str) -> Callable[[State, Document], None]:
    def fold(state: State, document: Document) -> None:
        if row := document.body.get(name):
            state[row[key]] = dict(row)

    return fold

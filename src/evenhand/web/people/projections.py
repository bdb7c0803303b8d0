"""How the documents rebuild the tables of people: roles granted and ended, mandates recorded and ended."""

from __future__ import annotations

from typing import Any

from evenhand.web.record.documents import Document
from evenhand.web.record.projections import Projection, Row, register


def register_all() -> None:
    """Register both projections with the record."""
    register(Projection(table="people_grant", types=("role.changed",), fold=fold_grants))
    register(Projection(table="people_mandate", types=("mandate.changed",), fold=fold_mandates))


def fold_grants(state: dict[Any, Row], document: Document) -> None:
    """Take one role.changed: a grant begins, or ends at the document's own time; a reset sign-in has no row."""
    body, grant = document.body, document.obj
    if body["change"] == "granted":
        begun = {"person": body["person"], "role": body["role"], "begins": body["begins"], "ends": body["ends"]}
        state[grant] = {"id": grant, **begun, "granted_by": document.actor, "granted_at": document.at, **_OPEN}
    elif body["change"] == "ended":
        state[grant].update(ends=document.at, ended_by=document.actor, ended_at=document.at)


def fold_mandates(state: dict[Any, Row], document: Document) -> None:
    """Take one mandate.changed: a mandate is recorded, or its last day is."""
    body, mandate = document.body, document.obj
    if body["change"] == "recorded":
        begun = {"person": body["person"], "office": body["office"], "begins": body["begins"], "ends": body["ends"]}
        state[mandate] = {
            "id": mandate, **begun, "recorded_by": document.actor, "recorded_at": document.at, **_OPEN,
        }  # fmt: skip
    else:
        state[mandate].update(ends=body["ends"], ended_by=document.actor, ended_at=document.at)


_OPEN: dict[str, None] = {"ended_by": None, "ended_at": None}

"""How documents rebuild the register's tables: a load, and in portions the members it adds, changes and removes."""

from __future__ import annotations

from typing import Any

from evenhand.web.record.documents import Document
from evenhand.web.record.projections import Projection, Row, register

_TYPES = ("register.loaded",)


def register_all() -> None:
    """Register the three tables; called once when Django starts."""
    register(Projection("register_load", _TYPES, fold_loads))
    register(Projection("register_member", _TYPES, fold_members))
    register(Projection("register_account", _TYPES, fold_accounts))


def fold_loads(state: dict[Any, Row], document: Document) -> None:
    """Take the load that the first document of a file states."""
    load = document.body.get("load")
    if load is not None:
        state[load["id"]] = dict(load)


def fold_members(state: dict[Any, Row], document: Document) -> None:
    """Take the members of one portion, and those who are gone."""
    for member, text, content in document.body["members"]:
        state[member] = {"id": member, "text": text, "content": content}
    for member in document.body["gone"]:
        state.pop(member)


def fold_accounts(state: dict[Any, Row], document: Document) -> None:
    """Take the declared accounts of one portion; those that went first."""
    for value, member in document.body["accounts_gone"]:
        state.pop((value, member))
    for value, member in document.body["accounts"]:
        state[value, member] = {"value": value, "member_id": member}

"""How the documents rebuild the tables of people: accounts made, roles and mandates begun and ended.

Each act says its own second (`at` in the body): a document may be written a second after its row.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from evenhand.web.record.documents import Document
from evenhand.web.record.projections import Projection, Row, register


def register_all() -> None:
    """Register the projections with the record; a password and a last sign-in are nobody's act."""
    register(
        Projection(
            table="people_user",
            types=("role.changed",),
            fold=fold_accounts,
            apart=frozenset({"password", "last_login"}),
            digests={"username": lambda row: name_digest(row["id"], row["username"])},
        )
    )
    register(Projection(table="people_grant", types=("role.changed",), fold=fold_grants))
    register(Projection(table="people_mandate", types=("mandate.changed",), fold=fold_mandates))


def name_digest(person: str, username: str) -> str:
    """Return 64 hex digits that stand for a person's sign-in name: sealed documents name nobody."""
    return sha256(f"evenhand/sign-in-name/v1\n{person}\n{username}".encode()).hexdigest()


def fold_accounts(state: dict[Any, Row], document: Document) -> None:
    """Take one role.changed: an account is made, or closed for good."""
    body = document.body
    if body["change"] == "account_made":
        said = {name: body[name] for name in ("username", "is_active", "made_at")}
        state[body["person"]] = {"id": body["person"], **said}
    elif body["change"] == "account_closed":
        state[body["person"]].update(username=body["username"], is_active=body["is_active"])


def fold_grants(state: dict[Any, Row], document: Document) -> None:
    """Take one role.changed: a grant begins, or ends; other changes have no row here."""
    body, grant = document.body, document.obj
    if body["change"] == "granted":
        begun = {"person": body["person"], "role": body["role"], "begins": body["begins"], "ends": body["ends"]}
        state[grant] = {"id": grant, **begun, "granted_by": document.actor, "granted_at": body["at"], **_OPEN}
    elif body["change"] == "ended":
        state[grant].update(ends=body["at"], ended_by=document.actor, ended_at=body["at"])


def fold_mandates(state: dict[Any, Row], document: Document) -> None:
    """Take one mandate.changed: a mandate is recorded, or its last day is."""
    body, mandate = document.body, document.obj
    if body["change"] == "recorded":
        begun = {"person": body["person"], "office": body["office"], "begins": body["begins"], "ends": body["ends"]}
        state[mandate] = {
            "id": mandate, **begun, "recorded_by": document.actor, "recorded_at": body["at"], **_OPEN,
        }  # fmt: skip
    else:
        state[mandate].update(ends=body["ends"], ended_by=document.actor, ended_at=body["at"])


_OPEN: dict[str, None] = {"ended_by": None, "ended_at": None}

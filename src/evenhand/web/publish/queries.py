"""Reads: whether the installation can do its work, who signed what is published, since when the record runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.cache import cache
from django.db import DatabaseError, connection

from evenhand.errors import EvenhandError, UsageError
from evenhand.ledger.leaf import strict_parse
from evenhand.web.people.permissions import CARRIED_BY, Permission
from evenhand.web.people.queries import roles_at
from evenhand.web.people.roles import ROLES, Role
from evenhand.web.record.durability import check_durability
from evenhand.web.record.guards import check_triggers
from evenhand.web.record.queries import leaf_about, log_size, log_store
from evenhand.web.rules.queries import thing_of

_A_DAY: Final = 24 * 60 * 60


def readiness() -> dict[str, bool]:
    """Return what must hold before this process takes work, and whether it does. A few queries."""
    checks: dict[str, Callable[[], object]] = {
        "database": log_size,
        "durability": lambda: check_durability(connection),
        "guards": lambda: check_triggers(connection),
    }
    return {name: _holds(check) for name, check in checks.items()}


def _holds(check: Callable[[], object]) -> bool:
    try:
        check()
    except (EvenhandError, DatabaseError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed a published text, by role; when; its digest; where its adoption stands in the record."""

    roles: tuple[str, ...]
    at: datetime
    digest: str
    place: int | None


def signed(digest: str, leaf_type: str, signers: Iterable[str], at: datetime) -> Signed:
    """Return how a text was adopted. Roles are those held then; the place in the record never changes, so is kept."""
    roles = tuple(_signing_role(signer, at) for signer in signers)
    place = cache.get_or_set(f"leaf:{leaf_type}:{digest}", lambda: _place(digest, leaf_type), _A_DAY)
    return Signed(roles, at, digest, place)


def _signing_role(signer: str, at: datetime) -> str:
    signing = roles_at(signer, at) & CARRIED_BY[Permission.PUBLISH_RULES]
    return ", ".join(str(ROLES[role].name) for role in sorted(signing)) or str(ROLES[Role.PUBLIC].name)


def _place(digest: str, leaf_type: str) -> int | None:
    try:
        return leaf_about(thing_of(digest), leaf_type)
    except UsageError:
        return None


def record_started() -> datetime | None:
    """Return when this installation began its record; None before its first leaf. One small read."""
    first = next(iter(log_store().entries(0, 1)), None)
    return datetime.fromisoformat(str(strict_parse(first.data, 0)["at"])) if first else None

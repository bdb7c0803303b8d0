"""Reads: whether the installation can do its work."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connection

from evenhand.errors import EvenhandError
from evenhand.web.record.durability import check_durability
from evenhand.web.record.guards import check_triggers
from evenhand.web.record.queries import log_size


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

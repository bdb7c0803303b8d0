"""Due work: what `evenhand tick` and the worker do every minute. Each piece is idempotent and returns a count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evenhand.context import Context

Due = Callable[[Context], int]
_DUE: Final[dict[str, Due]] = {}


def register_due(name: str, function: Due) -> None:
    """Register a piece of due work under plain words; call it in the app's `ready()`. Order of registration is kept."""
    _DUE[name] = function


def run_due(ctx: Context) -> dict[str, int]:
    """Do everything that is due now and return name -> how many; the first error stops the run and is raised."""
    return {name: function(ctx) for name, function in _DUE.items()}

"""What must not be deleted now: upper apps say it (legal holds), and every deletion asks here first."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

Holder = Callable[[Collection[str]], Collection[str]]
_HOLDERS: Final[list[Holder]] = []


def register_holder(holder: Holder) -> None:
    """Register who knows which of some ids (of things, hex32) are held; call it in `ready()`.

    It raises where it cannot tell: then nothing is deleted.
    """
    _HOLDERS.append(holder)


def held(ids: Collection[str]) -> frozenset[str]:
    """Return which of these things must not be deleted now."""
    return frozenset(thing for holder in _HOLDERS for thing in holder(ids))

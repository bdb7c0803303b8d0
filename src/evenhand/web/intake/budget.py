"""One budget for the whole site in place of a memory of addresses: nobody's is kept (R25), danger has its own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from django.core.cache import cache


class Door(StrEnum):
    """What is counted apart: a flood at one door closes no other (INV-43, INV-50)."""

    REPORT = "report"
    DANGER = "danger"
    CODE = "code"
    PART = "part"
    BUNDLE = "bundle"


# Per minute. 200 people in the same minute must all be received (DESIGN §9); a danger report is never the one refused.
PER_MINUTE: Final = {Door.REPORT: 600, Door.DANGER: 3_000, Door.CODE: 300, Door.PART: 6_000, Door.BUNDLE: 30}


def admits(door: Door, now: datetime) -> bool:
    """Return whether the door has room in this minute, and count the visit. One row of the cache table."""
    name = f"budget:{door}:{now:%Y%m%d%H%M}"
    if cache.add(name, 1, timeout=120):
        return True
    try:
        return cache.incr(name) <= PER_MINUTE[door]
    except ValueError:  # it expired between the two
        return True

"""How often letters may be checked, over everybody together: nothing about who asks is kept, not even for a second."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.cache import cache

MOST_A_MINUTE: Final = 120
_KEPT: Final = 120  # seconds


def may_check(now: datetime) -> bool:
    """Count one question and return whether it may still be answered in this minute."""
    key = f"notices-checks-{int(now.timestamp()) // 60}"
    cache.add(key, 0, timeout=_KEPT)
    try:
        return cache.incr(key) <= MOST_A_MINUTE
    except ValueError:  # the minute's count was swept away in between
        return True

"""The full check of the record, once a night: due work, so that the pages can say when it ran and what it found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from evenhand.context import Context
from evenhand.web.home import Home
from evenhand.web.record.verify import audit, last_check

BEGINS, ENDS = 1, 5
"""The hours (UTC) between which it runs: few people work then, and it reads every row."""
MISSED: Final = timedelta(hours=36)
"""After so long without a check it runs at any hour: the machine was off, or busy, when it should have."""


def check_nightly(ctx: Context) -> int:
    """Check the whole record where that is due and return 1, else 0. Idempotent within a night.

    A record that was never checked waits for its first night: a new installation has nothing to compare.
    """
    now = ctx.now()
    last = checked_at(last_check(Home.here()))
    night = now.replace(hour=BEGINS, minute=0, second=0, microsecond=0)
    tonight = BEGINS <= now.hour < ENDS and (last is None or last < night)
    missed = last is not None and now - last > MISSED
    if not (tonight or missed):
        return 0
    audit(ctx)
    return 1


def checked_at(report: dict[str, Any] | None) -> datetime | None:
    """Return when a kept report was made; None for none, or one that cannot be read."""
    try:
        return datetime.fromisoformat(str(report["at"])).astimezone(UTC) if report else None
    except (KeyError, ValueError):
        return None

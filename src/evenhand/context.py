"""The one Context: what time it is, fresh ids, randomness.

Inner functions read no clock and draw no random number themselves; whoever stands at the edge of the
process (a view, a command, a job) makes a Context and hands it in. Tests and the demo make it repeatable.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _system_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """Now, and randomness. `now()` is aware UTC; `random(n)` returns n fresh bytes."""

    now: Callable[[], datetime]
    random: Callable[[int], bytes]

    def new_id(self) -> str:
        """Return 32 lower-case hex digits: 16 random bytes, the form of every id we mint."""
        return self.random(16).hex()

    @classmethod
    def system(cls) -> Context:
        """Return the context of a real process: the machine's clock and the system's randomness."""
        return cls(now=_system_now, random=secrets.token_bytes)

    @classmethod
    def repeatable(cls, seed: str, now: datetime) -> Context:
        """Return a context for tests and the demo: a fixed clock and bytes that depend on the seed only."""
        counter = 0

        def draw(size: int) -> bytes:
            nonlocal counter
            counter += 1
            return hashlib.shake_256(f"{seed}/{counter}".encode()).digest(size)

        return cls(now=lambda: now, random=draw)

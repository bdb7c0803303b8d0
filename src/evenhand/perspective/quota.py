"""A token bucket as a pure function: so many a minute on average, so many at once."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many requests a key may make: `per_minute` on average, `burst` at once."""

    per_minute: int = 600
    burst: int = 50


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left: `level` requests as of `at` (UTC seconds)."""

    level: float
    at: float


def take(bucket: Bucket | None, now: float, allowance: Allowance) -> tuple[Bucket, int]:
    """Return the bucket after one request, and 0 if it may pass, else the whole seconds to wait (at least 1).

    A bucket never seen before (None) is full. A clock that went back adds nothing.
    """
    rate = allowance.per_minute / 60
    before = bucket or Bucket(float(allowance.burst), now)
    level = min(float(allowance.burst), before.level + max(0.0, now - before.at) * rate)
    if level >= 1.0:
        return Bucket(level - 1.0, now), 0
    return Bucket(level, now), max(1, math.ceil((1.0 - level) / rate))

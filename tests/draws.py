"""Repeatable bytes whose place can be read and taken up again."""

from __future__ import annotations

import hashlib


class Draws:
    """Repeatable bytes, as Context.repeatable draws them, whose place can be read and taken up again."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.count = 0

    def __call__(self, size: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(f"{self.seed}/{self.count}".encode()).digest(size)

"""What the ledger's tests share: a fixed world, a store, drafts, and where the published vectors lie."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evenhand.context import Context
from evenhand.ledger import Draft, MemoryStore, append, seal_bytes

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SHARED = Path(os.environ.get("EVENHAND_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.fixture
def ctx() -> Context:
    return Context.repeatable("ledger", NOW)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


class Vectors:
    """The published vectors; a missing folder skips, so that nobody mistakes silence for success."""

    root = SHARED / "vectors"

    def path(self, *parts: str) -> Path:
        found = self.root.joinpath(*parts)
        if not found.exists():
            pytest.skip(f"published vectors not found: {found} (set EVENHAND_SHARED)")
        return found

    def load(self, *parts: str) -> Any:
        return json.loads(self.path(*parts).read_text("utf-8"))


@pytest.fixture(scope="session")
def vectors() -> Vectors:
    return Vectors()


class Log:
    """A small log being written."""

    def __init__(self, store: MemoryStore, ctx: Context) -> None:
        self.store, self.ctx = store, ctx

    def draft(self, **fields: Any) -> Draft:
        opening = seal_bytes("doc", b"{}", self.ctx)
        wanted = {"type": "lead.disposed", "actor": b"\xaa" * 16, "commitments": {"doc": opening.commitment()}}
        return Draft(**{**wanted, **fields})

    def fill(self, count: int) -> None:
        append(self.store, [self.draft() for _ in range(count)], self.ctx)


@pytest.fixture
def log(store: MemoryStore, ctx: Context) -> Log:
    return Log(store, ctx)

"""A log, and a witness that knows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.context import Context
from evenhand.ledger import Draft, MemoryStore, append
from evenhand.ledger.checkpoint import TreeHead, sign_checkpoint
from evenhand.ledger.notes import Signer, VerifierKey
from evenhand.ledger.proofs import consistency_proof, root_from_tiles
from evenhand.witness import Witness, WitnessFolder
from evenhand.witness.request import write_request

ORIGIN = "log.example/1"


class SmallLog:
    """A log in memory with its key: `note(size)`, `body(old, size)`."""

    def __init__(self, ctx: Context, leaves: int) -> None:
        self.signer, self.now = Signer.generate(ORIGIN, ctx), ctx.now
        self.store = MemoryStore()
        draft = Draft("lead.disposed", ctx.random(16), {"doc": ctx.random(32)})
        append(self.store, [draft] * leaves, ctx)

    def note(self, size: int, root: bytes | None = None) -> bytes:
        return sign_checkpoint(TreeHead(ORIGIN, size, root or root_from_tiles(self.store, size)), [self.signer])

    def proof(self, old: int, size: int) -> list[bytes]:
        return consistency_proof(self.store, old, size) if 0 < old < size else []

    def body(self, old: int, size: int) -> bytes:
        return write_request(old, self.proof(old, size), self.note(size))


@pytest.fixture
def log(ctx: Context) -> SmallLog:
    return SmallLog(ctx, 300)


@pytest.fixture
def folder(tmp_path: Path, ctx: Context, log: SmallLog) -> WitnessFolder:
    made = WitnessFolder(tmp_path / "witness")
    made.create("witness.example/1", ctx)
    made.know(str(log.signer.verifier))
    return made


@pytest.fixture
def witness(folder: WitnessFolder, ctx: Context) -> Witness:
    return folder.witness(ctx)


Knows = Callable[[VerifierKey, int, bytes], Witness]


@pytest.fixture
def knowing(tmp_path: Path, ctx: Context) -> Knows:
    """Return a way to make a witness that has cosigned a given tree of a given log."""
    made = 0

    def make(key: VerifierKey, size: int, root: bytes) -> Witness:
        nonlocal made
        made += 1
        folder = WitnessFolder(tmp_path / f"vector-{made}")
        folder.create("witness.example/1", ctx)
        folder.know(str(key))
        if size:
            with folder.memory.deciding() as memory:
                memory.keep(TreeHead(key.name, size, root), b"", 1)
        return folder.witness(ctx)

    return make

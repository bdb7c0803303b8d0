"""A case's key, a file under it, and ways to do harm to where it lies."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.databases import Desk

from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.keys import create_key
from evenhand.web.record.unit import recording
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.objects import Capture, blob_store, keep, prepare

MARK = b"Robin Quill wrote this marker"
CASE = "c" * 32


def new_key(desk: Desk) -> KeyId:
    """Return the key of a case of its own."""
    return create_key(ctx=desk.ctx, scope=desk.ctx.new_id())


def store(desk: Desk, data: bytes = MARK * 50, *, key: KeyId | None = None, case: str | None = CASE) -> str:
    """Store an original and return its id."""
    ctx, under = desk.ctx, key or new_key(desk)
    made = prepare(data, key=under, scope=under, actor=SYSTEM, purpose="test", ctx=ctx)
    with recording(actor=SYSTEM, ctx=ctx, purpose="test") as r:
        return keep(r, made, kind="text", capture=Capture(channel="officer"), case=case)


def path_of(obj: str) -> Path:
    """Return where an object's bytes lie."""
    return blob_store().path(VaultObject.objects.get(pk=obj).name)


def write_over(path: Path, data: bytes) -> None:
    """Change a file as somebody with the disk could."""
    path.chmod(0o640)
    path.write_bytes(data)


def blob_rows(desk: Desk) -> int:
    """Return how many keys of files lie in the key store."""
    rows = sqlite3.connect(desk.home.key_store)
    try:
        return int(rows.execute("SELECT count(*) FROM blob_key").fetchone()[0])
    finally:
        rows.close()


def everything_on_disk(desk: Desk) -> bytes:
    """Return every byte of every file below the home."""
    return b"".join(path.read_bytes() for path in desk.home.root.rglob("*") if path.is_file())

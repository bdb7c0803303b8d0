"""T-STRACE: before anybody is told that something is kept, the right file was synced, and before it got its name."""

from __future__ import annotations

import io
import secrets
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.strace import ANSWER, Call, place, traced

from evenhand.context import Context
from evenhand.ledger.export import export_log
from evenhand.posts import recognise
from evenhand.vault.blobs import BlobStore, blob_name
from evenhand.web.cases.bundle_exports import keep_bundle
from evenhand.web.record.checkpoints import make_checkpoint
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.queries import latest_checkpoint, log_store
from evenhand.web.record.unit import recording
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.models import Import

pytestmark = pytest.mark.slow


def real(desk: Desk) -> Context:
    return Context(now=desk.ctx.now, random=secrets.token_bytes)


def record(ctx: Context) -> None:
    with recording(actor=SYSTEM, ctx=ctx, purpose="a test") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={})


def test_an_append_is_on_the_disk_before_the_answer(desk: Desk, tmp_path: Path) -> None:
    ctx = real(desk)
    record(ctx)
    calls = traced(lambda: record(ctx), tmp_path)
    log = f"{desk.home.database.name}-wal"
    answer = place(calls, "write", ANSWER)
    written = [at for at, call in enumerate(calls[:answer]) if call.name == "write" and call.paths[0].endswith(log)]
    assert written, "the commit wrote nothing to the log of the database"
    place(calls[:answer], "sync", log, after=written[-1])


def synced_into(calls: list[Call], path: Path, *, by: str, half: str) -> int:
    """Return where a file got its name: synced under its half name before, its folder synced after."""
    named = place(calls, by, str(path))
    synced = [at for at, call in enumerate(calls[:named]) if call.name == "sync" and call.paths[0].endswith(half)]
    written = [at for at, call in enumerate(calls[:named]) if call.name == "write" and call.paths[0].endswith(half)]
    assert synced and written and max(written) < max(synced), f"{path.name} got its name before it was on the disk"
    place(calls, "sync", str(path.parent), after=named)
    return named


def test_a_sealed_file_is_whole_before_it_has_its_name(desk: Desk, tmp_path: Path) -> None:
    store, blob, salt = BlobStore(tmp_path / "vault"), b"\x02" * 16, bytes(24)
    names: list[str] = []

    def put() -> None:
        store.write(
            io.BytesIO(b"a file" * 9_000), key=bytes(32), context=blob, salt=salt,
            name=lambda digest: blob_name(bytes(32), bytes(16), digest),
        )  # fmt: skip

    calls = traced(put, tmp_path)
    names = [name for name, _ in store.names()]
    [name] = names
    named = synced_into(calls, store.path(name), by="link", half=f"{blob.hex()}.half")
    after = place(calls, "sync", str(store.path(name).parent), after=named)
    assert after < place(calls, "write", ANSWER)
    for folder in (store.path(name).parent, store.path(name).parent.parent):
        made = place(calls, "mkdir", str(folder))
        assert place(calls, "sync", str(folder.parent), after=made) < named, "a folder that may be gone after a cut"


def test_each_exported_file_is_whole_before_its_name_and_the_checkpoint_comes_last(desk: Desk, tmp_path: Path) -> None:
    ctx = real(desk)
    record(ctx)
    make_checkpoint(ctx)
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    folder = tmp_path / "out"
    calls = traced(lambda: void(export_log(log_store(), checkpoint, folder)), tmp_path)
    files = [path for path in folder.rglob("*") if path.is_file()]
    places = {path.name: synced_into(calls, path, by="rename", half=f".{path.name}.part") for path in files}
    assert len(files) >= 3
    assert max(places, key=lambda name: places[name]) == "checkpoint"
    assert place(calls, "sync", str(folder), after=places["checkpoint"]) < place(calls, "write", ANSWER)


def void(_done: object) -> None:
    """Drop what a call returned."""


def test_the_copy_of_an_import_is_whole_before_the_import_commits(desk: Desk, tmp_path: Path) -> None:
    ctx = real(desk)
    record(ctx)
    file = recognise(jsonl(tmp_path / "a.jsonl", [v1_tweet("1")]))
    calls = traced(lambda: void(import_file(recognised=file, ctx=ctx)), tmp_path)
    copy = desk.home.corpus / "sources" / f"{Import.objects.get().id}.sealed"
    named = synced_into(calls, copy, by="rename", half=f"{copy.stem}.half")
    folder = place(calls, "sync", str(copy.parent), after=named)
    log = f"{desk.home.database.name}-wal"
    answer = place(calls, "write", ANSWER)
    last = max(at for at, call in enumerate(calls[:answer]) if call.name == "sync" and call.paths[0].endswith(log))
    assert folder < last, "the row that names the copy was durable before the copy was"


def test_a_finished_bundle_is_whole_before_it_has_its_name(desk: Desk, tmp_path: Path) -> None:
    plain, folder = tmp_path / "plain", desk.home.root / "exports"
    plain.write_bytes(b"a bundle" * 9_000)
    folder.mkdir(exist_ok=True)
    calls = traced(lambda: keep_bundle(plain, "this", key=bytes(32), ending="zip", ctx=real(desk)), tmp_path)
    named = synced_into(calls, folder / "this.zip", by="rename", half=".this.part")
    assert named < place(calls, "write", ANSWER)

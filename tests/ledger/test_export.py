"""The static log: the published log byte for byte, alarms, reading back, and a cut at every file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from evenhand.ledger import Checkpoint, Entry, MemoryStore, leaf_hash
from evenhand.ledger.append import append_encoded
from evenhand.ledger.checking import check_export
from evenhand.ledger.checkpoint import TreeHead, open_checkpoint, sign_checkpoint
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.export import ExportedLog, check_files, export_log
from evenhand.ledger.files import write_durably
from evenhand.ledger.keyring import ACTIVE
from evenhand.ledger.notes import Signer, parse_vkey
from evenhand.ledger.proofs import inclusion_proof, root_from_tiles
from evenhand.ledger.tiles import pack_bundle, unpack_bundle
from evenhand.ledger.tlog_proof import prove
from evenhand.ledger.tree import root_of, verify_inclusion
from evenhand.ledger.vouching import check_note

AT = "2026-03-04T05:06:07Z"


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_published_log_byte_for_byte(vectors: Any, tmp_path: Path) -> None:
    keys = vectors.load("tessera-log", "keys.json")
    signer, store = Signer.parse(keys["private_key"]), MemoryStore()
    wanted = files_of(vectors.path("tessera-log"))
    wanted.pop("keys.json")
    made: dict[str, bytes] = {}
    for size in range(len(keys["entries"]) + 1):
        if size:
            append_encoded(store, [keys["entries"][size - 1].encode()])
        head = TreeHead(keys["origin"], size, root_of(store.head()))
        export_log(store, Checkpoint(size, sign_checkpoint(head, [signer]), AT), tmp_path)
        made[f"checkpoint.{size}"] = (tmp_path / "checkpoint").read_bytes()
    made |= files_of(tmp_path)
    assert len(wanted) == 47 and made.keys() == wanted.keys()
    assert [name for name in wanted if made[name] != wanted[name]] == []


def test_every_published_checkpoint_verifies_against_the_published_tiles(vectors: Any) -> None:
    folder = vectors.path("tessera-log")
    key = parse_vkey(vectors.load("tessera-log", "keys.json")["vkey"])
    for size in range(16):
        head = open_checkpoint((folder / f"checkpoint.{size}").read_bytes(), [key]).head
        assert root_from_tiles(ExportedLog(folder, size), size) == head.root


@pytest.fixture
def signer(ctx: Any) -> Signer:
    return Signer.generate("log.example/1", ctx)


def checkpoint_of(store: MemoryStore, signer: Signer) -> Checkpoint:
    head = TreeHead(signer.name, store.head().size, root_of(store.head()))
    return Checkpoint(head.size, sign_checkpoint(head, [signer]), AT)


def test_an_export_reads_back_as_the_log(log: Any, signer: Signer, tmp_path: Path) -> None:
    log.fill(700)
    export_log(log.store, checkpoint_of(log.store, signer), tmp_path)
    read = ExportedLog.open(tmp_path)
    assert read.size == 700
    assert list(read.entries(0, 700)) == list(log.store.entries(0, 700))
    assert list(read.entries(250, 260)) == list(log.store.entries(250, 260))
    assert check_export(read, read, 700) == []
    note = (tmp_path / "checkpoint").read_bytes()
    assert check_note(read, 700, note, {signer.verifier: ACTIVE}, "checkpoint") == []
    path = inclusion_proof(read, 511, 700)
    verify_inclusion(511, 700, log.store.rows[511].leaf_hash, path, root_of(log.store.head()))


def test_a_grown_log_reads_at_both_sizes(log: Any, signer: Signer, tmp_path: Path) -> None:
    log.fill(200)
    export_log(log.store, checkpoint_of(log.store, signer), tmp_path)
    old = root_of(log.store.head())
    log.fill(400)
    assert export_log(log.store, checkpoint_of(log.store, signer), tmp_path, since=200) > 0
    assert not (tmp_path / "tile/0/000.p").exists()
    assert export_log(log.store, checkpoint_of(log.store, signer), tmp_path) == 0
    assert root_from_tiles(ExportedLog(tmp_path, 200), 200) == old, "the full tile stands in for the partial one"


def test_entry_bundles_can_be_left_out(log: Any, signer: Signer, tmp_path: Path) -> None:
    log.fill(10)
    export_log(log.store, checkpoint_of(log.store, signer), tmp_path, entries=False)
    assert set(files_of(tmp_path)) == {"checkpoint", "tile/0/000.p/10"}


@pytest.mark.parametrize("name", ["tile/0/000.p/44", "tile/0/000", "tile/entries/000", "tile/1/000.p/1"])
def test_other_bytes_at_a_path_are_an_alarm_and_stay(log: Any, signer: Signer, tmp_path: Path, name: str) -> None:
    log.fill(300)
    export_log(log.store, checkpoint_of(log.store, signer), tmp_path)
    path = tmp_path / (name if (tmp_path / name).exists() else "tile/0/001.p/44")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(Contradiction, match="other bytes") as refusal:
        export_log(log.store, checkpoint_of(log.store, signer), tmp_path)
    wanted = Reason.ENTRY_MISMATCH if "entries" in name else Reason.ROOT_MISMATCH
    assert refusal.value.reason is wanted and str(path) in str(refusal.value)
    assert path.read_bytes() == bytes(data)
    assert check_export(ExportedLog.open(tmp_path), ExportedLog.open(tmp_path), 300) != []


def test_a_folder_with_a_larger_tree_is_a_rollback(log: Any, signer: Signer, tmp_path: Path) -> None:
    log.fill(5)
    small = checkpoint_of(log.store, signer)
    log.fill(5)
    export_log(log.store, checkpoint_of(log.store, signer), tmp_path)
    with pytest.raises(Contradiction) as refusal:
        export_log(log.store, small, tmp_path)
    assert refusal.value.reason is Reason.ROLLBACK_DETECTED


def test_order_and_durability_of_the_files(
    log: Any, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.fill(257)
    done: list[str] = []
    monkeypatch.setattr(
        "evenhand.ledger.export.write_durably", lambda path, data: done.append(path.name + path.parent.name)
    )
    export_log(log.store, checkpoint_of(log.store, signer), tmp_path)
    assert done == ["000entries", "1001.p", "0000", "1001.p", "1000.p", f"checkpoint{tmp_path.name}"]


def test_each_file_is_synced_before_its_name_and_its_name_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_sync, real_rename = os.fsync, Path.rename

    def sync(descriptor: int) -> None:
        steps.append("sync " + Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        real_sync(descriptor)

    def rename(self: Path, target: Path) -> Path:
        steps.append(f"rename {target.name}")
        return real_rename(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "rename", rename)
    write_durably(tmp_path / "new" / "file", b"x")
    assert steps == [f"sync {tmp_path.name}", "sync .file.part", "rename file", "sync new"]


@pytest.mark.parametrize("stop", range(6))
def test_an_export_cut_at_any_file_is_finished_by_the_next(
    log: Any, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    log.fill(257)
    checkpoint, count = checkpoint_of(log.store, signer), 0

    def cut(path: Path, data: bytes) -> None:
        nonlocal count
        count += 1
        if count > stop:
            raise OSError(28, "No space left on device")
        write_durably(path, data)

    monkeypatch.setattr("evenhand.ledger.export.write_durably", cut)
    with pytest.raises(OSError, match="No space"):
        export_log(log.store, checkpoint, tmp_path)
    assert not (tmp_path / "checkpoint").exists()
    monkeypatch.undo()
    export_log(log.store, checkpoint, tmp_path)
    assert check_export(ExportedLog.open(tmp_path), ExportedLog.open(tmp_path), 257) == []


def test_a_failed_sync_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input"):
        write_durably(tmp_path / "file", b"x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x05abc", pack_bundle([b"x"] * 257)])
def test_a_bundle_that_ends_wrongly_is_malformed(bundle: bytes) -> None:
    with pytest.raises(Malformed):
        unpack_bundle(bundle)


def test_a_bundle_reads_back() -> None:
    entries = [b"", b"x", b"y" * 65_535]
    assert unpack_bundle(pack_bundle(entries)) == entries


def test_a_missing_row_stops_the_export(log: Any, signer: Signer, tmp_path: Path) -> None:
    log.fill(5)
    del log.store.rows[2]
    with pytest.raises(Contradiction, match="ledger_entry"):
        export_log(log.store, checkpoint_of(log.store, signer), tmp_path)
    assert not (tmp_path / "checkpoint").exists()


def test_a_log_that_was_not_signed_is_not_exported(log: Any, signer: Signer, tmp_path: Path, ctx: Any) -> None:
    log.fill(5)
    forged = sign_checkpoint(TreeHead(signer.name, 5, bytes(32)), [signer])
    with pytest.raises(Contradiction) as refusal:
        export_log(log.store, Checkpoint(5, forged, AT), tmp_path)
    assert refusal.value.reason is Reason.FORK_DETECTED
    assert files_of(tmp_path) == {}


def test_an_edited_row_is_not_exported(log: Any, signer: Signer, tmp_path: Path) -> None:
    log.fill(5)
    data = log.store.rows[3].data + b" "
    log.store.rows[3] = Entry(3, leaf_hash(data), data)
    with pytest.raises(Contradiction, match="ledger_entry seq 3"):
        export_log(log.store, checkpoint_of(log.store, signer), tmp_path)


@pytest.mark.parametrize("change", ["row", "gone", "tile"])
def test_no_proof_is_given_out_that_would_not_verify(log: Any, signer: Signer, change: str) -> None:
    log.fill(9)
    checkpoint = checkpoint_of(log.store, signer)
    assert prove(log.store, 4, checkpoint)[1] == log.store.rows[4]
    if change == "row":
        log.store.rows[4] = Entry(4, bytes(32), b"{}")
    elif change == "gone":
        del log.store.rows[4]
    else:
        log.store.tile_rows[0, 0] = bytes(9 * 32)
    with pytest.raises(Contradiction):
        prove(log.store, 4, checkpoint)


def test_partial_files_go_once_their_tile_is_full_and_a_changed_one_stays(
    log: Any, signer: Signer, tmp_path: Path
) -> None:
    for size in (200, 250, 300):
        log.fill(size - log.store.head().size)
        export_log(log.store, checkpoint_of(log.store, signer), tmp_path, since=0 if size == 200 else size - 50)
        if size == 250:
            changed = tmp_path / "tile/0/000.p/200"
            changed.write_bytes(b"changed")
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.p/*")}
    assert left == {"tile/0/000.p/200", "tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"}
    assert [found.place for found in check_files(log.store, tmp_path)] == ["tile/0/000.p/200"]
    read = ExportedLog.open(tmp_path)
    assert check_export(read, read, 300) == []


def test_a_checkpoint_that_is_gone_or_damaged_hides_no_changed_file(log: Any, signer: Signer, tmp_path: Path) -> None:
    log.fill(300)
    export_log(log.store, checkpoint_of(log.store, signer), tmp_path)
    note = tmp_path / "checkpoint"
    kept = note.read_bytes()
    (tmp_path / "tile/0/000").write_bytes(bytes(256 * 32))
    for content in (None, b"hello"):
        note.unlink()
        if content is not None:
            note.write_bytes(content)
        assert [found.place for found in check_files(log.store, tmp_path)] == ["checkpoint", "tile/0/000"]
        note.write_bytes(kept)


def test_an_export_of_more_leaves_than_the_log_holds_is_compared_as_far_as_it_holds(
    log: Any, signer: Signer, tmp_path: Path
) -> None:
    log.fill(270)
    older = log.store.begin() or log.store
    log.fill(300)
    export_log(log.store, checkpoint_of(log.store, signer), tmp_path)
    older.rollback()
    assert older.head().size == 270 and check_files(older, tmp_path) == []
    (tmp_path / "tile/0/000").write_bytes(bytes(256 * 32))
    assert [found.place for found in check_files(older, tmp_path)] == ["tile/0/000"]

"""T-ROLLBACK: an older database is not signed; it goes on by its missing leaves, or under a new name."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection
from tests.databases import Desk
from tests.kill import killed_at_call
from tests.web.record.tampering import as_administrator

from evenhand.cli import serve as serving
from evenhand.cli import tick as ticking
from evenhand.cli.doctor import _desk_database
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.checkpoint import TreeHead, open_checkpoint, sign_checkpoint
from evenhand.ledger.errors import Contradiction, Reason
from evenhand.ledger.notes import Signer
from evenhand.web.cases.bundle_making import Given, Target, check_possible
from evenhand.web.record import due, recovering
from evenhand.web.record.checkpoints import check_not_behind, export_if_due, key_file, key_states, make_checkpoint
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.log_keys import recorded_keys
from evenhand.web.record.queries import latest_checkpoint, log_store
from evenhand.web.record.recovering import import_missing, start_new_origin
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import audit, verify

pytestmark = pytest.mark.slow


def live(desk: Desk, acts: int) -> None:
    for _ in range(acts):
        with recording(actor=SYSTEM, ctx=desk.ctx, purpose="live") as r:
            r.add(type="lead.disposed", key=ORGANISATION, body={})
    make_checkpoint(desk.ctx)


@pytest.fixture
def restored(desk: Desk, tmp_path: Path) -> Desk:
    """A desk of 8 signed and exported leaves whose database is that of yesterday, with 5 of them."""
    live(desk, 3)
    yesterday = tmp_path / "yesterday.sqlite3"
    with closing(sqlite3.connect(desk.home.database)) as here, closing(sqlite3.connect(yesterday)) as copy:
        here.backup(copy)
    live(desk, 3)
    assert export_if_due(desk.ctx) > 0
    connection.close()
    for tail in ("", "-wal", "-shm"):
        Path(f"{desk.home.database}{tail}").unlink(missing_ok=True)
    shutil.copy(yesterday, desk.home.database)
    return desk


def refused(desk: Desk) -> Reason:
    before = [row.size for row in log_store().checkpoints()]
    with pytest.raises(Contradiction) as refusal:
        make_checkpoint(desk.ctx)
    assert [row.size for row in log_store().checkpoints()] == before
    return refusal.value.reason


def test_an_older_database_is_not_signed_and_is_named(restored: Desk) -> None:
    assert log_store().head().size == 5
    assert refused(restored) is Reason.ROLLBACK_DETECTED
    with recording(actor=SYSTEM, ctx=restored.ctx, purpose="on it goes") as r:
        for _ in range(5):
            r.add(type="lead.disposed", key=ORGANISATION, body={})
    assert refused(restored) is Reason.ROLLBACK_DETECTED, "grown again with others, it is another tree"
    assert [f.reason for f in verify(restored.ctx).findings] == ["rollback_detected"]


def test_the_missing_leaves_come_back_from_the_export(restored: Desk) -> None:
    folder = restored.home.log_export
    assert import_missing(folder, restored.ctx) == 3
    newest = latest_checkpoint()
    assert newest is not None and newest.size == 9
    last = list(log_store().entries(8, 9))[0].data  # noqa: RUF015 the only one
    assert b'"t":"log.restored"' in last
    report = verify(restored.ctx, against=folder / "checkpoint")
    assert {f.reason for f in report.findings} == {"opening_missing"}, "what they said is gone, and each is named"
    assert [f.place for f in report.findings] == [f"record seq {seq}" for seq in (5, 6, 7)]
    with pytest.raises(UsageError, match="nothing that the database lacks"):
        import_missing(folder, restored.ctx)


def test_whoever_looks_first_can_still_bring_the_leaves_back(restored: Desk) -> None:
    assert {f.reason for f in audit(restored.ctx).findings} >= {"rollback_detected"}
    assert log_store().head().size == 5, "an audit writes nothing on"
    to = restored.home.root / "bundle"
    with pytest.raises(Contradiction, match="signed") as refusal:
        check_possible(Target(to, zipped=False), Given("", "", ()))
    assert "ledger recover" in refusal.value.mend and log_store().head().size == 5
    said = [finding for finding in _desk_database(restored.home) if finding.thing == "as long as it was signed"]
    assert [finding.state for finding in said] == ["unsafe"] and "ledger recover" in said[0].mend
    assert import_missing(restored.home.log_export, restored.ctx) == 3
    check_not_behind(restored.home)


@pytest.mark.parametrize("written", [1, 3, 5])
def test_what_was_written_after_the_restore_is_said_and_not_overlooked(restored: Desk, written: int) -> None:
    with recording(actor=SYSTEM, ctx=restored.ctx, purpose="on it goes") as r:
        for _ in range(written):
            r.add(type="lead.disposed", key=ORGANISATION, body={})
    with pytest.raises(Contradiction, match="written after the restore") as refusal:
        import_missing(restored.home.log_export, restored.ctx)
    assert refusal.value.reason is Reason.FORK_DETECTED and "Restore the backup once more" in refusal.value.mend
    assert log_store().head().size == 5 + written
    with pytest.raises(Contradiction, match=r"(was|were) signed"):
        check_not_behind(restored.home)


@pytest.mark.parametrize("command", [serving, ticking], ids=["serve", "tick"])
def test_an_older_database_is_not_gone_on_with(restored: Desk, monkeypatch: pytest.MonkeyPatch, command: Any) -> None:
    monkeypatch.setattr(command, "ready", lambda *_, **__: None)
    monkeypatch.setattr(serving, "serve", lambda **_: pytest.fail("it was served"))
    monkeypatch.setattr(due, "run_due", lambda *_: pytest.fail("due work was done"))
    said = CliRunner().invoke(command.command, ["--dir", str(restored.home.root)], standalone_mode=False).exception
    assert isinstance(said, Contradiction) and "ledger recover" in said.mend


def test_an_export_that_is_damaged_or_too_old_or_of_another_tree_changes_nothing(
    restored: Desk, tmp_path: Path
) -> None:
    folder = restored.home.log_export
    bundle = next((folder / "tile/entries").rglob("*.p/*"))
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    with pytest.raises(Contradiction):
        import_missing(folder, restored.ctx)
    bundle.write_bytes(whole)
    note = (folder / "checkpoint").read_bytes()
    signer = key_file(restored.home).read()
    (folder / "checkpoint").write_bytes(sign_checkpoint(TreeHead(signer.name, 8, bytes(32)), [signer]))
    with pytest.raises(Contradiction) as refusal:
        import_missing(folder, restored.ctx)
    assert refusal.value.reason is Reason.ROOT_MISMATCH
    (folder / "checkpoint").write_bytes(note)
    high = key_file(restored.home).high_water
    later = TreeHead(signer.name, 20, bytes(32))
    kept = high.read_bytes()
    high.write_text(later.text())
    with pytest.raises(Contradiction, match="a tree of 20 was signed"):
        import_missing(folder, restored.ctx)
    high.write_bytes(kept)
    with recording(actor=SYSTEM, ctx=restored.ctx, purpose="on it goes") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={})
    with pytest.raises(Contradiction, match="other leaves"):
        import_missing(folder, restored.ctx)
    with pytest.raises(UsageError, match="not an export"):
        import_missing(tmp_path, restored.ctx)
    assert log_store().head().size == 6


def test_without_an_export_it_goes_on_under_a_new_name(restored: Desk) -> None:
    note = (restored.home.log_export / "checkpoint").read_bytes()
    shutil.rmtree(restored.home.log_export)
    old_key = key_file(restored.home).read().verifier
    old = start_new_origin("evenhand/second", restored.ctx, note)
    assert (old.origin, old.size) == (old_key.name, 8)
    started = next(log_store().entries(5, 6)).data
    assert b'"t":"log.started"' in started and sha256(note).hexdigest().encode() in started
    newest = latest_checkpoint()
    assert newest is not None
    head = open_checkpoint(newest.note, list(key_states(restored.home))).head
    assert (head.origin, head.size) == ("evenhand/second", 8)
    assert [(line.status, line.last_size) for line in recorded_keys().lines] == [("retired", 8), ("active", None)]
    assert verify(restored.ctx).findings == ()
    live(restored, 2)
    assert audit(restored.ctx).findings == ()
    copy = restored.home.root / "old-note"
    copy.write_bytes(note)
    assert "fork_detected" in [f.reason for f in verify(restored.ctx, against=copy).findings], "it is no secret"
    with pytest.raises(UsageError, match="this name already"):
        start_new_origin("evenhand/second", restored.ctx)


def test_the_last_checkpoint_of_the_old_log_is_one_that_its_key_signed(restored: Desk) -> None:
    home, folder = restored.home, restored.home.log_export
    note, old_key = (folder / "checkpoint").read_bytes(), key_file(home).read()
    stranger = Signer.generate(old_key.name, restored.ctx)
    other = Signer.generate("evenhand/other", restored.ctx)
    head = TreeHead(old_key.name, 9, bytes(32))
    unsigned = b"".join(note.splitlines(keepends=True)[:3])
    for wrong, kind in (
        (b"hello", UsageError), (unsigned, UsageError), (note[:-9] + b"AAAAAAA=\n", Contradiction),
        (sign_checkpoint(head, [stranger]), Contradiction),
        (sign_checkpoint(TreeHead(other.name, 9, bytes(32)), [other]), UsageError),
    ):  # fmt: skip
        with pytest.raises(kind):
            start_new_origin("evenhand/second", restored.ctx, wrong)
        assert log_store().head().size == 5 and not key_file(home).next.path.exists()
    (folder / "checkpoint").write_bytes(b"hello")
    start_new_origin("evenhand/second", restored.ctx, note)
    started = next(log_store().entries(5, 6)).data
    assert sha256(note).hexdigest().encode() in started


def test_a_newer_copy_than_the_high_water_file_is_the_last(restored: Desk) -> None:
    old_key = key_file(restored.home).read()
    newer = sign_checkpoint(TreeHead(old_key.name, 30, bytes(range(32))), [old_key])
    old = start_new_origin("evenhand/second", restored.ctx, newer)
    assert old.size == 30 and recorded_keys().lines[0].last_size == 30
    assert sha256(newer).hexdigest().encode() in next(log_store().entries(5, 6)).data


def test_a_log_that_lost_nothing_keeps_its_name_and_its_key(desk: Desk) -> None:
    live(desk, 3)
    key = key_file(desk.home).read().verifier
    for note in (None, latest_checkpoint().published):  # type: ignore[union-attr]
        with pytest.raises(UsageError, match=r"lost nothing.*rotate-key"):
            start_new_origin("evenhand/second", desk.ctx, note)
    live(desk, 1)
    assert key_file(desk.home).read().verifier == key and audit(desk.ctx).findings == ()


def test_the_old_export_is_set_aside_and_the_new_log_has_its_own(restored: Desk) -> None:
    folder = restored.home.log_export
    before = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    start_new_origin("evenhand/second", restored.ctx)
    aside = folder.with_name("log-old-8")
    assert {path.name: path.read_bytes() for path in aside.rglob("*") if path.is_file()} == before
    live(restored, 2)
    assert export_if_due(restored.ctx) > 0
    assert audit(restored.ctx).findings == ()


def test_a_name_that_was_used_and_another_change_of_key_are_refused(restored: Desk) -> None:
    file = key_file(restored.home)
    first = file.read().name
    start_new_origin("evenhand/second", restored.ctx)
    later = TreeHead("evenhand/second", 90, bytes(32))
    file.high_water.write_text(later.text())
    with pytest.raises(UsageError, match="this name before"):
        start_new_origin(first, restored.ctx)
    file.next.create("evenhand/third", restored.ctx)
    with pytest.raises(UsageError, match="evenhand/third"):
        start_new_origin("evenhand/fourth", restored.ctx)


CUTS = [
    ("_append_start", False, 1),
    ("write_keyring", False, 1),
    ("write_durably", False, 1),
    ("write_durably", False, 2),
]


@pytest.mark.parametrize(("name", "before", "nth"), CUTS)
def test_a_new_start_that_was_cut_off_goes_on(restored: Desk, name: str, before: bool, nth: int) -> None:
    def start(_acknowledge: object) -> None:
        start_new_origin("evenhand/second", restored.ctx)

    assert killed_at_call(recovering, name, start, before=before, nth=nth) == []
    with suppress(UsageError):  # all was done but the last step, which the next checkpoint does
        start_new_origin("evenhand/second", restored.ctx)
    make_checkpoint(restored.ctx)
    assert [line.status for line in recorded_keys().lines] == ["retired", "active"]
    assert verify(restored.ctx).findings == ()


def test_without_the_high_water_file_it_says_what_cannot_be_told(desk: Desk) -> None:
    live(desk, 2)
    high = key_file(desk.home).high_water
    high.unlink()
    report = verify(desk.ctx)
    assert [(f.reason, f.place) for f in report.findings] == [("not_checked", str(high))] and report.exit_code == 4
    assert "older copy" in report.findings[0].words
    key_file(desk.home).path.rename(desk.home.root / "elsewhere")
    report = verify(desk.ctx)
    assert [f.reason for f in report.findings] == [None] and report.exit_code == 0, "not the signer's machine"
    assert "older copy" in report.findings[0].words


def test_without_the_high_water_file_the_export_names_an_older_database(restored: Desk) -> None:
    high, note = key_file(restored.home).high_water, restored.home.log_export / "checkpoint"
    high.unlink()
    for report in (verify(restored.ctx), audit(restored.ctx)):
        found = [(f.reason, f.place) for f in report.findings]
        assert found == [("not_checked", str(high)), ("rollback_detected", str(note))]


def test_an_audit_checks_the_exported_checkpoint(desk: Desk) -> None:
    live(desk, 3)
    export_if_due(desk.ctx)
    note = desk.home.log_export / "checkpoint"
    whole, at = note.read_bytes(), note.read_bytes().rindex(b"=") - 9
    note.write_bytes(whole[:at] + (b"B" if whole[at : at + 1] == b"A" else b"A") + whole[at + 1 :])
    assert [(f.reason, f.place) for f in audit(desk.ctx).findings] == [("bad_signature", str(note))]
    note.unlink()
    assert [(f.reason, f.place) for f in audit(desk.ctx).findings] == [("root_mismatch", "checkpoint")]
    shutil.rmtree(desk.home.log_export)
    assert audit(desk.ctx).findings == (), "the worker may not have come yet"
    later = Context(now=lambda: desk.ctx.now() + timedelta(hours=2), random=desk.ctx.random)
    report = audit(later)
    assert report.exit_code == 0 and [f.place for f in report.findings] == [str(desk.home.log_export)]


def test_an_audit_names_the_row_of_an_exported_checkpoint_that_is_gone(desk: Desk) -> None:
    live(desk, 3)
    export_if_due(desk.ctx)
    size = latest_checkpoint().size  # type: ignore[union-attr]
    live(desk, 1)
    as_administrator("DELETE FROM ledger_checkpoint WHERE size = %s", [size])
    assert [(f.reason, f.place) for f in audit(desk.ctx).findings] == [
        ("item_removed", f"ledger_checkpoint size {size}")
    ]


def test_tile_rot_in_the_export_is_found_by_the_audit(desk: Desk) -> None:
    live(desk, 3)
    export_if_due(desk.ctx)
    live(desk, 2)
    assert export_if_due(desk.ctx) > 0 and export_if_due(desk.ctx) == 0
    assert audit(desk.ctx).findings == ()
    files = [path for path in desk.home.log_export.rglob("*") if path.is_file() and path.name != "checkpoint"]
    assert len(files) == 4
    for path in files:
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        name = str(path.relative_to(desk.home.log_export))
        assert [f.place for f in audit(desk.ctx).findings] == [name]
        path.unlink()
        expected = [] if name.endswith("/5") else [name]
        assert [f.place for f in audit(desk.ctx).findings] == expected
        path.write_bytes(whole)
    files[0].write_bytes(b"changed")
    live(desk, 1)
    export_if_due(desk.ctx)
    assert files[0].read_bytes() == b"changed", "never overwritten, and nothing stops"

"""T-FAULT: a disk that is full, a write that is cut, a sync that fails: nothing is acknowledged, the next is clean.

The faults are the kernel's: a limit on the size of files, beyond which a write is cut short and then fails, and an
error that strace puts in the place of a sync. The database's own files meet them as ours do.
"""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from django.db import DatabaseError
from tests.databases import Desk
from tests.kill import Acknowledge, Work, finished
from tests.strace import with_failing_sync
from tests.web.record.test_kill import holds, real_randomness, record_for_ever
from tests.web.vault.vault_room import MARK, new_key, store

from evenhand.ledger.checking import check_export
from evenhand.ledger.export import ExportedLog, export_log
from evenhand.web.record.checkpoints import make_checkpoint
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.queries import latest_checkpoint, log_store
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.objects import blob_store, read_object

pytestmark = pytest.mark.slow
KIB = 1024
STOPPED = "stopped"


def until_it_fails(work: Work) -> Work:
    """Return work that ends at the first error of the disk, as a process of ours does, and says so."""

    def patient(acknowledge: Acknowledge) -> None:
        try:
            work(acknowledge)
        except (DatabaseError, OSError):
            acknowledge(STOPPED)

    return patient


def on_a_small_disk(work: Work, size: int) -> list[str]:
    """Run work in a child that cannot write a file beyond `size` bytes; return its lines, which end with STOPPED."""

    def limited(acknowledge: Acknowledge) -> None:
        # Python ignores SIGXFSZ: a write beyond the limit is cut at it, and the next one fails, as on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        until_it_fails(work)(acknowledge)

    *lines, last = finished(limited)
    assert last == STOPPED, "the disk never became full"
    return lines


def largest(desk: Desk) -> int:
    return max(path.stat().st_size for path in desk.home.root.rglob("*") if path.is_file())


def goes_on(desk: Desk) -> None:
    with recording(actor=SYSTEM, ctx=real_randomness(desk), purpose="goes on") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={})
    assert r.acknowledged


@pytest.mark.parametrize("room", [-300, 0, 50, 150])
def test_a_disk_that_fills_up_loses_nothing_that_was_acknowledged(desk: Desk, room: int) -> None:
    size = max(largest(desk) + room * KIB, 20 * KIB)
    holds(desk, on_a_small_disk(record_for_ever(real_randomness(desk), 300), size))
    goes_on(desk)
    assert verify(desk.ctx).exit_code != 1


# The second one is of the folder in which SQLite has just made its log: SQLite passes an error of that one over.
@pytest.mark.parametrize("nth", [1, 3, 5, 9])
def test_a_sync_that_fails_acknowledges_nothing_and_is_not_tried_again(desk: Desk, tmp_path: Path, nth: int) -> None:
    lines = with_failing_sync(
        until_it_fails(record_for_ever(real_randomness(desk), 30)), tmp_path, call="fdatasync", nth=nth
    )
    assert lines[-1] == STOPPED, "the error of the disk was passed over"
    holds(desk, lines[:-1])
    goes_on(desk)
    assert verify(desk.ctx).exit_code != 1


def storing(desk: Desk) -> Work:
    own = Desk(desk.home, real_randomness(desk))

    def work(acknowledge: Acknowledge) -> None:
        for _ in range(12):
            acknowledge(store(own, MARK * 4_000, key=new_key(own)))

    return work


def whole(desk: Desk, stored: list[str]) -> None:
    """What was acknowledged can be read whole; what was not has no row and, but for a sweep, no file."""
    assert set(VaultObject.objects.values_list("id", flat=True)) >= set(stored)
    for obj in VaultObject.objects.values_list("id", flat=True):
        assert read_object(obj, actor=SYSTEM, purpose="test", ctx=desk.ctx) == MARK * 4_000
    assert len(list(blob_store().names())) <= VaultObject.objects.count() + 1
    again = store(Desk(desk.home, real_randomness(desk)), MARK * 4_000)
    assert read_object(again, actor=SYSTEM, purpose="test", ctx=desk.ctx) == MARK * 4_000
    assert verify(desk.ctx).exit_code != 1


def test_a_file_that_finds_no_room_is_not_kept(desk: Desk) -> None:
    whole(desk, on_a_small_disk(storing(desk), 100 * KIB))


@pytest.mark.parametrize("nth", range(1, 13))
def test_a_file_whose_sync_fails_is_not_kept(desk: Desk, tmp_path: Path, nth: int) -> None:
    *stored, last = with_failing_sync(until_it_fails(storing(desk)), tmp_path, call="fsync", nth=nth)
    assert last == STOPPED
    whole(desk, stored)


@pytest.mark.parametrize("nth", range(1, 9))
def test_an_export_whose_sync_fails_shows_no_checkpoint_and_the_next_is_whole(
    desk: Desk, tmp_path: Path, nth: int
) -> None:
    goes_on(desk)
    make_checkpoint(desk.ctx)
    checkpoint, folder = latest_checkpoint(), tmp_path / "out"
    assert checkpoint is not None

    def work(_acknowledge: Acknowledge) -> None:
        export_log(log_store(), checkpoint, folder)

    assert with_failing_sync(until_it_fails(work), tmp_path, call="fsync", nth=nth) == [STOPPED]
    assert not (folder / "checkpoint").exists()
    export_log(log_store(), checkpoint, folder)
    exported = ExportedLog.open(folder)
    assert check_export(exported, exported, checkpoint.size) == []

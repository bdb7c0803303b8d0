"""Objects: whole or absent at every kill, nothing in the clear, each reading a row, any damage noticed and recorded."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import DatabaseError, transaction
from tests.clock import MovingClock
from tests.databases import Desk
from tests.kill import Acknowledge, killed_at
from tests.web.record.tampering import as_administrator
from tests.web.vault.vault_room import CASE, MARK, blob_rows, everything_on_disk, new_key, path_of, store, write_over

from evenhand.context import Context
from evenhand.errors import DoesNotHold, UsageError
from evenhand.ledger.checking import Verdict
from evenhand.ledger.commitment import verify_opening
from evenhand.vault.chunks import CHUNK
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.keys import KeyRefused, destroy_blob_key
from evenhand.web.record.models import LedgerEntry, ReadRow
from evenhand.web.record.openings import open_commitment
from evenhand.web.record.projections import ROWS
from evenhand.web.record.queries import leaf_about
from evenhand.web.record.readings import readings_of_things
from evenhand.web.record.reads import REFUSED, close_read_windows
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify
from evenhand.web.vault import objects
from evenhand.web.vault.alarms import open_alarms, see_alarm
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.objects import (
    Restricted,
    derive,
    derived_of,
    open_object,
    prepare,
    read_object,
    restrict,
    sealing_leaf,
)
from evenhand.web.vault.sweeping import sweep_vault


def read(desk: Desk, obj: str) -> bytes:
    return read_object(obj, actor=SYSTEM, purpose="test", ctx=desk.ctx)


def types() -> list[str]:
    return [json.loads(bytes(data))["t"] for data in LedgerEntry.objects.order_by("seq").values_list("data", flat=True)]


def test_what_is_stored_is_sealed_committed_to_and_read_with_a_row(desk: Desk) -> None:
    obj = store(desk)
    assert types()[-1] == "evidence.sealed"
    assert MARK not in everything_on_disk(desk)
    opening = open_commitment(sealing_leaf(obj), "content", actor=SYSTEM, purpose="test", ctx=desk.ctx)
    assert opening.value == sha256(MARK * 50).digest()
    verify_opening(opening, json.loads(bytes(LedgerEntry.objects.last().data))["c"]["content"])  # type: ignore[union-attr]
    before = ReadRow.objects.count()
    with open_object(obj, actor=SYSTEM, purpose="test", ctx=desk.ctx) as file:
        assert ReadRow.objects.filter(object_id=obj).count() == 1 == ReadRow.objects.count() - before
        file.seek(len(MARK))
        assert file.read(len(MARK)) == MARK
    assert verify(desk.ctx).findings == ()


def test_each_window_of_reading_a_file_is_one_leaf_of_its_own(desk: Desk, clock: MovingClock) -> None:
    key = new_key(desk)
    one, other = store(desk, b"one", key=key), store(desk, b"other", key=key)
    for obj in (one, one, other):
        read(desk, obj)
    clock.move(minutes=16)
    assert close_read_windows(desk.ctx) == 2 and types()[-2:] == ["evidence.accessed"] * 2
    assert leaf_about(one, "evidence.accessed") != leaf_about(other, "evidence.accessed")
    assert verify(desk.ctx).verdict is Verdict.VERIFIED
    as_administrator("UPDATE read_row SET purpose = 'another' WHERE object_id = %s", [one])
    assert "reads_mismatch" in {finding.reason for finding in verify(desk.ctx).findings}


def test_without_a_seat_nothing_opens_and_the_attempt_is_noted(desk: Desk) -> None:
    obj, before = store(desk), ReadRow.objects.count()
    with pytest.raises(KeyRefused):
        read_object(obj, actor=ActorId("e" * 32), purpose="test", ctx=desk.ctx)
    (row,) = ReadRow.objects.order_by("seq")[before:]
    assert (row.actor, row.object_id, row.purpose) == ("e" * 32, obj, "refused: test")
    key = VaultObject.objects.get(pk=obj).key
    assert not readings_of_things([obj], key=key) and readings_of_things([obj], key=key, refused=True)


def test_no_row_no_bytes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    obj = store(desk)

    def refuses(*_: object, **__: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(objects, "log_reads", refuses)
    monkeypatch.setattr(objects, "opened", lambda *_, **__: pytest.fail("bytes before the row"))
    with pytest.raises(DatabaseError):
        read(desk, obj)


def test_the_same_file_twice_in_one_scope_lies_once(desk: Desk) -> None:
    key = new_key(desk)
    one, other = store(desk, key=key), store(desk, key=key)
    assert one != other and path_of(one) == path_of(other)
    assert blob_rows(desk) == 1 and read(desk, other) == MARK * 50
    assert path_of(store(desk)) != path_of(one), "another case, another blob"


@pytest.mark.parametrize("harm", ["bit", "cut", "swap", "gone", "no_key", "digest"])
def test_harm_is_noticed_before_the_first_byte_and_recorded(desk: Desk, harm: str) -> None:
    key = new_key(desk)
    obj, other = store(desk, b"x" * (2 * CHUNK), key=key), store(desk, b"y" * (2 * CHUNK), key=key)
    path = path_of(obj)
    if harm == "bit":
        write_over(path, path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))
    elif harm == "cut":
        write_over(path, path.read_bytes()[: 56 + CHUNK + 16])
    elif harm == "swap":
        write_over(path, path_of(other).read_bytes())
    elif harm == "gone":
        path.unlink()
    elif harm == "no_key":
        destroy_blob_key(VaultObject.objects.get(pk=obj).blob)
    else:  # a wrapped key and a file of the same scope, moved together: the digest of the row speaks
        mine, theirs = (VaultObject.objects.get(pk=each) for each in (obj, other))
        theirs.id = mine.id
        theirs.digest = mine.digest
        with pytest.raises(DoesNotHold):
            objects.opened(theirs, _data_key(key), whole=True)
        return
    for _ in range(2):
        with pytest.raises(DoesNotHold):
            read(desk, obj)
    (alarm,) = open_alarms()
    assert (alarm.object_id, alarm.found) == (obj, "read")
    assert alarm.reason == {"gone": "missing", "no_key": "no_key"}.get(harm, "changed")
    assert types().count("evidence.integrity_failed") == 1, "once, however often it is read"
    see_alarm(alarm.id, actor=ActorId("a" * 32), ctx=desk.ctx)
    assert not open_alarms().exists() and read(desk, other) == b"y" * (2 * CHUNK)


def _data_key(key: str) -> bytes:
    from evenhand.web.record.ids import KeyId
    from evenhand.web.record.keys import unwrap

    return unwrap(KeyId(key), actor=SYSTEM, purpose="test")


def test_a_large_file_is_checked_chunk_by_chunk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "CHECKED_FIRST", CHUNK)
    obj = store(desk, b"x" * (3 * CHUNK))
    data = bytearray(path_of(obj).read_bytes())
    data[56 + CHUNK + 20] ^= 1
    write_over(path_of(obj), bytes(data))
    with open_object(obj, actor=SYSTEM, purpose="test", ctx=desk.ctx) as file:
        assert file.read(CHUNK) == b"x" * CHUNK
        with pytest.raises(DoesNotHold):
            file.read(1)


def test_a_derived_copy_is_linked_repeatable_and_made_once(desk: Desk) -> None:
    obj = store(desk)

    def make(data: bytes = b"upper", **more: object) -> str:
        return derive(
            of=obj, method="upper case", data=data, parameters={"language": "en"}, actor=SYSTEM, purpose="test",
            ctx=desk.ctx, **more,
        )  # type: ignore[arg-type] # fmt: skip

    first = make()
    assert make() == first and [row.id for row in derived_of(obj, "upper case")] == [first]
    row = VaultObject.objects.get(pk=first)
    assert (row.source_id, row.parameters, row.deterministic) == (obj, '{"language":"en"}', True)
    assert read(desk, first) == b"upper" and read(desk, obj) == MARK * 50
    leaf = json.loads(bytes(LedgerEntry.objects.get(seq=leaf_about(obj, "evidence.derived")).data))
    assert leaf["ref"] == [sealing_leaf(obj)] and set(leaf["c"]) == {"doc", "content", "method"}
    machine = make(b"other", deterministic=False)
    assert not VaultObject.objects.get(pk=machine).deterministic


def test_what_nobody_may_look_at_gives_no_byte_and_no_copy(desk: Desk) -> None:
    obj = store(desk)
    row = VaultObject.objects.get(pk=obj)
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        r.add(type="evidence.restricted", key=row.key, obj=obj, body={ROWS: [restrict(obj)]})
    with pytest.raises(UsageError, match="do not look"):
        read(desk, obj)
    with pytest.raises(UsageError, match="do not look"):
        derive(of=obj, method="m", data=b"", actor=SYSTEM, purpose="test", ctx=desk.ctx)


def test_who_asks_for_it_all_the_same_is_noted_though_they_sit_in_the_case(desk: Desk) -> None:
    obj, person = store(desk), ActorId(desk.ctx.new_id())
    row = VaultObject.objects.get(pk=obj)
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        grant_seat(r, key=KeyId(row.key), actor=person, role="assessor", since=desk.ctx.now())
        r.add(type="case.panel_assigned", key=KeyId(row.key), body={})
    assert read_object(obj, actor=person, purpose="read a file", ctx=desk.ctx) == MARK * 50
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        r.add(type="evidence.restricted", key=KeyId(row.key), obj=obj, body={ROWS: [restrict(obj)]})
    with pytest.raises(Restricted):
        read_object(obj, actor=person, purpose="read a file", ctx=desk.ctx)
    noted = ReadRow.objects.filter(object_id=obj, actor=person).order_by("seq").values_list("purpose", flat=True)
    assert list(noted) == ["read a file", f"{REFUSED}read a file"]
    assert verify(desk.ctx).exit_code != 1


@pytest.mark.parametrize(
    "change", [{"name": "0" * 64}, {"size": 1}, {"blob": "0" * 32}, {"digest": b"x"}, {"key": "0" * 32}]
)
def test_an_original_never_changes(desk: Desk, change: dict[str, object]) -> None:
    obj = store(desk)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        VaultObject.objects.filter(pk=obj).update(**change)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        VaultObject.objects.filter(pk=obj).delete()


def test_a_row_changed_behind_the_record_is_named(desk: Desk) -> None:
    obj = store(desk)
    VaultObject.objects.filter(pk=obj).update(provenance_class="owner_export")
    close_read_windows(desk.ctx)
    assert any(f.reason == "projection_mismatch" and obj in f.place for f in verify(desk.ctx).findings)


FAIL: dict[str, tuple[str, str]] = {
    "key kept": ("evenhand.web.vault.objects", "keep_blob_key"),
    "file written": ("os", "fsync"),
    "file in place": ("os", "link"),
    "row": ("evenhand.web.vault.objects", "said"),
}


def _dying(module: str, name: str, nth: int) -> Callable[[], None]:
    def patch() -> None:
        import importlib

        from tests.kill import _patch

        _patch(importlib.import_module(module), name, nth, before=False)

    return patch


@pytest.mark.parametrize("point", [*FAIL, "after lock", "before commit", "after commit"])
def test_a_kill_leaves_a_whole_object_or_none_and_the_next_try_works(
    desk: Desk, clock: MovingClock, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests import kill

    desk = Desk(desk.home, Context(now=desk.ctx.now, random=secrets.token_bytes))  # a fork draws the same bytes again
    key = new_key(desk)
    store(desk, b"an earlier file", key=key)
    if point in FAIL:
        monkeypatch.setitem(kill.FAIL_POINTS, point, _dying(*FAIL[point], 1))
    else:
        patch = {"after lock": (kill._store, "lock_head"), "before commit": (kill._connection, "_commit")}
        owner, name = patch.get(point, (kill._connection, "_commit"))
        kind = kill._before if point == "before commit" else kill._after
        monkeypatch.setitem(kill.FAIL_POINTS, point, kind(owner, name, 1))

    def work(acknowledge: Acknowledge) -> None:
        acknowledge(store(desk, key=key))

    said = killed_at(point, work)
    found = VaultObject.objects.filter(key=key, size=len(MARK) * 50)
    assert [row.id for row in found] == said or (said == [] and found.count() <= 1)
    for row in found:
        assert read(desk, row.id) == MARK * 50
    again = store(desk, key=key)
    assert read(desk, again) == MARK * 50, "the same file can be sent again at once"
    clock.move(hours=25)
    old = clock().timestamp() - timedelta(hours=25).total_seconds()
    for path in desk.home.vault.rglob("*"):
        if path.is_file():
            os.utime(path, (old, old))
    sweep_vault(desk.ctx)
    assert blob_rows(desk) == 2 and len([path for path in desk.home.vault.rglob("*") if path.is_file()]) == 2
    assert read(desk, again) == MARK * 50


def test_what_never_got_a_row_is_swept_after_a_day_and_not_before(desk: Desk, clock: MovingClock) -> None:
    key = new_key(desk)
    kept = store(desk, key=key)
    orphan = prepare(b"no row ever came", key=key, scope=key, actor=SYSTEM, purpose="test", ctx=desk.ctx)
    path = objects.blob_store().path(orphan.written.name)
    os.utime(path, (clock().timestamp(),) * 2)
    assert sweep_vault(desk.ctx) == 0 and path.exists()
    clock.move(hours=25)
    assert sweep_vault(desk.ctx) >= 2 and not path.exists()
    assert read(desk, kept) == MARK * 50
    assert VaultObject.objects.get(pk=kept).case == CASE

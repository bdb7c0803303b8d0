"""T-ERASE: two people sign, what was erased is nowhere, everything else still verifies, at every kill as well."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable
from hashlib import sha256

import pytest
from django.db import DatabaseError, transaction
from tests.databases import Desk
from tests.kill import Acknowledge, killed_at
from tests.web.vault.test_vlt_holds import Staff
from tests.web.vault.vault_room import MARK, blob_rows, everything_on_disk, new_key, path_of, store

from evenhand.context import Context
from evenhand.errors import DoesNotHold, UsageError
from evenhand.ledger.checking import Verdict
from evenhand.web.record.erasing import leaves_under
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.keys import KeyRefused, destroy_key, living_keys, unwrap
from evenhand.web.record.models import CountingRow, LedgerEntry, Opening, ReadRow, Record, SealedText
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import Report, audit, verify
from evenhand.web.vault.erasing import Erased, Scope, erase, finish_erasures, scope_of_object
from evenhand.web.vault.holds import Held
from evenhand.web.vault.models import ErasedKey, Erasure, VaultObject
from evenhand.web.vault.objects import derive, open_object, read_object
from evenhand.web.vault.words import Kind, Why

NOTE = "Robin Quill was seen at 5 Harbour Lane."


@pytest.fixture
def staff(desk: Desk) -> Staff:
    return Staff(desk)


def erase_object(staff: Staff, obj: str, why: Why = Why.REQUEST, ctx: Context | None = None) -> Erased:
    return erase(
        kind=Kind.OBJECT, target=obj, why=why, first=staff.dpo, second=staff.keeper, scope=scope_of_object(obj),
        ctx=ctx or staff.desk.ctx,
    )  # fmt: skip


def erase_key(staff: Staff, key: KeyId, objects: frozenset[str] = frozenset(), ctx: Context | None = None) -> Erased:
    """Erase a whole "case": everything under one key."""
    return erase(
        kind=Kind.CASE, target="f" * 32, why=Why.REQUEST, first=staff.dpo, second=staff.keeper,
        scope=Scope(keys=frozenset({key}), objects=objects, count=b'{"opened":"2026 Q1","route":"formal"}'),
        ctx=ctx or staff.desk.ctx,
    )  # fmt: skip


def erased_in(report: Report) -> set[str]:
    """Return the places that a check calls erased; fails where it calls anything failed."""
    assert report.verdict is Verdict.VERIFIED, report.findings
    return {finding.place for finding in report.findings if finding.reason == "erased_lawfully"}


def test_one_of_three_objects_goes_and_the_others_still_verify(desk: Desk, staff: Staff) -> None:
    key = new_key(desk)
    one, two, three = (store(desk, MARK + bytes([number]), key=key) for number in range(3))
    copy = derive(of=two, method="shout", data=MARK.upper(), actor=SYSTEM, purpose="test", ctx=desk.ctx)
    paths = [path_of(two), path_of(copy)]
    before = LedgerEntry.objects.count()
    erase_object(staff, two)
    assert not any(path.exists() for path in paths) and blob_rows(desk) == 2
    for gone in (two, copy):
        with pytest.raises(UsageError, match="erased"):
            open_object(gone, actor=SYSTEM, purpose="test", ctx=desk.ctx)
    for kept, number in ((one, 0), (three, 2)):
        assert read_object(kept, actor=SYSTEM, purpose="test", ctx=desk.ctx) == MARK + bytes([number])
    assert len(erased_in(verify(desk.ctx))) == 2 == len(erased_in(audit(desk.ctx)))
    leaves = [json.loads(bytes(row.data)) for row in LedgerEntry.objects.filter(seq__gte=before).order_by("seq")]
    said = [leaf for leaf in leaves if leaf["t"] in ("evidence.erasure_started", "evidence.erased")]
    assert [leaf["t"] for leaf in said] == ["evidence.erasure_started", "evidence.erased"]
    assert said[0]["ref"] == said[1]["ref"] and len(said[0]["ref"]) == 2 and said[1]["why"] == "erasure_request"
    assert set(said[1]["c"]) == {"doc", "scope", "approvers"}


def test_the_same_bytes_kept_by_another_object_stay(desk: Desk, staff: Staff) -> None:
    key = new_key(desk)
    one, other = store(desk, key=key), store(desk, key=key)
    erase_object(staff, one)
    assert read_object(other, actor=SYSTEM, purpose="test", ctx=desk.ctx) == MARK * 50
    erase_object(staff, other)
    assert blob_rows(desk) == 0
    assert erased_in(verify(desk.ctx))


def _with_text(desk: Desk, key: KeyId) -> None:
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        seal_text(r, key=key, field="note", text=NOTE)
        r.add(type="dialogue.recorded", key=key, body={}, commitments={"sent": NOTE.encode()})


def test_a_whole_key_goes_with_all_that_lay_under_it(desk: Desk, staff: Staff) -> None:
    key, other = new_key(desk), new_key(desk)
    for each in (key, other):
        _with_text(desk, each)
    obj = store(desk, key=key)
    leaves, data_key = leaves_under([key]), unwrap(key, actor=SYSTEM, purpose="test")
    nonces = [bytes(row.sealed) for row in Opening.objects.filter(key_id=key)]
    sealed = [bytes(row.ciphertext) for row in SealedText.objects.filter(key_id=key)]
    erase_key(staff, key, frozenset({obj}))
    for model in (Record, Opening, SealedText):
        assert not model.objects.filter(key_id=key).exists() and model.objects.filter(key_id=other).exists()
    with pytest.raises(KeyRefused):
        unwrap(key, actor=SYSTEM, purpose="test")
    assert key not in [each for each, _ in living_keys()]
    assert len(erased_in(verify(desk.ctx))) == len(leaves)
    disk = everything_on_disk(desk)
    for trace in (MARK, NOTE.encode(), data_key, sha256(MARK * 50).digest(), sha256(MARK * 50).hexdigest().encode()):
        assert trace not in disk
    # What lay under the key may stay in free pages and the journal as ciphertext; without the key it is noise.
    assert nonces and sealed


def test_an_old_key_store_is_emptied_again_at_the_next_start(desk: Desk, staff: Staff) -> None:
    key = new_key(desk)
    obj = store(desk, key=key)
    backup = desk.home.root / "old-keys"
    shutil.copy(desk.home.key_store, backup)
    kept = path_of(obj).read_bytes()
    erase_key(staff, key, frozenset({obj}))
    assert finish_erasures(desk.ctx) == 0
    desk.home.key_store.write_bytes(backup.read_bytes())  # the service reads the file anew
    path = _put_back(obj, kept)
    assert unwrap(key, actor=SYSTEM, purpose="test") and blob_rows(desk) == 1
    assert finish_erasures(desk.ctx) == 2
    assert not path.exists() and blob_rows(desk) == 0
    with pytest.raises(KeyRefused):
        unwrap(key, actor=SYSTEM, purpose="test")


def _put_back(obj: str, data: bytes):  # type: ignore[no-untyped-def] # a path
    path = path_of(obj)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_holds_beat_erasure_and_the_attempt_is_logged(desk: Desk, staff: Staff) -> None:
    obj = store(desk)
    hold = staff.place(obj)
    before = LedgerEntry.objects.count()
    with pytest.raises(Held):
        erase_object(staff, obj)
    assert LedgerEntry.objects.count() == before + 1
    assert json.loads(bytes(LedgerEntry.objects.get(seq=before).data))["t"] == "hold.reviewed"
    assert not Erasure.objects.exists() and read_object(obj, actor=SYSTEM, purpose="test", ctx=desk.ctx)
    with pytest.raises(DatabaseError, match="held is not erased"), transaction.atomic():
        Erasure.objects.create(
            id="1" * 32, kind="object", target=obj, why="retention", first_by="a", first_role="dpo", second_by="b",
            second_role="case_keeper", started_at=desk.ctx.now(),
        )  # fmt: skip
    staff.release(hold)
    erase_object(staff, obj)
    with pytest.raises(UsageError, match="erased already"):
        erase_object(staff, obj)


def test_one_person_alone_erases_nothing(desk: Desk, staff: Staff) -> None:
    obj = store(desk)
    for first, second in ((staff.dpo, staff.dpo), (staff.dpo, staff.officer), (staff.dpo, staff.person())):
        with pytest.raises(UsageError):
            erase(
                kind=Kind.OBJECT, target=obj, why=Why.REQUEST, first=first, second=second,
                scope=scope_of_object(obj), ctx=desk.ctx,
            )  # fmt: skip
    assert not Erasure.objects.exists()
    noted = ReadRow.objects.filter(purpose="refused: erase").order_by("seq").values_list("actor", "object_id")
    assert [each for each, _ in noted][:2] == [staff.dpo, staff.officer] and {of for _, of in noted} == {obj}


def test_lawful_destruction_beats_a_hold_and_is_for_restricted_files_alone(desk: Desk, staff: Staff) -> None:
    from evenhand.web.record.projections import ROWS
    from evenhand.web.vault.objects import restrict

    bad, other = store(desk, b"bad"), store(desk, b"other")
    for obj in (bad, other):
        staff.place(obj)
    with pytest.raises(UsageError, match="do not look"):
        erase_object(staff, other, Why.DESTRUCTION)
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        key = KeyId(VaultObject.objects.get(pk=bad).key)
        r.add(type="evidence.restricted", key=key, obj=bad, body={ROWS: [restrict(bad)]})
    erase_object(staff, bad, Why.DESTRUCTION)
    assert VaultObject.objects.get(pk=bad).state == "erased" and erased_in(verify(desk.ctx))


def test_a_change_behind_the_record_is_not_made_part_of_it(desk: Desk, staff: Staff) -> None:
    obj = store(desk)
    VaultObject.objects.filter(pk=obj).update(provenance_class="owner_export")
    with pytest.raises(DoesNotHold, match="nothing was erased"):
        erase_object(staff, obj)
    assert not Erasure.objects.exists()


def test_a_document_goes_only_with_its_erasure(desk: Desk, staff: Staff) -> None:
    obj = store(desk)
    row = Record.objects.order_by("-seq")[0]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Record.objects.filter(pk=row.pk).delete()
    assert obj


def test_the_figures_stay_beside_their_leaf_and_a_change_of_them_is_named(desk: Desk, staff: Staff) -> None:
    key = new_key(desk)
    _with_text(desk, key)
    erase_key(staff, key)
    row = CountingRow.objects.get()
    assert json.loads(row.value) == {"opened": "2026 Q1", "route": "formal"}
    from django.db import connection

    from evenhand.web.record.guards import apply_triggers, schema_changes

    def by_force(statement: str) -> list[str]:
        with schema_changes(connection), connection.cursor() as cursor:
            for name in ("counting_row_no_update", "counting_row_no_delete"):
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(statement)
            apply_triggers(connection)
        return [f.place for f in verify(desk.ctx).findings if f.reason == "projection_mismatch"]

    place = f"counting_row seq {row.seq}"
    assert place in by_force("UPDATE counting_row SET value = replace(value, 'formal', 'informal')")
    assert place in by_force("DELETE FROM counting_row")


POINTS: dict[str, tuple[str, str, int]] = {
    "rows deleted": ("evenhand.web.vault.erasing", "take", 1),
    "intent committed": ("evenhand.web.vault.erasing", "_start", 1),
    "file gone": ("evenhand.vault.blobs", "sync_directory", 1),
    "key of the file gone": ("evenhand.web.vault.erasing", "destroy_blob_key", 1),
    "key gone": ("evenhand.web.vault.erasing", "destroy_key", 1),
    "figures kept": ("evenhand.web.vault.erasing", "keep_count", 1),
    "done": ("evenhand.web.vault.erasing", "_finish", 1),
}


def _dying(point: str) -> Callable[[], None]:
    module, name, nth = POINTS[point]

    def patch() -> None:
        import importlib

        from tests.kill import _patch

        _patch(importlib.import_module(module), name, nth, before=False)

    return patch


@pytest.mark.parametrize("point", POINTS)
def test_cut_short_anywhere_it_goes_on_and_never_raises_the_alarm(
    desk: Desk, staff: Staff, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests import kill

    ctx = Context(now=desk.ctx.now, random=secrets.token_bytes)  # a fork draws the same bytes again
    key = new_key(Desk(desk.home, ctx))
    _with_text(Desk(desk.home, ctx), key)
    obj = store(Desk(desk.home, ctx), key=key)
    monkeypatch.setitem(kill.FAIL_POINTS, point, _dying(point))

    def work(acknowledge: Acknowledge) -> None:
        acknowledge(erase_key(staff, key, frozenset({obj}), ctx))

    assert killed_at(point, work) == []
    assert verify(ctx).verdict is Verdict.VERIFIED, verify(ctx).findings
    if not Erasure.objects.exists():  # nothing was begun: it is all still there
        assert point == "rows deleted"
        assert read_object(obj, actor=SYSTEM, purpose="test", ctx=ctx) == MARK * 50
        return
    finish_erasures(ctx)
    assert Erasure.objects.get().ended_at is not None and CountingRow.objects.count() == 1
    assert blob_rows(desk) == 0 and not path_of(obj).exists() and ErasedKey.objects.count() == 2
    assert not destroy_key(key)
    assert verify(ctx).verdict is Verdict.VERIFIED, verify(ctx).findings
    assert finish_erasures(ctx) == 0


def test_hold_and_erase_on_both_databases(any_desk: Desk) -> None:
    staff, key = Staff(any_desk), new_key(any_desk)
    _with_text(any_desk, key)
    obj = store(any_desk, key=key)
    hold = staff.place(obj)
    row = VaultObject.objects.filter(pk=obj)
    for refused, words in ((lambda: row.update(size=1), "never changes"), (row.delete, "never deleted")):
        with pytest.raises(DatabaseError, match=words), transaction.atomic():
            refused()
    with pytest.raises(Held):
        erase_object(staff, obj)
    staff.release(hold)
    erase_key(staff, key, frozenset({obj}))
    assert erased_in(verify(any_desk.ctx)) and not Record.objects.filter(key_id=key).exists()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Record.objects.all().delete()
    with pytest.raises(DatabaseError, match=r"append-only|never deleted"), transaction.atomic():
        ErasedKey.objects.all().delete()

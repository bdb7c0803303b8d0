"""T-TAMPER over the record: each change is named by table, id and leaf, with its reason; the right verdict and exit."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.databases import Desk
from tests.web.record.tampering import as_administrator, flipped

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.checking import Finding
from evenhand.ledger.errors import AppendRefused
from evenhand.ledger.tree import leaf_hash
from evenhand.web.record.checkpoints import keyring, make_checkpoint
from evenhand.web.record.crypto import open_sealed, seal
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.keys import create_key, unwrap
from evenhand.web.record.log_keys import rotate_key
from evenhand.web.record.models import (
    KeySeat,
    LedgerEntry,
    Opening,
    Pseudonym,
    ReadRow,
    Record,
    SealedText,
)
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.sealed import open_texts, seal_text
from evenhand.web.record.seats import end_seat, grant_seat
from evenhand.web.record.store import DjangoStore
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import Report, audit, last_check, verify


@pytest.fixture
def lived_in(any_desk: Desk) -> Desk:
    """Seats, a case key, sealed texts, readings, a closed window, a batch and checkpoints."""
    return live_in(any_desk)


@pytest.fixture
def small(desk: Desk) -> Desk:
    """The same on SQLite only, for the many variants."""
    return live_in(desk)


def live_in(desk: Desk) -> Desk:
    ctx, officer, other = desk.ctx, desk.ctx.new_id(), desk.ctx.new_id()
    with recording(actor=SYSTEM, ctx=ctx, purpose="roles") as r:
        grant_seat(r, key=ORGANISATION, actor=officer, role="officer", since=ctx.now())
        left = grant_seat(r, key=ORGANISATION, actor=other, role="officer", since=ctx.now())
        r.add(type="role.changed", key=ORGANISATION, obj=ctx.new_id(), body={"role": "officer"})
        end_seat(r, left, at=ctx.now())
        r.add(type="role.changed", key=ORGANISATION, obj=ctx.new_id(), body={"role": "none"})
    key = create_key(ctx=ctx, scope=ctx.new_id(), actor=officer)
    texts = []
    for word in ("You muppet", "What a clown"):
        with recording(actor=officer, ctx=ctx, purpose="triage") as r:
            texts.append(seal_text(r, key=key, field="lead.snapshot", text=word))
            r.add(type="lead.disposed", key=key, obj=ctx.new_id(), body={"texts": texts[-1:]})
    with recording(actor=SYSTEM, ctx=ctx, purpose="import") as r:
        r.add(type="evidence.batch_sealed", key=ORGANISATION, body={}, items=[b"one", b"two", b"three"])
        r.add(type="submission.received", key=ORGANISATION, body={}, why="form", commitments={"sent": b"text"})
    open_texts(texts, actor=SYSTEM, purpose="triage", ctx=ctx)
    close_read_windows(later(ctx, minutes=16))
    make_checkpoint(ctx)
    return desk


def later(ctx: Context, **span: float) -> Context:
    return Context(now=lambda: ctx.now() + timedelta(**span), random=ctx.random)


def found(report: Report, reason: str, *parts: str) -> Finding:
    """Return the finding with this reason whose place has all parts; fail with the whole list."""
    for finding in report.findings:
        if finding.reason == reason and all(part in f"{finding.place}: {finding.words}" for part in parts):
            return finding
    raise AssertionError(f"no {reason} at {parts} in {report.findings}")


def test_an_untouched_record_verifies(lived_in: Desk) -> None:
    ctx = later(lived_in.ctx, minutes=16)
    for report in (verify(ctx), audit(ctx), verify(ctx)):
        assert report.findings == ()
        assert (report.verdict, report.exit_code) == ("verified", 0)
        assert report.documents == 7
    assert last_check(lived_in.home)["verdict"] == "verified"
    assert b"log.audited" in bytes(LedgerEntry.objects.order_by("-seq")[0].data)


def test_one_byte_of_a_leaf_is_named(small: Desk) -> None:
    for entry in LedgerEntry.objects.order_by("seq"):
        data = bytes(entry.data)
        for place in (3, len(data) // 2, len(data) - 2):
            write = "UPDATE ledger_entry SET data = %s WHERE seq = %s"
            assert as_administrator(write, [flipped(data, place), entry.seq]) == 1
            report = verify(small.ctx)
            found(report, "entry_mismatch", f"ledger_entry seq {entry.seq}")
            assert report.exit_code == 1
            as_administrator(write, [data, entry.seq])
    assert verify(small.ctx).findings == ()


def test_a_leaf_and_its_hash_changed_together_are_named(lived_in: Desk) -> None:
    from evenhand.ledger.tree import leaf_hash

    data = bytes(LedgerEntry.objects.get(seq=3).data).replace(b"role.changed", b"role.charged")
    as_administrator("UPDATE ledger_entry SET data = %s, leaf_hash = %s WHERE seq = 3", [data, leaf_hash(data)])
    found(verify(lived_in.ctx), "entry_mismatch", "seq 3")


def test_one_byte_of_a_document_is_named(small: Desk) -> None:
    for record in Record.objects.order_by("seq"):
        sealed = bytes(record.sealed)
        for place in (0, 13, len(sealed) - 1):
            write = "UPDATE record SET sealed = %s WHERE id = %s"
            as_administrator(write, [flipped(sealed, place), record.id])
            report = verify(small.ctx)
            found(report, "document_mismatch", f"record id {record.id} seq {record.seq}")
            as_administrator(write, [sealed, record.id])


def test_every_column_of_a_projected_row_is_named(small: Desk) -> None:
    changes = {
        "key_id": "f" * 32,
        "actor": "e" * 32,
        "role": "auditor",
        "valid_from": "2025-01-01 00:00:00",
        "valid_until": "2031-01-01 00:00:00",
    }
    for seat in KeySeat.objects.all():
        for column, value in changes.items():
            before = getattr(seat, column)
            if column.startswith("valid") and before is not None:
                before = connection.ops.adapt_datetimefield_value(before)
            as_administrator(f"UPDATE key_seat SET {column} = %s WHERE id = %s", [value, seat.id])
            finding = found(verify(small.ctx), "projection_mismatch", f"key_seat id {seat.id} seq ", column)
            assert finding.verdict == "failed"
            as_administrator(f"UPDATE key_seat SET {column} = %s WHERE id = %s", [before, seat.id])
    assert verify(small.ctx).findings == ()


def test_a_row_added_or_removed_is_named(lived_in: Desk) -> None:
    kept, gone = KeySeat.objects.order_by("id")
    as_administrator("DELETE FROM key_seat WHERE id = %s", [gone.id])
    KeySeat.objects.create(id="a" * 32, key_id=ORGANISATION, actor="b" * 32, role="officer", valid_from=kept.valid_from)
    report = verify(lived_in.ctx)
    found(report, "projection_mismatch", f"key_seat id {gone.id}", "missing")
    found(report, "projection_mismatch", "key_seat id " + "a" * 32, "in no document")


@pytest.mark.parametrize(
    ("statement", "reason", "place"),
    [
        ("DELETE FROM record WHERE seq = 4", "opening_missing", "record seq 4"),
        ("DELETE FROM opening WHERE seq = 4 AND field = 'doc'", "opening_missing", "seq 4"),
        ("UPDATE record SET seq = 99 WHERE seq = 4", "document_mismatch", "record seq 99"),
        ("UPDATE record SET key_id = '" + "0" * 32 + "' WHERE seq = 4", "document_mismatch", "seq 4"),
        ("DELETE FROM ledger_entry WHERE seq = 4", "entry_mismatch", "ledger_entry seq 4"),
        ("DELETE FROM ledger_entry WHERE seq > 5", "entry_mismatch", "ledger_entry seq 6"),
        ("UPDATE ledger_tile SET hashes = substr(hashes, 33)", "root_mismatch", "ledger_tile level 0"),
        ("UPDATE ledger_head SET size = size - 1", "root_mismatch", "ledger_head: it speaks of 8 leaves, but 9"),
        ("DELETE FROM sealed_text WHERE id = (SELECT min(id) FROM sealed_text)", "opening_missing", "sealed_text"),
        ("UPDATE read_row SET purpose = 'gossip' WHERE seq = 0", "reads_mismatch", "read_row seq 0 or 1"),
        ("UPDATE read_row SET purpose = 'gossip' WHERE seq = 1", "reads_mismatch", "do not give the root"),
        ("DELETE FROM read_row WHERE seq = 0", "reads_mismatch", "read_row seq 0"),
        ("DELETE FROM read_row WHERE seq = 1", "reads_mismatch", "row(s) 1 are missing"),
        ("DELETE FROM read_window_row WHERE row = 1", "projection_mismatch", "read_window_row id 1"),
        ("DELETE FROM ledger_checkpoint", "no_checkpoint", "ledger_checkpoint"),
    ],
)
def test_each_class_is_named(lived_in: Desk, statement: str, reason: str, place: str) -> None:
    if connection.vendor == "postgresql":
        statement = statement.replace(" row = 1", ' "row" = 1')
    assert as_administrator(statement) >= 1
    report = verify(lived_in.ctx)
    found(report, reason, place)
    assert report.exit_code == (4 if reason == "no_checkpoint" else 1)


def test_swapped_documents_and_texts_are_named(lived_in: Desk) -> None:
    for table, column in (("record", "sealed"), ("sealed_text", "ciphertext")):
        first, second = (Record if table == "record" else SealedText).objects.order_by("pk")[:2]
        for row, other in ((first, second), (second, first)):
            as_administrator(f"UPDATE {table} SET {column} = %s WHERE id = %s", [getattr(other, column), row.pk])
    report = verify(lived_in.ctx)
    assert sum(finding.reason == "document_mismatch" for finding in report.findings) == 2
    assert sum(finding.reason == "content_mismatch" for finding in report.findings) == 2


def test_a_document_sealed_anew_by_somebody_with_the_key_is_named(small: Desk) -> None:
    from evenhand.web.record.documents import opening_bound, record_bound

    one, other = unwrap(ORGANISATION, actor=SYSTEM, purpose="test"), create_key(ctx=small.ctx, scope="a" * 32)
    record = Record.objects.get(seq=2)
    said = open_sealed(one, record.sealed, bound_to=record_bound(record.id))
    edited = seal(one, said.replace(b"officer", b"auditor"), bound_to=record_bound(record.id), random=small.ctx.random)
    as_administrator("UPDATE record SET sealed = %s WHERE id = %s", [edited, record.id])
    found(verify(small.ctx), "document_mismatch", f"record id {record.id} seq 2", "not the one")
    # The same document and opening moved under another key: readable by whoever holds that one.
    key = unwrap(other, actor=SYSTEM, purpose="test")
    opening = Opening.objects.get(seq=2, field="doc")
    value = open_sealed(one, opening.sealed, bound_to=opening_bound(2, "doc"))
    moved = seal(key, said, bound_to=record_bound(record.id), random=small.ctx.random)
    as_administrator("UPDATE record SET sealed = %s, key_id = %s WHERE id = %s", [moved, other, record.id])
    shown = seal(key, value, bound_to=opening_bound(2, "doc"), random=small.ctx.random)
    as_administrator("UPDATE opening SET sealed = %s WHERE seq = 2 AND field = 'doc'", [shown])
    found(verify(small.ctx), "document_mismatch", f"record id {record.id} seq 2", "key")


def test_a_text_nobody_recorded_is_named(lived_in: Desk) -> None:
    text = SealedText.objects.first()
    SealedText.objects.create(id="c" * 32, key_id=text.key_id, field="note", ciphertext=text.ciphertext)
    found(verify(lived_in.ctx), "item_added", "sealed_text id " + "c" * 32)


def test_a_reading_without_a_leaf_is_named_when_it_is_late(lived_in: Desk) -> None:
    text = SealedText.objects.first()
    open_texts([text.id], actor=SYSTEM, purpose="curiosity", ctx=lived_in.ctx)
    assert verify(later(lived_in.ctx, minutes=20)).findings == ()
    seq = ReadRow.objects.count() - 1
    found(verify(later(lived_in.ctx, minutes=40)), "reads_mismatch", f"read_row seq {seq}", "no leaf")


def test_every_opening_and_pseudonym_is_checked(lived_in: Desk) -> None:
    for opening in Opening.objects.exclude(field="doc"):
        write = "UPDATE opening SET sealed = %s WHERE seq = %s AND field = %s"
        where = [opening.seq, opening.field]
        as_administrator(write, [flipped(bytes(opening.sealed), 20), *where])
        found(verify(lived_in.ctx), "opening_mismatch", f"opening seq {opening.seq} field {opening.field}")
        as_administrator(write, [bytes(opening.sealed), *where])
    as_administrator("DELETE FROM opening WHERE field = 'item.1'")
    found(verify(lived_in.ctx), "opening_missing", "opening seq 6 field item.1")
    names = list(Pseudonym.objects.all())
    as_administrator("UPDATE pseudonym SET sealed = %s", [flipped(bytes(names[0].sealed), 5)])
    found(verify(lived_in.ctx), "opening_mismatch", f"pseudonym lookup {bytes(names[0].lookup).hex()}")


def test_a_rewritten_tail_contradicts_the_signed_checkpoint(small: Desk, tmp_path: Path) -> None:
    """The administrator drops the last leaves and lets the program grow the log again with others."""
    outside = tmp_path / "checkpoint"
    outside.write_bytes(make_checkpoint(small.ctx).note)
    size = LedgerEntry.objects.count()
    _cut_last_leaf()
    found(verify(small.ctx, against=outside), "rollback_detected", str(outside))
    found(verify(small.ctx), "rollback_detected", f"ledger_checkpoint size {size}")
    with recording(actor=SYSTEM, ctx=small.ctx, purpose="again") as r:
        r.add(type="lead.disposed", key=ORGANISATION, body={"other": True})
    found(verify(small.ctx), "fork_detected", f"ledger_checkpoint size {size}")
    found(verify(small.ctx, against=outside), "fork_detected", str(outside))


def _cut_last_leaf() -> None:
    from evenhand.ledger.store import Head
    from evenhand.ledger.tree import extend

    hashes = [bytes(entry.leaf_hash) for entry in LedgerEntry.objects.order_by("seq")][:-1]
    head = extend(Head(), hashes)
    as_administrator("DELETE FROM ledger_entry WHERE seq = %s", [len(hashes)])
    as_administrator("DELETE FROM read_window_row")
    as_administrator("DELETE FROM opening WHERE seq = %s", [len(hashes)])
    as_administrator("DELETE FROM record WHERE seq = %s", [len(hashes)])
    as_administrator("UPDATE ledger_tile SET hashes = %s", [b"".join(hashes)])
    as_administrator("UPDATE ledger_head SET size = %s, frontier = %s", [head.size, head.packed])


@pytest.mark.parametrize("content", [None, b"", b"not a note", b"\xff"])
def test_an_unreadable_other_copy_is_a_question_of_usage(small: Desk, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "note").write_bytes(content)
    with pytest.raises(UsageError, match="no checkpoint"):
        verify(small.ctx, against=tmp_path / "note")


def test_without_the_key_service_the_fold_is_unverifiable(lived_in: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_KEY_SOCKET", str(lived_in.home.root / "keys" / "nobody"))
    report = verify(lived_in.ctx)
    found(report, "no_key", "not compared")
    assert (report.verdict, report.exit_code) == ("unverifiable", 4)
    as_administrator("DELETE FROM ledger_entry WHERE seq = 1")
    assert verify(lived_in.ctx).exit_code == 1, "failed is worse than unverifiable"


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE ledger_entry SET leaf_hash = 'text' WHERE seq = 1", "ledger_entry id 1"),
        ("UPDATE ledger_entry SET data = CAST(data AS TEXT) WHERE seq = 1", "ledger_entry id 1"),
        ("UPDATE ledger_head SET frontier = 7", "ledger_head id 1"),
        ("UPDATE record SET sealed = 'text' WHERE seq = 4", "record id"),
        ("UPDATE record SET key_id = hex(zeroblob(1000000)) WHERE seq = 4", "record id"),
        ("UPDATE sealed_text SET key_id = hex(zeroblob(1000000))", "sealed_text id"),
        ("UPDATE read_row SET seq = 9007199254740993 WHERE seq = 1", "read_row id 9007199254740993"),
        ("UPDATE read_row SET at = '2026-03-02 09:00:00.000001' WHERE seq = 1", "read_row seq 1"),
        ("UPDATE read_row SET at = '0000-03-02 09:00:00' WHERE seq = 1", "read_row id 1"),
        ("UPDATE ledger_head SET size = 'many'", "ledger_head id 1"),
        ("UPDATE ledger_entry SET leaf_hash = x'00' WHERE seq = 4", "ledger_entry seq 4"),
        ("UPDATE ledger_tile SET hashes = x'00'", "ledger_tile level 0"),
        ("UPDATE ledger_tile SET level = 60", "ledger_tile level"),
        ("UPDATE record SET sealed = x'' WHERE seq = 4", "record id"),
        ("UPDATE read_row SET at = 'never' WHERE seq = 1", "read_row id 1"),
        ("UPDATE read_row SET previous = 'x' WHERE seq = 1", "read_row id 1"),
        ("UPDATE key_seat SET valid_from = '!'", "key_seat id"),
        ("UPDATE key_seat SET role = CAST(x'ff6f' AS TEXT)", "key_seat id"),
        ("UPDATE key_seat SET role = x'6f'", "key_seat id"),
        ("UPDATE opening SET sealed = 'x' WHERE seq = 4", "opening id 4 doc"),
        ("UPDATE opening SET sealed = x'00' WHERE seq = 4", "seq 4"),
        ("UPDATE ledger_checkpoint SET note = 'nonsense'", "ledger_checkpoint"),
        ("UPDATE ledger_checkpoint SET made_at = 'noon'", "ledger_checkpoint id 9"),
        ("UPDATE sealed_text SET ciphertext = x''", "sealed_text id"),
    ],
)
def test_values_of_the_wrong_kind_are_named_and_end_nothing(small: Desk, statement: str, place: str) -> None:
    assert as_administrator(statement) >= 1
    for report in (verify(small.ctx), audit(small.ctx)):
        assert any(place in finding.place for finding in report.findings), report.findings
        assert report.exit_code == 1


def test_a_dropped_trigger_is_named(small: Desk) -> None:
    from evenhand.web.record.guards import schema_changes

    with schema_changes(connection):
        connection.cursor().execute("DROP TRIGGER record_no_update")
    found(verify(small.ctx), "triggers_changed", "record_no_update", "missing")


def test_the_report_is_plain_json(small: Desk) -> None:
    as_administrator("UPDATE key_seat SET role = 'auditor'")
    report = verify(small.ctx)
    assert json.loads(json.dumps(report.as_json()))["verdict"] == "failed"
    assert last_check(small.home)["findings"][0]["reason"] == "projection_mismatch"


@pytest.mark.slow
def test_rows_beyond_the_head_are_named_and_stop_an_append_in_words(small: Desk) -> None:
    ctx = small.ctx
    make_checkpoint(ctx)
    key = b'{"act":"system","at":"2026-11-23T02:00:00Z","last":5,"n":"%s","t":"key.revoked","v":1,"vkey":"%s"'
    data = key % (b"A" * 22, str(keyring(small.home)[0]).encode()) + b',"why":"key_theft"}'
    for further in (90_000, 0):
        size = DjangoStore(connection).head().size
        seq = size + further
        as_administrator("DELETE FROM ledger_entry WHERE seq >= %s", [size])
        as_administrator("INSERT INTO ledger_entry VALUES (%s, %s, %s)", [seq, leaf_hash(data), data])
        for report in (verify(ctx), audit(ctx)):
            assert ("entry_mismatch", f"ledger_entry seq {seq}") in [(f.reason, f.place) for f in report.findings]
            assert "keyring.json" not in [f.place for f in report.findings], "a row beyond the head is no leaf"
    with pytest.raises(AppendRefused, match=f"ledger_entry seq {size}.*ledger verify"):
        rotate_key(ctx)


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"hello", b"{}", b"\xff", b"[1]"])
def test_a_damaged_keyring_is_named_with_its_file(desk: Desk, content: bytes) -> None:
    path = desk.home.log_key.with_name("keyring.json")
    path.write_bytes(content)
    assert [(f.reason, f.place) for f in verify(desk.ctx).findings] == [("malformed", str(path))]


@pytest.mark.slow
def test_a_head_too_large_and_checkpoints_that_are_gone_are_said_in_one_voice(desk: Desk) -> None:
    as_administrator("DELETE FROM ledger_checkpoint")
    found = verify(desk.ctx).findings
    assert [f.reason for f in found] == ["no_checkpoint", "no_checkpoint"]
    assert not any("yet" in f.words for f in found), "one was signed: the next line says so"
    as_administrator("UPDATE ledger_head SET size = 9999")
    assert all(f.place for f in verify(desk.ctx).findings)

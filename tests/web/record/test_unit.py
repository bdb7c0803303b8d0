"""T-TX: state, documents and leaves, all or none; one append; the right errors, early."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from tests.databases import Desk

from evenhand.errors import UsageError
from evenhand.ledger import Draft, append
from evenhand.ledger.checking import Verdict, check_log, worst
from evenhand.ledger.errors import AppendRefused, LeafRefused
from evenhand.web.record import store as store_module
from evenhand.web.record import writing
from evenhand.web.record.ids import ORGANISATION, SYSTEM, DocumentId
from evenhand.web.record.models import KeySeat, LedgerEntry, LedgerHead, Opening, Record, SealedText
from evenhand.web.record.queries import log_store
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.store import DjangoStore
from evenhand.web.record.unit import Recorder, recording


def dispose(desk: Desk, r: Recorder, word: str) -> DocumentId:
    return r.add(type="lead.disposed", key=ORGANISATION, obj=desk.ctx.new_id(), body={"word": word})


def seat(desk: Desk, r: Recorder) -> str:
    return grant_seat(r, key=ORGANISATION, actor=desk.ctx.new_id(), role="officer", since=desk.ctx.now())


def sizes() -> tuple[int, int, int, int]:
    return (
        LedgerHead.objects.get().size,
        LedgerEntry.objects.count(),
        Record.objects.count(),
        KeySeat.objects.count(),
    )


def test_a_document_becomes_a_leaf_and_a_sealed_record(any_desk: Desk) -> None:
    with recording(actor=SYSTEM, ctx=any_desk.ctx, purpose="test") as r:
        document = dispose(any_desk, r, "used")
        assert r.acknowledged == ()
    assert [(w.document, w.index) for w in r.acknowledged] == [(document, 2)]
    record = Record.objects.get(id=document)
    assert record.seq == 2
    assert b"used" not in bytes(record.sealed)
    assert Opening.objects.filter(seq=2).count() == 1
    assert b'"act":"system"' in bytes(LedgerEntry.objects.get(seq=2).data)


def test_nested_verbs_join_and_append_once(any_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    appends = []
    real = writing.append
    monkeypatch.setattr(writing, "append", lambda *a: appends.append(len(a[1])) or real(*a))
    with recording(actor=SYSTEM, ctx=any_desk.ctx, purpose="outer") as r:
        first = dispose(any_desk, r, "one")
        with recording(actor=SYSTEM, ctx=any_desk.ctx, purpose="inner") as inner:
            second = dispose(any_desk, inner, "two")
        third = dispose(any_desk, r, "three")
    assert appends == [3]
    assert [w.document for w in r.acknowledged] == [first, second, third]
    assert inner.acknowledged == r.acknowledged


@pytest.mark.parametrize("where", ["outer", "end", "commit"])
def test_a_raise_leaves_nothing(any_desk: Desk, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sizes()
    with monkeypatch.context() as patch:
        if where == "end":
            patch.setattr(DjangoStore, "set_head", _raise)
        if where == "commit":
            patch.setattr(type(connections["default"]), "_commit", _cannot_commit)
        with (
            pytest.raises((ZeroDivisionError, OperationalError)),
            recording(actor=SYSTEM, ctx=any_desk.ctx, purpose="test") as r,
        ):
            seat(any_desk, r)
            dispose(any_desk, r, "never")
            if where == "outer":
                raise ZeroDivisionError
    assert sizes() == before
    assert r.acknowledged == ()
    _next_is_right(any_desk, before[0])


@pytest.mark.parametrize("how", ["inner recording", "savepoint", "savepoint around recording"])
def test_a_rolled_back_part_loses_rows_and_documents(any_desk: Desk, how: str) -> None:
    before = sizes()
    with recording(actor=SYSTEM, ctx=any_desk.ctx, purpose="test") as r:
        kept = dispose(any_desk, r, "kept")
        with contextlib.suppress(ZeroDivisionError):
            _doomed(any_desk, r, how)
    assert [w.document for w in r.acknowledged] == [kept]
    assert sizes() == (before[0] + 1, before[1] + 1, before[2] + 1, before[3])
    _next_is_right(any_desk, before[0] + 1)


def _doomed(desk: Desk, r: Recorder, how: str) -> None:
    if how == "savepoint":
        with transaction.atomic():
            seat(desk, r)
            dispose(desk, r, "dropped")
            raise ZeroDivisionError
    if how == "inner recording":
        with recording(actor=SYSTEM, ctx=desk.ctx, purpose="inner") as inner:
            seat(desk, inner)
            dispose(desk, inner, "dropped")
            raise ZeroDivisionError
    with transaction.atomic():
        with recording(actor=SYSTEM, ctx=desk.ctx, purpose="inner") as inner:
            seat(desk, inner)
            dispose(desk, inner, "dropped")
        raise ZeroDivisionError


def _next_is_right(desk: Desk, index: int) -> None:
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="next") as r:
        dispose(desk, r, "next")
    assert [w.index for w in r.acknowledged] == [index]
    assert check_log(log_store()) == [], "entries, tiles and head give one root"


def _raise(*_: object) -> None:
    raise ZeroDivisionError


def _cannot_commit(*_: object) -> None:
    raise OperationalError("disk I/O error")


def test_no_unit_begins_in_a_foreign_transaction(desk: Desk) -> None:
    with (
        transaction.atomic(),
        pytest.raises(UsageError, match="inside another transaction"),
        recording(actor=SYSTEM, ctx=desk.ctx, purpose="test"),
    ):
        pass


def test_nothing_is_added_after_the_end(desk: Desk) -> None:
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        dispose(desk, r, "in time")
    with pytest.raises(UsageError, match="is over"):
        dispose(desk, r, "too late")


def test_no_verb_begins_while_the_unit_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def again(*_: object) -> None:
        with recording(actor=SYSTEM, ctx=desk.ctx, purpose="again"):
            pass

    monkeypatch.setattr(DjangoStore, "put_tiles", again)
    with (
        pytest.raises(UsageError, match="being written"),
        recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r,
    ):
        dispose(desk, r, "once")


def test_append_outside_a_transaction_or_twice_is_refused(desk: Desk) -> None:
    draft = writing.Draft(type="log.audited", actor="system")
    with pytest.raises(AppendRefused):
        writing.append(DjangoStore(connection), [draft], desk.ctx)
    with transaction.atomic(), pytest.raises(AppendRefused, match="once"):
        store = DjangoStore(connection)
        writing.append(store, [draft], desk.ctx)
        writing.append(store, [draft], desk.ctx)


def test_a_unit_without_documents_appends_nothing(desk: Desk) -> None:
    before = sizes()
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="look"):
        pass
    assert sizes() == before


def test_sealed_text_without_a_document_is_refused(desk: Desk) -> None:
    with (
        pytest.raises(UsageError, match="no document says why"),
        recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r,
    ):
        seal_text(r, key=ORGANISATION, field="lead.snapshot", text="You clown")
    assert not SealedText.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"type": "lead.liked"}, "no leaf type"),
        ({"obj": "Ada"}, "obj must be 32"),
        ({"case": "14/2026"}, "case must be 32"),
        ({"body": {"score": 0.5}}, "float has no place"),
        ({"body": {"text": "\ud800"}}, "lone surrogate"),
        ({"body": {"n": 2**53}}, "beyond 2"),
        ({"body": {"naïve": 1}}, "printable ASCII"),
    ],
)
def test_what_cannot_be_recorded_is_refused_where_it_is_said(desk: Desk, fields: dict, words: str) -> None:
    whole = {"type": "lead.disposed", "key": ORGANISATION, "body": {}} | fields
    with pytest.raises(UsageError, match=words), recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        r.add(**whole)


def test_what_the_leaf_may_not_hold_is_refused_and_leaves_nothing(desk: Desk) -> None:
    before = sizes()
    with pytest.raises(LeafRefused), recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        seat(desk, r)
        r.add(type="lead.disposed", key=ORGANISATION, body={}, why="guilty")
    assert sizes() == before


def test_an_actor_has_one_name_per_key_and_another_elsewhere(desk: Desk) -> None:
    from evenhand.web.record.keys import create_key

    person = desk.ctx.new_id()
    one, other = (create_key(ctx=desk.ctx, scope=desk.ctx.new_id(), actor=person) for _ in range(2))
    for key in (one, one, other):
        with recording(actor=person, ctx=desk.ctx, purpose="test") as r:
            r.add(type="lead.disposed", key=key, body={})
    names = [bytes(e.data).split(b'"act":"')[1][:22] for e in LedgerEntry.objects.order_by("-seq")[:3]]
    assert names[1] == names[2] != names[0]
    assert person.encode() not in b"".join(names)


def test_unsafe_settings_on_the_live_connection_are_refused(desk: Desk) -> None:
    from evenhand.web.record.guards import schema_changes

    for pragma in ("synchronous=NORMAL", "foreign_keys=OFF", "secure_delete=OFF", "recursive_triggers=OFF"):
        connection.close()
        with schema_changes(connection):
            connection.connection.execute(f"PRAGMA {pragma}")
        _refuses(desk, pragma.partition("=")[0])
    connection.close()
    connection.ensure_connection()
    connection.transaction_mode = "DEFERRED"
    _refuses(desk, "IMMEDIATE")


@pytest.mark.postgresql
@pytest.mark.slow
@pytest.mark.parametrize("any_desk", ["postgresql"], indirect=True)
def test_unsafe_settings_of_the_server_are_refused(any_desk: Desk) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    _refuses(any_desk, "synchronous_commit")


@pytest.mark.postgresql
@pytest.mark.slow
@pytest.mark.parametrize("any_desk", ["postgresql"], indirect=True)
def test_under_the_lock_of_the_head_the_server_is_asked_twice(any_desk: Desk) -> None:
    said: list[str] = []

    def note(execute: Any, sql: str, *more: Any) -> Any:
        said.append(sql.strip())
        return execute(sql, *more)

    draft, size = Draft("lead.disposed", bytes(16), {"doc": bytes(32)}), LedgerHead.objects.get().size
    for count in (1, 16, 17, 300, 1):
        said.clear()
        with transaction.atomic(), connection.execute_wrapper(note):
            append(DjangoStore(connection), [draft] * count, any_desk.ctx)
        size += count
        if count <= 16:
            assert ["FOR UPDATE" in said[0], said[1][:4], len(said)] == [True, "WITH", 2]
        assert LedgerHead.objects.get().size == size
        assert worst(check_log(DjangoStore(connection))) is not Verdict.FAILED


@pytest.mark.postgresql
@pytest.mark.slow
@pytest.mark.parametrize("any_desk", ["postgresql"], indirect=True)
def test_the_tile_that_came_with_the_lock_is_not_given_out_once_it_grew(any_desk: Desk) -> None:
    draft = Draft("lead.disposed", bytes(16), {"doc": bytes(32)})
    with transaction.atomic():
        store = DjangoStore(connection)
        append(store, [draft], any_desk.ctx)
        assert store.tile(0, 0) == DjangoStore(connection).tile(0, 0)


@pytest.mark.postgresql
@pytest.mark.slow
@pytest.mark.parametrize("any_desk", ["postgresql"], indirect=True)
def test_an_append_waits_for_the_disk_whatever_the_connection_says_and_nothing_else_does(any_desk: Desk) -> None:
    def waits() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return str(cursor.fetchone()[0])

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = local")
    with transaction.atomic():
        append(DjangoStore(connection), [Draft("lead.disposed", bytes(16), {"doc": bytes(32)})], any_desk.ctx)
        assert waits() == "on"
    assert waits() == "local"


def _refuses(desk: Desk, setting: str) -> None:
    before = LedgerHead.objects.get().size
    with pytest.raises(UsageError, match=setting), recording(actor=SYSTEM, ctx=desk.ctx, purpose="test"):
        raise AssertionError("the unit must not begin")
    with pytest.raises(UsageError, match=setting), transaction.atomic():
        store_module.DjangoStore(connection).lock_head()
    assert LedgerHead.objects.get().size == before

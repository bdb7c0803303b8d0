"""Sealed text, the read log, and the windows that close it; projections and the outbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.databases import Desk

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.record import outbox, projections
from evenhand.web.record.documents import Document, canonical
from evenhand.web.record.due import register_due, run_due
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.keys import KeyRefused, create_key, destroy_key
from evenhand.web.record.models import ReadRow, ReadWindowRow, SealedText
from evenhand.web.record.readings import own_readings, readings_of, readings_of_things
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.sealed import erase_texts, open_texts, seal_text, seal_texts, search_value
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify


def sealed(desk: Desk, *texts: str) -> list[str]:
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="import") as r:
        ids = seal_texts(r, key=ORGANISATION, field="lead.snapshot", texts=texts)
        r.add(type="wave.filed", key=ORGANISATION, body={})
    return list(ids)


def at(desk: Desk, **span: float) -> Context:
    return Context(now=lambda: desk.ctx.now() + timedelta(**span), random=desk.ctx.random)


def test_text_is_ciphertext_at_rest_and_comes_back(any_desk: Desk) -> None:
    words = ["You muppet", "", "Ünïcode 🐘", "\ud800 lone"]
    ids = sealed(any_desk, *words)
    stored = b"".join(bytes(row.ciphertext) for row in SealedText.objects.all())
    assert b"muppet" not in stored
    opened = open_texts(ids, actor=SYSTEM, purpose="triage", ctx=any_desk.ctx)
    assert [opened[text] for text in ids] == words


def test_a_raw_search_of_the_database_finds_no_text(desk: Desk) -> None:
    sealed(desk, "unmistakable-marker-text")
    connection.close()
    for file in desk.home.root.rglob("*"):
        if file.is_file():
            assert b"unmistakable-marker-text" not in file.read_bytes(), file


def test_each_reading_is_one_row_before_the_text_leaves(any_desk: Desk) -> None:
    ids = sealed(any_desk, "one", "two")
    for number in (1, 2):
        open_texts([*ids, "f" * 32], actor=SYSTEM, purpose="triage", ctx=any_desk.ctx)
        assert ReadRow.objects.count() == 2 * number
    assert [row.seq for row in ReadRow.objects.order_by("seq")] == [0, 1, 2, 3]


def test_without_a_seat_nothing_is_read_and_the_attempt_is_noted(desk: Desk) -> None:
    ids, curious = sealed(desk, "one", "two"), ActorId(desk.ctx.new_id())
    with pytest.raises(KeyRefused):
        open_texts(ids, actor=curious, purpose="curiosity " * 6, ctx=desk.ctx)
    assert [(row.actor, row.object_id) for row in ReadRow.objects.order_by("seq")] == [(curious, text) for text in ids]
    assert readings_of([ORGANISATION]) == [] == own_readings(curious, since=None), "no reading"
    (asked,) = readings_of_things(ids, key=ORGANISATION, refused=True)
    assert (asked.actor, asked.texts) == (curious, 2) and asked.purpose.startswith("curiosity")
    close_read_windows(at(desk, hours=1))
    assert verify(at(desk, hours=1)).exit_code == 0, "chained and committed to as readings are"


def test_a_refusal_inside_a_transaction_or_of_a_lost_key_leaves_no_row(desk: Desk) -> None:
    ids, curious = sealed(desk, "one"), ActorId(desk.ctx.new_id())
    with pytest.raises(KeyRefused), transaction.atomic():
        open_texts(ids, actor=curious, purpose="curiosity", ctx=desk.ctx)
    key = create_key(ctx=desk.ctx)
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="import") as r:
        lost = seal_text(r, key=key, field="lead.snapshot", text="one")
        r.add(type="wave.filed", key=key, body={})
    destroy_key(key)
    with pytest.raises(KeyRefused):
        open_texts([lost], actor=curious, purpose="curiosity", ctx=desk.ctx)
    assert not ReadRow.objects.exists()


def test_no_reading_inside_a_transaction(desk: Desk) -> None:
    ids = sealed(desk, "one")
    with transaction.atomic(), pytest.raises(UsageError, match="inside a transaction"):
        open_texts(ids, actor=SYSTEM, purpose="triage", ctx=desk.ctx)


def test_windows_close_once_with_one_leaf_per_actor_key_and_purpose(any_desk: Desk) -> None:
    desk = any_desk
    ids = sealed(desk, "one", "two")
    officer = ActorId(desk.ctx.new_id())
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="seats") as r:
        grant_seat(r, key=ORGANISATION, actor=officer, role="officer", since=desk.ctx.now())
        r.add(type="role.changed", key=ORGANISATION, body={})
    for actor, purpose, minute in (
        (SYSTEM, "triage", 0), (SYSTEM, "triage", 14), (SYSTEM, "export", 1), (officer, "triage", 2),
        (SYSTEM, "triage", 15),
    ):  # fmt: skip
        open_texts(ids, actor=actor, purpose=purpose, ctx=at(desk, minutes=minute))
    assert close_read_windows(at(desk, minutes=14)) == 0
    assert close_read_windows(at(desk, minutes=16)) == 3
    assert close_read_windows(at(desk, minutes=16)) == 0
    assert ReadWindowRow.objects.count() == 8
    assert close_read_windows(at(desk, minutes=31)) == 1
    assert [f for f in verify(at(desk, minutes=31)).findings if f.verdict == "failed"] == []


def test_an_erased_text_is_absent_and_verifies(desk: Desk) -> None:
    ids = sealed(desk, "one", "two")
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="retention") as r:
        assert erase_texts(r, ids[:1]) == 1
        r.add(type="wave.filed", key=ORGANISATION, body={"erased_texts": ids[:1]})
    assert open_texts(ids, actor=SYSTEM, purpose="triage", ctx=desk.ctx) == {ids[1]: "two"}
    assert [f for f in verify(desk.ctx).findings if f.verdict == "failed"] == []


def test_a_destroyed_key_takes_its_texts_with_it(desk: Desk) -> None:
    key = create_key(ctx=desk.ctx, scope=desk.ctx.new_id())
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="import") as r:
        text = seal_text(r, key=key, field="lead.snapshot", text="You clown")
        r.add(type="wave.filed", key=key, body={})
    destroy_key(key)
    with pytest.raises(KeyRefused, match="no_key"):
        open_texts([text], actor=SYSTEM, purpose="triage", ctx=desk.ctx)
    # No leaf says that it was erased: that is an alarm.
    assert {f.reason for f in verify(desk.ctx).findings if f.verdict == "failed"} == {"opening_missing"}


def test_blind_indexes_meet_only_for_equal_values_under_one_key(desk: Desk) -> None:
    other = create_key(ctx=desk.ctx, scope=desk.ctx.new_id())
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="import") as r:
        one = search_value(r, key=ORGANISATION, field="handle", value="@ada")
        assert one == search_value(r, key=ORGANISATION, field="handle", value="@ada")
        for key, field, value in (
            (other, "handle", "@ada"),
            (ORGANISATION, "name", "@ada"),
            (ORGANISATION, "handle", "@adb"),
        ):
            assert search_value(r, key=key, field=field, value=value) != one


# Projections


def document(**fields: Any) -> Document:
    whole = {
        "id": "d" * 32, "type": "lead.disposed", "at": "2026-03-02T09:00:00Z", "actor": "system", "purpose": "p",
        "key": ORGANISATION, "case": None, "obj": None, "why": None, "ref": (), "sealed": (), "seats": (), "body": {},
        "seq": 7,
    }  # fmt: skip
    return Document(**(whole | fields))


def test_a_fold_that_cannot_read_a_document_is_a_finding(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(state: dict, document: Document) -> None:
        raise KeyError("state")

    monkeypatch.setitem(projections._REGISTRY, "key_seat", projections.Projection("key_seat", (), broken))
    folding = projections.Folding()
    folding.take(document())
    (difference,) = folding.differences()
    assert (difference.table, difference.seq) == ("key_seat", 7)
    assert "cannot be folded" in difference.words


def test_a_column_apart_is_not_compared(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="seats") as r:
        grant_seat(r, key=ORGANISATION, actor=ActorId(desk.ctx.new_id()), role="officer", since=desk.ctx.now())
        r.add(type="role.changed", key=ORGANISATION, body={})
    own = projections._REGISTRY["key_seat"]
    every = frozenset({"id", "key_id", "actor", "role", "valid_from", "valid_until"})
    monkeypatch.setitem(
        projections._REGISTRY, "key_seat", projections.Projection("key_seat", ("log.none",), own.fold, every)
    )
    assert [f.words for f in verify(desk.ctx).findings if f.reason == "projection_mismatch"] == [
        "the row is in the table but in no document"
    ]


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7))])))
def test_plain_times_do_not_depend_on_their_zone(moment: datetime) -> None:
    if moment.year in (1, 9999):
        return
    assert projections.plain(moment) == projections.plain(moment.astimezone(UTC))


LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"]))
)
NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=9)


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)))
def test_canonical_documents_are_rfc_8785(value: Any) -> None:
    import rfc8785

    assert canonical(value) == rfc8785.dumps(value)


# Outbox and due work


def test_a_job_is_there_exactly_if_its_act_is(any_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[dict] = []
    monkeypatch.setitem(outbox._JOBS, "note it", lambda payload, ctx: done.append(payload))
    for fails in (False, True):
        try:
            with recording(actor=SYSTEM, ctx=any_desk.ctx, purpose="test") as r:
                r.add(type="wave.filed", key=ORGANISATION, body={})
                r.enqueue("note it", {"fails": fails})
                if fails:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert done == []
    assert outbox.run_pending() == 1
    assert done == [{"fails": False}]
    assert outbox.run_pending() == 0


def test_an_unknown_job_is_refused_where_it_is_enqueued(desk: Desk) -> None:
    with pytest.raises(UsageError, match="no job called"), recording(actor=SYSTEM, ctx=desk.ctx, purpose="t") as r:
        r.enqueue("nothing", {})


def test_due_work_runs_by_name_and_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.web.record import due

    monkeypatch.setattr(due, "_DUE", dict(due._DUE))
    register_due("tested", lambda ctx: 3)
    assert run_due(desk.ctx)["tested"] == 3
    assert run_due(desk.ctx)["checkpoints made"] == 0

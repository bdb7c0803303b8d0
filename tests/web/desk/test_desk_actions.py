"""Putting a lead aside and taking that back: who may, when, and what the record keeps."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from tests.databases import Desk
from tests.web.desk.desk_room import Room, furnished
from tests.web.desk.test_desk_finding import wrong_tables

from evenhand.errors import UsageError
from evenhand.web.desk.actions import put_aside, take_back
from evenhand.web.desk.models import Lead
from evenhand.web.desk.words import Band, Reason, Status
from evenhand.web.record.keys import KeyRefused
from evenhand.web.record.models import Record


@pytest.fixture
def lead(room: Room) -> str:
    room.find("you idiot")
    return str(Lead.objects.get().id)


def test_a_lead_is_put_aside_with_a_reason_and_recorded(room: Room, lead: str) -> None:
    before = Record.objects.count()
    put_aside(lead=lead, reason=Reason.CRITICISM, actor=room.officer, ctx=room.later(minutes=5))
    row = Lead.objects.get()
    assert (row.status, row.reason, row.disposed_by) == ("dropped", "criticism", room.officer)
    assert row.disposed_at == room.ctx.now()
    assert Record.objects.count() == before + 1
    assert wrong_tables(room) == []


def test_it_is_put_aside_once(room: Room, lead: str) -> None:
    put_aside(lead=lead, reason=Reason.CRITICISM, actor=room.officer, ctx=room.ctx)
    before = Record.objects.count()
    with pytest.raises(UsageError, match="already been put aside"):
        put_aside(lead=lead, reason=Reason.MISREAD, actor=room.colleague, ctx=room.ctx)
    assert Lead.objects.get().reason == "criticism"
    assert Record.objects.count() == before


def test_the_same_officer_takes_it_back_in_time_and_both_acts_stay(room: Room, lead: str) -> None:
    before = Record.objects.count()
    put_aside(lead=lead, reason=Reason.MISREAD, actor=room.officer, ctx=room.ctx)
    take_back(lead=lead, actor=room.officer, ctx=room.later(minutes=9))
    row = Lead.objects.get()
    assert (row.status, row.reason, row.disposed_by, row.disposed_at) == ("waiting", None, None, None)
    assert Record.objects.count() == before + 2
    assert wrong_tables(room) == []


@pytest.mark.parametrize(("who", "minutes", "words"), [("officer", 11, "are over"), ("colleague", 1, "Somebody else")])
def test_an_undo_that_is_not_fair_changes_nothing(room: Room, lead: str, who: str, minutes: int, words: str) -> None:
    put_aside(lead=lead, reason=Reason.MISREAD, actor=room.officer, ctx=room.ctx)
    with pytest.raises(UsageError, match=words):
        take_back(lead=lead, actor=getattr(room, who), ctx=room.later(minutes=minutes))
    assert Lead.objects.get().status == Status.DROPPED


def test_nothing_is_undone_on_a_waiting_lead_and_nothing_done_on_none(room: Room, lead: str) -> None:
    with pytest.raises(UsageError, match="nothing to undo"):
        take_back(lead=lead, actor=room.officer, ctx=room.ctx)
    with pytest.raises(UsageError, match="There is no such lead"):
        put_aside(lead="0" * 32, reason=Reason.MISREAD, actor=room.officer, ctx=room.ctx)


def test_somebody_without_a_seat_on_the_persons_key_is_refused(room: Room, lead: str) -> None:
    with pytest.raises(KeyRefused):
        put_aside(lead=lead, reason=Reason.MISREAD, actor="e" * 32, ctx=room.ctx)
    assert Lead.objects.get().status == Status.WAITING


def test_a_row_changed_behind_the_record_is_named(room: Room, lead: str) -> None:
    put_aside(lead=lead, reason=Reason.CRITICISM, actor=room.officer, ctx=room.ctx)
    Lead.objects.update(reason="misread")
    assert any(lead in words and "reason" in words for words in wrong_tables(room))
    Lead.objects.update(reason="criticism")
    Lead.objects.all().delete()
    assert any("missing" in words for words in wrong_tables(room))


def test_both_databases_keep_the_same_desk(any_desk: Desk) -> None:
    room = furnished(any_desk)
    room.find("you idiot", "we will find you", "ok")
    lead = str(Lead.objects.get(band=Band.DANGER).id)
    put_aside(lead=lead, reason=Reason.FIGURE, actor=room.officer, ctx=room.later(minutes=0))
    take_back(lead=lead, actor=room.officer, ctx=room.ctx)
    assert wrong_tables(room) == []
    for wrong in ({"status": "dropped"}, {"band": 7}, {"score": 1001}, {"act": "liked"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Lead.objects.update(**wrong)

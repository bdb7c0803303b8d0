"""Sending: complete or not at all, stored as sent, in the log, rebuilt from the record, never changed."""

from __future__ import annotations

from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction
from tests.web.notices.notices_room import FIELDS, Room, findings

from evenhand.errors import UsageError
from evenhand.procedure.clocks import ServiceKind
from evenhand.procedure.notices import NoticeId
from evenhand.web.notices.actions import open_letter, send_again, served
from evenhand.web.notices.models import Attempt, Letter
from evenhand.web.notices.policy import MissingFields, NotAllowed
from evenhand.web.notices.queries import letters_of, letters_of_case
from evenhand.web.notices.words import By
from evenhand.web.record.ids import ActorId
from evenhand.web.record.keys import KeyRefused
from evenhand.web.record.models import SealedText
from evenhand.web.record.queries import log_size
from evenhand.web.record.unit import recording

pytestmark = pytest.mark.slow


def test_every_letter_is_stored_as_it_was_sent(room: Room) -> None:
    sent = [room.send(notice) for notice in FIELDS]
    for letter in sent:
        assert open_letter(letter.id, room.officer, "read a letter", room.ctx) == letter.html
    assert {letter.notice for letter in letters_of_case(room.case)} == set(FIELDS)


def test_a_letter_has_its_place_in_the_log(any_room: Room) -> None:
    party = any_room.side("respondent")
    before = log_size()
    any_room.send(NoticeId.N3, party)
    (row,) = letters_of(any_room.case, party.id)
    assert row.log_position() == before
    assert (row.notice, row.side, row.by, row.sent_at) == (NoticeId.N3, "respondent", By.PAGE, any_room.ctx.now())
    assert letters_of(any_room.case, any_room.ctx.new_id()) == []


@pytest.mark.parametrize("notice", [notice for notice in FIELDS if FIELDS[notice]])
def test_what_is_refused_leaves_nothing(room: Room, notice: NoticeId) -> None:
    before = log_size(), SealedText.objects.count()
    with pytest.raises(MissingFields):
        room.send(notice, **{next(iter(FIELDS[notice])): ""})
    with pytest.raises(NotAllowed):
        room.send(notice, who_reported="Ada Moss")
    assert (log_size(), SealedText.objects.count()) == before
    assert not Letter.objects.exists()


def test_a_refused_letter_takes_the_whole_step_with_it(room: Room) -> None:
    before = log_size()
    with pytest.raises(MissingFields), recording(actor=room.officer, ctx=room.ctx, purpose="step") as r:
        r.add(type="case.closed", key=room.key, case=room.case, body={})
        room.send(NoticeId.N10, retention_date="")
    assert log_size() == before


def test_the_record_rebuilds_letters_and_what_became_of_them(any_room: Room) -> None:
    party = any_room.side("respondent", by=By.MAIL)
    letter = any_room.send(NoticeId.N3, party)
    any_room.seat(party)
    open_letter(letter.id, ActorId(party.id), "read my letter", any_room.later(hours=1))
    with recording(actor=any_room.officer, ctx=any_room.ctx, purpose="service") as r:
        served(r, letter=letter.id, why=ServiceKind.POSTED, at=any_room.ctx.now())
        send_again(r, letter=letter.id, contact=any_room.address, ctx=any_room.ctx)
    assert findings(any_room) == []
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("UPDATE notices_letter SET party = 'x'")


@pytest.mark.parametrize("table", ["notices_letter", "notices_attempt", "notices_accepted", "notices_service"])
def test_nothing_is_changed_or_deleted_by_sql(any_room: Room, table: str) -> None:
    party = any_room.side("respondent", by=By.MAIL)
    letter = any_room.send(NoticeId.N3, party)
    from evenhand.web.record.outbox import run_pending

    run_pending()
    with recording(actor=any_room.officer, ctx=any_room.ctx, purpose="service") as r:
        served(r, letter=letter.id, why=ServiceKind.POSTED, at=any_room.ctx.now())
    key = "attempt_id" if table == "notices_accepted" else "id"
    statements = [f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}"]
    if connection.vendor == "sqlite":
        statements.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    else:
        statements.append(f"TRUNCATE {table} CASCADE")
    for statement in statements:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (1,), table
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(statement)


def test_the_leaf_commits_to_the_bytes_of_the_letter(room: Room) -> None:
    from evenhand.web.record.crypto import open_sealed
    from evenhand.web.record.documents import opening_bound
    from evenhand.web.record.keys import unwrap
    from evenhand.web.record.models import Opening

    letter = room.send(NoticeId.N2)
    seq = log_size() - 1
    row = Opening.objects.get(seq=seq, field="sent")
    key = unwrap(room.key, actor=room.officer, purpose="check")
    opened = open_sealed(key, row.sealed, bound_to=opening_bound(seq, "sent"))
    assert opened[-32:] == sha256(letter.html.encode()).digest()


def test_nothing_of_a_letter_lies_in_the_open(room: Room) -> None:
    canary = "Cormorant-On-The-Quay"
    room.send(NoticeId.N3, room.side("respondent", by=By.MAIL, code="PUFFIN-CODE"), who_complains=canary)
    raw = room.desk.home.database.read_bytes() + room.desk.home.database.with_name("desk.sqlite3-wal").read_bytes()
    assert canary.encode() not in raw
    assert b"PUFFIN-CODE" not in raw
    assert b"reader@example.org" not in raw


def test_without_a_seat_a_letter_stays_shut(room: Room) -> None:
    letter = room.send(NoticeId.N3)
    with pytest.raises(KeyRefused):
        open_letter(letter.id, ActorId(room.ctx.new_id()), "curious", room.ctx)
    with pytest.raises(UsageError, match="no such letter"):
        open_letter("f" * 32, room.officer, "curious", room.ctx)


def test_before_there_is_a_case_a_card_can_be_sent(room: Room) -> None:
    from evenhand.web.notices.actions import send

    party = room.side("complainant")
    with recording(actor=room.officer, ctx=room.ctx, purpose="danger") as r:
        send(r, notice=NoticeId.N19, case=None, number="", party=party, fields={}, ctx=room.ctx)
    assert Letter.objects.get().case_id is None
    assert findings(room) == []


def test_two_letters_never_bear_the_same_code(room: Room) -> None:
    assert room.send(NoticeId.N2).check_code != room.send(NoticeId.N2).check_code


def test_an_attempt_is_made_only_where_there_is_an_address(room: Room) -> None:
    room.send(NoticeId.N2, room.side("complainant", by=By.PAGE))
    room.send(NoticeId.N2, room.side("complainant", by=By.POST))
    assert not Attempt.objects.exists()
    room.send(NoticeId.N2, room.side("complainant", by=By.MAIL))
    assert Attempt.objects.count() == 1

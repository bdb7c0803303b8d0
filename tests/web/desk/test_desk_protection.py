"""Who is protected, and that seats on their keys follow the officer's role."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.web.desk.desk_room import Room, make_officer
from tests.web.desk.test_desk_finding import wrong_tables

from evenhand.corpus.aim import Account
from evenhand.errors import UsageError
from evenhand.web.desk.models import Protected
from evenhand.web.desk.protection import declare, declared_accounts, seat_officer, unseat_former_officers
from evenhand.web.people.actions import create_person, grant_role
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.keys import KeyRefused
from evenhand.web.record.models import KeySeat
from evenhand.web.record.sealed import open_texts


def test_name_and_handles_lie_in_no_plain_column(room: Room) -> None:
    columns = str(list(Protected.objects.values()))
    assert "Treasurer" not in columns
    assert "ben" not in columns.replace(room.ben, "")
    accounts = declared_accounts(room.ctx)
    assert accounts.owner("x", id="1002", handle=None) == room.ben
    assert wrong_tables(room) == []


@pytest.mark.parametrize(
    ("label", "accounts"),
    [(" ", [Account("x", "1")]), ("Chair", []), ("Chair", [Account("x")]), ("Chair", [Account("", "1")])],
)
def test_a_declaration_that_protects_nobody_is_refused(room: Room, label: str, accounts: list[Account]) -> None:
    with pytest.raises(UsageError, match="label and at least one account"):
        declare(label=label, accounts=accounts, actor=SYSTEM, ctx=room.ctx)
    assert Protected.objects.count() == 2


def test_an_officer_of_later_gets_the_seats_they_lack_once(room: Room) -> None:
    later = make_officer("a-third", room.ctx)
    label, key = Protected.objects.values_list("label", "key").get(id=room.ana)
    with pytest.raises(KeyRefused):
        open_texts([label], actor=later, purpose="test", ctx=room.ctx)
    keys = list(Protected.objects.values_list("key", flat=True))
    assert seat_officer(later, keys, room.ctx) == 2
    assert seat_officer(later, keys, room.ctx) == 0
    assert open_texts([label], actor=later, purpose="test", ctx=room.ctx)[label] == "Councillor, ward 3"
    assert key in keys


def test_a_role_that_ran_out_closes_the_keys(room: Room) -> None:
    person = PersonId(create_person(username="for-a-day", password="four calm words here", ctx=room.ctx).pk)
    ends = room.ctx.now() + timedelta(hours=1)
    grant_role(person=person, role=Role.OFFICER, actor=SYSTEM, ctx=room.ctx, ends=ends)
    keys = list(Protected.objects.values_list("key", flat=True))
    seat_officer(ActorId(person), keys, room.ctx)
    assert unseat_former_officers(room.ctx) == 0
    assert unseat_former_officers(room.later(hours=2)) == 2
    assert unseat_former_officers(room.ctx) == 0
    assert not KeySeat.objects.filter(actor=person, valid_until=None).exists()
    assert KeySeat.objects.filter(actor=room.officer, key_id__in=keys, valid_until=None).count() == len(keys)

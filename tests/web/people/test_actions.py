"""Roles and mandates as recorded acts: what is refused, what takes hold at once, what the fold rebuilds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.db import IntegrityError, connection, transaction
from tests.cast import sign_in, standing_cast, visitor

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.checking import Verdict
from evenhand.web.people import actions
from evenhand.web.people.actions import (
    create_person,
    end_mandate,
    end_role,
    give_missing_seats,
    grant_role,
    record_mandate,
    reset_access,
)
from evenhand.web.people.models import Grant, Mandate, User
from evenhand.web.people.queries import holders_of, roles_at
from evenhand.web.people.roles import Office, Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.documents import open_document
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.keys import unwrap
from evenhand.web.record.models import Record
from evenhand.web.record.seats import has_seat
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


def person(ctx: Context, name: str = "somebody") -> PersonId:
    return PersonId(create_person(username=name, password="four calm words here", ctx=ctx).pk)


def later(ctx: Context, **by: int) -> Context:
    now = ctx.now() + timedelta(**by)
    return replace(ctx, now=lambda: now)


def test_a_role_works_from_the_second_it_is_granted_until_the_second_it_ends(desk):
    who = person(desk.ctx)
    after = later(desk.ctx, seconds=10)
    assert roles_at(who, desk.ctx.now()) == frozenset()
    grant = grant_role(person=who, role=Role.OFFICER, actor=SYSTEM, ctx=desk.ctx)
    assert roles_at(who, desk.ctx.now()) == {Role.OFFICER}
    end_role(grant=grant, actor=SYSTEM, ctx=after)
    assert roles_at(who, after.now()) == frozenset()
    assert Grant.objects.get(pk=grant).ended_by == SYSTEM


def test_a_role_ends_once(desk):
    grant = grant_role(person=person(desk.ctx), role=Role.OFFICER, actor=SYSTEM, ctx=desk.ctx)
    end_role(grant=grant, actor=SYSTEM, ctx=desk.ctx)
    with pytest.raises(UsageError, match="no such role"):
        end_role(grant=grant, actor=SYSTEM, ctx=later(desk.ctx, seconds=1))


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (Role.SYSADMIN, Role.OFFICER),
        (Role.SYSADMIN, Role.AUDITOR),
        (Role.OFFICER, Role.SYSADMIN),
        (Role.AUDITOR, Role.OFFICER),
        (Role.OFFICER, Role.PANEL),
        (Role.CASE_KEEPER, Role.REVIEWER),
    ],
)
def test_roles_that_must_stay_apart_are_refused(desk, held, wanted):
    who = person(desk.ctx)
    grant_role(person=who, role=held, actor=SYSTEM, ctx=desk.ctx)
    with pytest.raises(UsageError, match="cannot be held together"):
        grant_role(person=who, role=wanted, actor=SYSTEM, ctx=desk.ctx)
    assert roles_at(who, desk.ctx.now()) == {held}


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.RESTRICTED])
def test_some_roles_are_never_granted(desk, role):
    with pytest.raises(UsageError, match="never granted"):
        grant_role(person=person(desk.ctx), role=role, actor=SYSTEM, ctx=desk.ctx)


def test_nobody_changes_their_own_roles_and_only_some_may_change_those_of_others(desk):
    admin, other = person(desk.ctx, "admin"), person(desk.ctx, "other")
    grant_role(person=admin, role=Role.SYSADMIN, actor=SYSTEM, ctx=desk.ctx)
    with pytest.raises(UsageError, match="their own"):
        grant_role(person=admin, role=Role.PROTECTED, actor=ActorId(admin), ctx=desk.ctx)
    with pytest.raises(UsageError, match="may not do that"):
        grant_role(person=admin, role=Role.PROTECTED, actor=ActorId(other), ctx=desk.ctx)
    grant_role(person=other, role=Role.OFFICER, actor=ActorId(admin), ctx=desk.ctx)
    assert roles_at(other, desk.ctx.now()) == {Role.OFFICER}


def test_a_refusal_leaves_no_row_and_no_document(desk):
    who = person(desk.ctx)
    grant_role(person=who, role=Role.OFFICER, actor=SYSTEM, ctx=desk.ctx)
    before = log_size()
    with pytest.raises(UsageError):
        grant_role(person=who, role=Role.OFFICER, actor=SYSTEM, ctx=desk.ctx)
    assert log_size() == before
    assert Grant.objects.count() == 1


def test_each_change_is_one_leaf(desk):
    who, before = person(desk.ctx), log_size()
    grant = grant_role(person=who, role=Role.OFFICER, actor=SYSTEM, ctx=desk.ctx)
    end_role(grant=grant, actor=SYSTEM, ctx=desk.ctx)
    mandate = record_mandate(
        person=who, office=Office.LEADER, begins=date(2026, 1, 1), ends=None, actor=SYSTEM, ctx=desk.ctx
    )
    end_mandate(mandate=mandate, ends=date(2026, 3, 2), actor=SYSTEM, ctx=desk.ctx)
    assert log_size() == before + 4


def test_a_mandate_restricts_on_its_days_and_no_others(desk):
    who = person(desk.ctx)
    grant_role(person=who, role=Role.OFFICER, actor=SYSTEM, ctx=desk.ctx)
    record_mandate(
        person=who, office=Office.EXECUTIVE, begins=date(2026, 3, 3), ends=date(2026, 3, 4), actor=SYSTEM,
        ctx=desk.ctx,
    )  # fmt: skip
    restricted = [Role.RESTRICTED in roles_at(who, later(desk.ctx, days=n).now()) for n in range(4)]
    assert restricted == [False, True, True, False]
    assert who in holders_of(Role.OFFICER, desk.ctx.now())
    assert who not in holders_of(Role.OFFICER, later(desk.ctx, days=1).now())


def test_a_mandate_cannot_run_backwards(desk):
    with pytest.raises(UsageError, match="cannot end before"):
        record_mandate(
            person=person(desk.ctx), office=Office.LEADER, begins=date(2026, 3, 3), ends=date(2026, 3, 1),
            actor=SYSTEM, ctx=desk.ctx,
        )  # fmt: skip
    assert Mandate.objects.count() == 0


def test_resetting_a_sign_in_takes_the_old_one_away_and_is_recorded(desk):
    cast = standing_cast(desk)
    officer, before = cast["officer"], log_size()
    client = sign_in(visitor(), officer)
    assert client.get("/account/").status_code == 200
    reset_access(person=officer.person, password="four new calm words", actor=SYSTEM, ctx=desk.ctx)
    assert log_size() == before + 1
    assert client.get("/account/").status_code == 302
    answer = visitor().post("/account/login/", {"login": "officer", "password": officer.password})
    assert answer.status_code == 200
    again = visitor()
    again.post("/account/login/", {"login": "officer", "password": "four new calm words"})
    assert again.get("/desk")["Location"].startswith("/account/second-step/set-up/")
    assert differences() == []


def test_an_account_needs_a_free_and_proper_name(desk):
    person(desk.ctx, "taken")
    for name in ("taken", "TAKEN", "no spaces", ""):
        with pytest.raises(UsageError, match="cannot be used"):
            person(desk.ctx, name)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("people_grant", "ended_by = 'somebody'"),
        ("people_grant", "ends = '2020-01-01 00:00:00'"),
        ("people_grant", "role = 'public'"),
        ("people_mandate", "office = 'gardener'"),
        ("people_mandate", "ended_at = '2026-03-02 09:00:00'"),
        ("people_mandate", "ends = '2020-01-01'"),
    ],
)
def test_the_database_refuses_half_facts_by_raw_sql(any_desk, table, change):
    who = person(any_desk.ctx)
    grant_role(person=who, role=Role.OFFICER, actor=SYSTEM, ctx=any_desk.ctx)
    record_mandate(person=who, office=Office.LEADER, begins=date(2026, 1, 1), ends=None, actor=SYSTEM, ctx=any_desk.ctx)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {change}")


def test_the_documents_rebuild_the_rows(desk):
    cast = standing_cast(desk)
    officer = Grant.objects.get(person=cast["officer"].person)
    end_role(grant=officer.pk, actor=SYSTEM, ctx=later(desk.ctx, seconds=5))
    leader = Mandate.objects.get()
    end_mandate(mandate=leader.pk, ends=date(2026, 3, 2), actor=SYSTEM, ctx=desk.ctx)
    assert differences() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda: Grant.objects.filter(role=Role.OFFICER).update(role=Role.DPO),
        lambda: Grant.objects.filter(role=Role.AUDITOR).delete(),
        lambda: Mandate.objects.update(person="0" * 32),
        lambda: User.objects.filter(username="officer").update(username="officer2"),
        lambda: User.objects.filter(username="outsider").update(is_active=False),
        lambda: User.objects.filter(username="outsider").update(made_at=datetime(2026, 1, 1, tzinfo=UTC)),
        lambda: User.objects.filter(username="outsider").delete(),
        lambda: User.objects.create(id="f" * 32, username="sly", made_at=datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_row_changed_behind_the_record_is_noticed(desk, change):
    standing_cast(desk)
    change()
    assert [found for found in differences() if found.startswith("people_")]


def test_no_sign_in_name_stands_in_a_document(desk):
    person(desk.ctx, "a-telling-name")
    for _, data in documents():
        assert b"a-telling-name" not in data
        assert b"four calm words" not in data


def test_rows_and_documents_say_the_same_second_however_slow_the_machine_is(desk):
    seconds = count()
    slow = replace(desk.ctx, now=lambda: desk.ctx.now() + timedelta(seconds=next(seconds)))
    who = person(slow)
    end_role(grant=grant_role(person=who, role=Role.OFFICER, actor=SYSTEM, ctx=slow), actor=SYSTEM, ctx=slow)
    mandate = record_mandate(
        person=who, office=Office.LEADER, begins=date(2026, 1, 1), ends=None, actor=SYSTEM, ctx=slow
    )
    end_mandate(mandate=mandate, ends=date(2026, 3, 2), actor=SYSTEM, ctx=slow)
    assert differences() == []


def documents() -> list[tuple[str, bytes]]:
    """Return (id, canonical bytes) of every document under the organisation's key."""
    data_key = unwrap(ORGANISATION, actor=SYSTEM, purpose="test")
    return [(row.id, open_document(data_key, row.id, bytes(row.sealed))) for row in Record.objects.all()]


def log_size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry")
        return int(cursor.fetchone()[0])


def differences() -> list[str]:
    """Return what the quick check finds wrong with the tables."""
    report = verify(Context.system())
    return [f"{f.place} {f.words}" for f in report.findings if f.verdict is Verdict.FAILED]


def test_a_role_that_has_a_seat_by_now_gets_it_and_loses_it_with_the_role(desk, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(actions, "WRITES_FOR_THE_ORGANISATION", frozenset())
        who, gone = person(desk.ctx), person(desk.ctx, "another")
        grant = grant_role(person=who, role=Role.DPO, actor=SYSTEM, ctx=desk.ctx)
        end_role(grant=grant_role(person=gone, role=Role.DPO, actor=SYSTEM, ctx=desk.ctx), actor=SYSTEM, ctx=desk.ctx)
    now = later(desk.ctx, days=1)
    assert not has_seat(ORGANISATION, ActorId(who), now.now())
    assert [give_missing_seats(now), give_missing_seats(now)] == [1, 0]
    assert has_seat(ORGANISATION, ActorId(who), now.now()) and not has_seat(ORGANISATION, ActorId(gone), now.now())
    end_role(grant=grant, actor=SYSTEM, ctx=now)
    assert not has_seat(ORGANISATION, ActorId(who), later(desk.ctx, days=1, seconds=1).now())
    assert verify(desk.ctx).exit_code == 0

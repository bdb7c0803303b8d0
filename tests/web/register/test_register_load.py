"""Loading the register: all or nothing, nothing readable in the database, what is missing is asked about first."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from tests.web.register.register_room import NAMES, ROWS, ask, later, loaded, people, register

from evenhand.errors import Ambiguous, UsageError
from evenhand.ledger.checking import Verdict
from evenhand.membership import MembershipResult
from evenhand.web.record.keys import living_keys, unwrap
from evenhand.web.record.verify import verify
from evenhand.web.register.actions import load, preview
from evenhand.web.register.keys import register_key
from evenhand.web.register.models import Account, Load, Member

pytestmark = pytest.mark.slow


def test_a_register_is_loaded_once_and_the_second_time_changes_nothing(any_desk):
    who = people(any_desk)
    seen = preview(register=register(), actor=who.officer, ctx=any_desk.ctx)
    assert Load.objects.count() == 0 and len(living_keys()) == 1
    done = load(register=register(), actor=who.officer, ctx=any_desk.ctx)
    assert done == seen
    assert (done.members, done.stretches, done.added, done.changed, done.missing) == (6, 7, 6, 0, 0)
    texts = set(Member.objects.values_list("text", flat=True))
    again = load(register=register(), actor=who.officer_2, ctx=later(any_desk.ctx, hours=1))
    assert (again.added, again.changed, again.unchanged) == (0, 0, 6)
    assert set(Member.objects.values_list("text", flat=True)) == texts
    assert verify(any_desk.ctx).verdict is Verdict.VERIFIED


def test_a_change_replaces_the_text_and_erases_the_old_one(desk):
    who = loaded(desk)
    before = dict(Member.objects.values_list("id", "text"))
    rows = [ROWS[0].replace("harbour_voice_qvh", "harbour_tide_qvh"), *ROWS[1:], "Q100042,2026-01-01,,,,,New Member"]
    done = load(register=register(*rows), actor=who.officer, ctx=later(desk.ctx, hours=1))
    assert (done.added, done.changed, done.missing) == (1, 1, 0)
    changed = [m for m, text in Member.objects.values_list("id", "text") if before.get(m) not in {None, text}]
    assert len(changed) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sealed_text WHERE id = %s", [before[changed[0]]])
        assert cursor.fetchone() == (0,)
    assert ask(desk, who, "x:harbour_tide_qvh").result is MembershipResult.BOTH
    assert ask(desk, who, "x:harbour_voice_qvh").member is None
    assert verify(desk.ctx).verdict is Verdict.VERIFIED


def test_members_who_are_missing_are_asked_about_first(desk):
    who = loaded(desk)
    with pytest.raises(Ambiguous, match="3 members of the register are not in this file"):
        load(register=register(*ROWS[:4]), actor=who.officer, ctx=desk.ctx, remove_missing=False)
    assert Member.objects.count() == 6
    rows = [*ROWS[:4], ROWS[-1]]
    done = load(register=register(*rows), actor=who.officer, ctx=later(desk.ctx, hours=1), remove_missing=True)
    assert done.missing == 2 and Member.objects.count() == 4
    assert Account.objects.filter(member__in=Member.objects.all()).count() == Account.objects.count() == 5
    assert verify(desk.ctx).verdict is Verdict.VERIFIED


def test_a_file_with_refused_rows_loads_nothing(desk):
    who = people(desk)
    with pytest.raises(UsageError, match="row 3"):
        load(register=register(ROWS[0], "Q2,03/04/2020,,,,,"), actor=who.officer, ctx=desk.ctx)
    with pytest.raises(UsageError, match="no member"):
        load(register=register("  "), actor=who.officer, ctx=desk.ctx)
    assert Load.objects.count() == Member.objects.count() == 0


@pytest.mark.parametrize("name", ["keeper", "auditor", "chair"])
def test_who_may_not_load(desk, name):
    who = people(desk)
    with pytest.raises(UsageError, match="may not load"):
        load(register=register(), actor=getattr(who, name), ctx=desk.ctx)


def test_nothing_of_a_member_can_be_read_from_the_database(desk):
    loaded(desk)
    connection.close()
    dump = b"".join(path.read_bytes() for path in desk.home.root.glob("desk.sqlite3*"))
    for name in NAMES:
        assert name.encode() not in dump, name
    assert b"2015-04-01" not in dump


def test_only_those_with_a_seat_open_the_key(desk):
    who = loaded(desk)
    key = register_key()
    assert key is not None
    for actor in (who.officer, who.officer_2):
        assert unwrap(key, actor=actor, purpose="test")
    for actor in (who.keeper, who.auditor, who.chair):
        with pytest.raises(UsageError, match="no seat"):
            unwrap(key, actor=actor, purpose="test")


def test_a_row_changed_behind_the_record_is_found(desk):
    loaded(desk)
    Account.objects.all().delete()
    assert verify(desk.ctx).verdict is Verdict.FAILED


def test_the_day_from_which_the_file_knows_former_members_is_kept(desk):
    who = people(desk)
    load(register=register(), actor=who.officer, ctx=desk.ctx, known_since=date(2010, 1, 1))
    assert ask(desk, who, "x:harbour_voice_qvh", on=date(2009, 1, 1)).result is MembershipResult.UNDETERMINED
    assert ask(desk, who, "x:harbour_voice_qvh", on=date(2011, 1, 1)).result is MembershipResult.MEMBER_NOW


def test_many_members_come_in_portions(desk, monkeypatch):
    monkeypatch.setattr("evenhand.web.register.actions.PORTION", 3)
    who = people(desk)
    load(register=register(), actor=who.officer, ctx=desk.ctx)
    rows = [each.replace("2018", "2017") for each in ROWS[1:]]
    load(register=register(*rows), actor=who.officer, ctx=later(desk.ctx, hours=1), remove_missing=True)
    assert verify(desk.ctx).verdict is Verdict.VERIFIED

"""Looking up: exact or not at all, one case, a purpose, two people, each reading logged before anything is opened."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import connection, transaction
from tests.web.register.register_room import CASE, NUMBER, ask, loaded, people

from evenhand.errors import UsageError
from evenhand.membership import Band, MembershipResult
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.models import ReadRow, Record
from evenhand.web.record.unit import recording
from evenhand.web.register.lookup import commitments, look_up
from evenhand.web.register.members import FactKind, contact_of, fact_digest, fact_holds, second_fact

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("account", "on", "result"),
    [
        ("x:harbour_voice_qvh", date(2026, 2, 1), MembershipResult.BOTH),
        ("x:@Harbour_Voice_qvh", date(2026, 2, 1), MembershipResult.BOTH),
        ("x:harbour_voice_qvh", date(2015, 3, 31), MembershipResult.MEMBER_NOW),
        ("x:old_lock_qvh", date(2019, 6, 29), MembershipResult.BOTH),
        ("x:old_lock_qvh", date(2020, 1, 1), MembershipResult.MEMBER_NOW),
        ("x:gone_qvh", date(2025, 1, 1), MembershipResult.DECEASED),
        ("x:id=4711", date(2026, 2, 1), MembershipResult.BOTH),
        ("bluesky:id=did:plc:abc", date(2026, 2, 1), MembershipResult.BOTH),
        ("x:shared_qvh", date(2026, 2, 1), MembershipResult.UNDETERMINED),
        ("x:nobody_qvh", date(2026, 2, 1), MembershipResult.UNDETERMINED),
        ("bluesky:harbour_voice_qvh", date(2026, 2, 1), MembershipResult.UNDETERMINED),
    ],
)
def test_what_the_register_says_of_an_account(desk, account, on, result):
    assert ask(desk, loaded(desk), account, on=on).result is result


def test_bands_and_fields(desk):
    who = loaded(desk)
    by_handle = ask(desk, who, "x:harbour_voice_qvh")
    assert (by_handle.band, by_handle.agreeing) == (Band.DECLARED_HANDLE, ("platform", "handle"))
    by_number = ask(desk, who, number="Q100007")
    assert (by_number.band, by_number.agreeing, by_number.member) == (Band.EXACT_ID, ("member_id",), by_handle.member)
    unknown = ask(desk, who, number="Q999999")
    assert (unknown.band, unknown.result, unknown.member) == (Band.NONE, MembershipResult.UNDETERMINED, None)
    several = ask(desk, who, "x:shared_qvh")
    assert several.disagreeing == ("declared_by_several",) and several.member is None
    assert json.loads(by_handle.evidence())["band"] == "declared_handle"
    assert "harbour" not in by_handle.evidence()


def test_a_reading_is_logged_with_the_case_before_anything_opens(desk):
    who = loaded(desk)
    ask(desk, who, "x:harbour_voice_qvh")
    (row,) = ReadRow.objects.filter(actor=who.officer_2)
    assert row.purpose == f"look-up for case {NUMBER}"
    log = (desk.home.key_store.parent / "unwrap.log").read_text()
    assert f"look-up for case {NUMBER}" in log
    ask(desk, who, "x:nobody_qvh")
    assert ReadRow.objects.filter(actor=who.officer_2).count() == 1


def test_a_look_up_never_runs_inside_a_transaction(desk):
    who = loaded(desk)
    with pytest.raises(UsageError, match="transaction"), transaction.atomic():
        ask(desk, who, "x:harbour_voice_qvh")


def test_the_leaf_commits_to_purpose_and_approver(desk):
    who = loaded(desk)
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="membership check") as r:
        r.add(
            type="lookup.made", key=ORGANISATION, case=CASE, body={},
            commitments=commitments("why", who.keeper),
        )  # fmt: skip
    assert Record.objects.count() > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"purpose": "  "}, "needs a purpose"),
        ({"approver": "actor"}, "second person"),
        ({"approver": "system"}, "second person"),
        ({"approver": "auditor"}, "cannot approve"),
        ({"approver": "chair"}, "cannot approve"),
        ({"actor": "auditor"}, "may not look"),
        ({"actor": "chair"}, "may not look"),
        ({"account": ""}, "one account or one membership number"),
        ({"member_ref": "Q1"}, "one account or one membership number"),
        ({"account": "harbour_voice_qvh"}, "no declared account"),
        ({"number": "12"}, "number of its case"),
    ],
)
def test_what_a_look_up_needs(desk, change, words):
    who = loaded(desk)
    asked = {
        "number": NUMBER, "on_day": date(2026, 2, 1), "purpose": "p", "approver": who.keeper, "actor": who.officer,
        "ctx": desk.ctx, "account": "x:harbour_voice_qvh",
    }  # fmt: skip
    people_of = {"actor": who.officer, "system": SYSTEM, "auditor": who.auditor, "chair": who.chair}
    asked |= {name: people_of.get(value, value) for name, value in change.items()}
    with pytest.raises(UsageError, match=words):
        look_up(**asked)
    assert not ReadRow.objects.exists()


def test_without_a_register_a_look_up_says_so(desk):
    with pytest.raises(UsageError, match="no register"):
        ask(desk, people(desk), "x:harbour_voice_qvh")


def test_the_second_fact_and_the_contact_of_a_member(desk):
    who = loaded(desk)
    member = ask(desk, who, number="Q100007").member
    assert member is not None
    fact = second_fact(member, actor=who.officer, purpose="second fact", ctx=desk.ctx)
    assert (fact.kind, fact.answer) == (FactKind.NUMBER_END, "0007")
    short = ask(desk, who, number="B1").member
    assert short is not None
    assert second_fact(short, actor=who.officer, purpose="second fact", ctx=desk.ctx).answer == "1999"
    contact = contact_of(member, actor=SYSTEM, purpose="send a notice", ctx=desk.ctx)
    assert (contact.name, contact.email) == ("Mirelda Toskett", "q100007@members.example")
    party = "9" * 32
    kept = fact_digest(party, fact.answer)
    assert fact_holds(party, " 00-07 ", kept)
    assert not fact_holds(party, "0008", kept) and not fact_holds("8" * 32, "0007", kept)
    for actor in (who.keeper, who.auditor, who.chair):
        with pytest.raises(UsageError, match="Only officers look into the register"):
            contact_of(member, actor=actor, purpose="curiosity", ctx=desk.ctx)
    with pytest.raises(UsageError, match="not in the register any more"):
        contact_of("f" * 32, actor=who.officer, purpose="send a notice", ctx=desk.ctx)


def test_an_officer_who_joined_after_the_load_looks_up_at_once_and_a_former_one_does_not(desk):
    from evenhand.web.people.actions import create_person, end_role, grant_role
    from evenhand.web.people.roles import Role
    from evenhand.web.people.standing import PersonId
    from evenhand.web.record.ids import ActorId

    who = loaded(desk)
    new = PersonId(create_person(username="officer_9", password="four calm words here", ctx=desk.ctx).pk)
    grant = grant_role(person=new, role=Role.OFFICER, actor=SYSTEM, ctx=desk.ctx)
    again = {"number": NUMBER, "on_day": date(2026, 2, 1), "purpose": "p", "approver": who.keeper, "ctx": desk.ctx}
    assert look_up(actor=ActorId(new), account="x:harbour_voice_qvh", **again).member
    end_role(grant=grant, actor=SYSTEM, ctx=desk.ctx)
    with pytest.raises(UsageError, match="may not look"):
        look_up(actor=ActorId(new), account="x:harbour_voice_qvh", **again)
    assert connection.vendor

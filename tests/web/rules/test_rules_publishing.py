"""Publishing a code: two people in two roles, nothing published is ever changed, no rule for a deed already done."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from tests.web.rules.rules_room import Signers, at, code, digests, signers, version

from evenhand.codes import builtin, builtin_text, digest
from evenhand.errors import UsageError
from evenhand.ledger.checking import Verdict
from evenhand.web.people.queries import standing_of
from evenhand.web.record.models import Record
from evenhand.web.record.verify import verify
from evenhand.web.rules.actions import Kind, approve, propose, publish_code, withdraw
from evenhand.web.rules.models import Clause, CodeVersion, Proposal
from evenhand.web.rules.queries import clause_text, clauses_on, code_versions, codes_on, open_proposals

pytestmark = pytest.mark.slow
TODAY = "2026-03-02"  # of the fixture ctx


@pytest.fixture
def who(desk) -> Signers:
    return signers(desk)


def publish(text: str, who: Signers, ctx) -> tuple[str, ...]:
    return publish_code(text=text, first_signer=who.officer, second_signer=who.keeper, ctx=ctx)


def test_two_people_in_two_sessions_publish_a_code(desk, who):
    text = code(version("1", TODAY))
    proposal = propose(kind=Kind.CODE, text=text, actor=who.officer, ctx=desk.ctx)
    assert code_versions() == () and [each.id for each in open_proposals()] == [proposal]
    assert approve(proposal=proposal, actor=who.keeper, ctx=desk.ctx) == tuple(digests(text))
    (published,) = code_versions("harbour")
    assert (published.first_signer, published.second_signer) == (who.officer, who.keeper)
    assert open_proposals() == ()
    (clause,) = clauses_on(date(2026, 3, 2))
    assert clause.id == f"{published.id}:1.1" and "Nobody calls a member a clown" in clause.text
    assert clause_text(clause.id) == clause
    assert clauses_on(date(2026, 3, 1)) == ()


def test_the_leaf_of_an_adoption_shows_the_digest_and_the_record_holds(desk, who):
    publish(builtin_text("quillhaven"), who, desk.ctx)
    code_of = builtin("quillhaven")
    assert [each.id for each in code_versions()] == [digest("quillhaven", each) for each in code_of.versions]
    assert verify(desk.ctx).verdict is Verdict.VERIFIED
    assert Clause.objects.count() == sum(len(each.clauses) for each in code_of.versions)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("officer", "officer", "nobody signs twice"),
        ("officer", "officer_2", "the same role"),
        ("officer", "auditor", "may not sign"),
        ("auditor", "keeper", "may not sign"),
        ("chair", "keeper", "may not sign"),
        ("keeper", "chair", "may not sign"),
    ],
)
def test_who_may_not_sign_together(desk, who, first, second, words):
    with pytest.raises(UsageError, match=words):
        publish_code(
            text=code(version("1", TODAY)), first_signer=getattr(who, first), second_signer=getattr(who, second),
            ctx=desk.ctx,
        )  # fmt: skip
    assert CodeVersion.objects.count() == Proposal.objects.count() == 0


def test_a_first_signer_who_lost_the_role_no_longer_counts(desk, who):
    from evenhand.web.people.actions import end_role
    from evenhand.web.people.models import Grant
    from evenhand.web.record.ids import SYSTEM

    proposal = propose(kind=Kind.CODE, text=code(version("1", TODAY)), actor=who.officer, ctx=desk.ctx)
    end_role(grant=Grant.objects.get(person=who.officer).pk, actor=SYSTEM, ctx=desk.ctx)
    assert not standing_of(who.officer, at=desk.ctx.now(), second_step=True).roles
    with pytest.raises(UsageError, match="may not sign"):
        approve(proposal=proposal, actor=who.keeper, ctx=desk.ctx)


def test_a_proposal_is_settled_once(desk, who):
    proposal = propose(kind=Kind.CODE, text=code(version("1", TODAY)), actor=who.officer, ctx=desk.ctx)
    withdraw(proposal=proposal, actor=who.officer, ctx=desk.ctx)
    with pytest.raises(UsageError, match="does not wait"):
        approve(proposal=proposal, actor=who.keeper, ctx=desk.ctx)
    assert verify(desk.ctx).verdict is Verdict.VERIFIED


def test_a_text_with_faults_is_not_even_proposed(desk, who):
    broken = code(version("1", TODAY)).replace("A clown", "").replace('most = { wrote = "L3", shared = "L1" }', "")
    with pytest.raises(UsageError, match="code of conduct"):
        propose(kind=Kind.CODE, text=broken, actor=who.officer, ctx=desk.ctx)
    assert Record.objects.filter(seq__gte=0).count() == Record.objects.count()


def test_what_is_published_is_never_something_else(desk, who):
    publish(code(version("1", TODAY)), who, desk.ctx)
    with pytest.raises(UsageError, match="says something else"):
        publish(code(version("1", TODAY, word="a muppet")), who, desk.ctx)
    with pytest.raises(UsageError, match="published already"):
        publish(code(version("1", TODAY)), who, desk.ctx)


def test_a_new_version_ends_the_one_before_it_without_changing_it(desk, who):
    one = version("1", TODAY)
    publish(code(one), who, desk.ctx)
    before = CodeVersion.objects.values().get(version="1")
    later = at(desk.ctx, desk.ctx.now() + timedelta(days=10))
    publish(code(version("2", "2026-06-01", published="2026-03-12", word="an idiot")), who, later)
    assert CodeVersion.objects.values().get(version="1") == before
    first, second = code_versions()
    assert (first.until, second.until) == (date(2026, 5, 31), None)
    assert [each.version for each in codes_on(date(2026, 5, 31))] == ["1"]
    assert [each.version for each in codes_on(date(2026, 6, 1))] == ["2"]
    assert clauses_on(date(2026, 5, 31))[0].until == date(2026, 5, 31)


def test_no_rule_is_made_for_a_deed_already_done(desk, who):
    publish(code(version("1", TODAY)), who, desk.ctx)
    later = at(desk.ctx, desk.ctx.now() + timedelta(days=30))
    with pytest.raises(UsageError, match="before today"):
        publish(code(version("2", "2026-03-20", published="2026-03-10")), who, later)
    with pytest.raises(UsageError, match="before today"):
        publish(code(version("1", "2020-01-01"), slug="another"), who, later)
    with pytest.raises(UsageError, match="not after the published version"):
        publish(code(version("0", "2026-01-01", until=TODAY), version("1", TODAY)), who, desk.ctx)


def test_rules_of_earlier_days_come_in_with_the_first_publication(desk, who):
    publish(code(version("0", "2024-01-01", until=TODAY), version("1", TODAY)), who, desk.ctx)
    assert [each.version for each in codes_on(date(2025, 5, 5))] == ["0"]


@pytest.mark.parametrize("table", ["rules_code_version", "rules_clause"])
def test_raw_sql_changes_no_published_row(any_desk, table):
    publish(code(version("1", TODAY)), signers(any_desk), any_desk.ctx)
    for statement in (f"UPDATE {table} SET in_force_from = '2020-01-01'", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_raw_sql_cannot_publish_with_one_signature(any_desk):
    who = signers(any_desk)
    proposal = propose(kind=Kind.CODE, text=code(version("1", TODAY)), actor=who.officer, ctx=any_desk.ctx)
    for statement in (
        "UPDATE rules_proposal SET outcome = 'published', settled_by = proposed_by, settled_at = proposed_at",
        "UPDATE rules_proposal SET outcome = 'published'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert approve(proposal=proposal, actor=who.keeper, ctx=any_desk.ctx)


def test_an_edited_text_is_found_and_not_used(desk, who):
    publish(code(version("1", TODAY)), who, desk.ctx)
    from evenhand.web.record.guards import schema_changes

    with schema_changes(connection), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER rules_code_version_no_update")
        cursor.execute("UPDATE rules_code_version SET text = replace(text, 'a clown', 'a muppet')")
    from evenhand.web.rules.queries import _code_of

    _code_of.cache_clear()
    with pytest.raises(UsageError, match="not what was signed"):
        clauses_on(date(2026, 3, 2))
    assert verify(desk.ctx).verdict is not Verdict.VERIFIED

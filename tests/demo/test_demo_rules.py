"""What the fictional organisation published holds: both lints pass, the pool fills every seat from two bodies."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from evenhand import codes
from evenhand.context import Context
from evenhand.demo import generate
from evenhand.demo.crowd import Account, crowd
from evenhand.demo.generator import SEED
from evenhand.demo.owners import owners
from evenhand.demo.rules import BODIES, TRAINING_DAYS, code_text, letters, pool, procedure_text
from evenhand.membership import MemberRef, match_declared, read_register
from evenhand.procedure import choices
from evenhand.web.people.cast import CAST, COMPANY

DAYS = (date(2026, 1, 28), date(2024, 12, 31), date(2027, 2, 28))


@pytest.mark.parametrize("day", DAYS)
def test_the_procedure_has_no_fault_on_the_day_it_is_published(day):
    text = procedure_text(day)
    assert choices.lint(text, today=day) == []
    said = choices.load(text)
    assert said.id == "quillhaven" and said.in_force_from == said.published == day
    assert set(said.pool.appointed_by) == set(BODIES)


@pytest.mark.parametrize("day", DAYS)
def test_the_code_has_no_fault(day):
    assert codes.lint(code_text(), today=day) == []
    assert len(codes.load(code_text()).versions) == 3


def test_the_pool_is_of_the_cast_and_each_outside_kind_has_two_bodies():
    seats = pool(DAYS[0])
    assert {seat.username for seat in seats} <= {part.username for part in (*CAST, *COMPANY)}
    assert Counter(seat.kind for seat in seats) == {
        "unit": 4, "legal": 3, "expert": 3, "lay": 3, "review": 2, "charge": 2,
    }  # fmt: skip
    for kind in ("legal", "expert", "lay", "review", "charge"):
        assert {seat.appointed_by for seat in seats if seat.kind == kind} == set(BODIES), kind
    assert all((seat.trained_until - seat.trained_on).days == TRAINING_DAYS for seat in seats)


@pytest.mark.slow
def test_some_authors_are_found_in_the_register_and_most_are_not(tmp_path):
    written = generate(tmp_path, ctx=Context.repeatable("demo", datetime(2026, 6, 1, tzinfo=UTC)), posts=500)
    register = read_register(written.register).whole()
    people = crowd(written.organisation, SEED, datetime(2026, 6, 1, tzinfo=UTC))
    owning = {owner.reason: owner.account for owner in owners(people)}

    def found(account: Account) -> MemberRef | None:
        return match_declared(account.handle, "x", register.declared, account_id=account.id).member_ref

    assert found(owning["member who writes abuse"]) and found(owning["former member"])
    assert found(owning["namesake of a protected person"]) is None
    known = sum(found(account) is not None for account in people.regulars[:400])
    assert 0 < known < 40


def test_the_letters_name_the_address_the_demo_is_served_at() -> None:
    assert tomllib.loads(letters(8123))["site"] == "http://localhost:8123"

"""Roles, separations and permissions are data: complete, in plain words, and consistent with each other."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.web.people.cast import CAST, COMPANY
from evenhand.web.people.permissions import CARRIED_BY, LEFT_WHEN_RESTRICTED, PERMISSIONS, Permission
from evenhand.web.people.policy import check_grant, may
from evenhand.web.people.reference import roles_page
from evenhand.web.people.roles import OFFICES, ROLES, SEPARATIONS, Office, Role, clash, require_mfa
from evenhand.web.people.standing import NOBODY, PersonId, Standing

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "roles.md"
SOMEBODY = PersonId("a" * 32)
role_sets = st.frozensets(st.sampled_from(Role))


def test_every_role_says_what_it_does_and_must_never_do():
    assert set(ROLES) == set(Role)
    for about in ROLES.values():
        assert all(len(str(words)) > 4 for words in (about.name, about.does, about.never))
        assert str(about.does).endswith(".") and str(about.never).endswith(".")


def test_every_permission_and_office_has_words():
    assert set(PERMISSIONS) == set(CARRIED_BY) == set(Permission)
    assert set(OFFICES) == set(Office)


def test_the_reference_page_is_what_the_data_say():
    assert REFERENCE.read_text() == roles_page(), "run: make docs"
    for word in [*Role, *Permission, *Office]:
        assert f"`{word}`" in roles_page(), word


def test_whoever_reads_content_needs_a_second_step():
    assert [role for role, about in ROLES.items() if about.reads_content and not about.second_step] == []


def test_the_system_administrator_meets_no_role_that_reads_content():
    for role, about in ROLES.items():
        if about.reads_content:
            assert clash(role, frozenset({Role.SYSADMIN})), role
            assert not CARRIED_BY[Permission.SEE_LEADS] & {Role.SYSADMIN}


@given(st.sampled_from(Role), st.sampled_from(Role))
def test_separations_hold_both_ways(one, other):
    assert bool(clash(one, frozenset({other}))) == bool(clash(other, frozenset({one})))


@given(role_sets, st.sampled_from(Permission), st.booleans())
def test_a_restricted_person_may_only_what_is_left(roles, permission, second_step):
    standing = Standing(SOMEBODY, roles | {Role.RESTRICTED}, second_step)
    assert not may(standing, permission) or permission in LEFT_WHEN_RESTRICTED


@given(role_sets, st.sampled_from(Permission))
def test_a_role_that_needs_the_second_step_carries_nothing_before_it(roles, permission):
    before = Standing(SOMEBODY, frozenset(r for r in roles if require_mfa(r)) - {Role.RESTRICTED}, False)
    assert not may(before, permission)


@given(role_sets, st.sampled_from(Permission), st.booleans())
def test_fewer_roles_never_open_more(roles, permission, second_step):
    for fewer in combinations(roles - {Role.RESTRICTED}, max(len(roles) - 1, 0)):
        if may(Standing(SOMEBODY, frozenset(fewer), second_step), permission):
            assert may(Standing(SOMEBODY, roles - {Role.RESTRICTED}, second_step), permission)


@given(st.lists(st.sampled_from(Role), max_size=8))
def test_grants_one_by_one_never_bring_together_what_must_stay_apart(wanted):
    held: frozenset[Role] = frozenset()
    for role in wanted:
        try:
            check_grant(role=role, held=held)
        except UsageError:
            continue
        held |= {role}
    assert not [(a, b) for a, b in combinations(held, 2) for rule in SEPARATIONS if rule.forbids(a, b)]


@pytest.mark.parametrize("permission", Permission)
def test_nobody_signed_in_may_nothing(permission):
    assert not may(NOBODY, permission)


def test_the_cast_breaks_no_separation_and_covers_what_it_is_for():
    for part in (*CAST, *COMPANY):
        assert not [rule for a, b in combinations(part.roles, 2) for rule in SEPARATIONS if rule.forbids(a, b)]
    names = {part.username for part in CAST}
    assert len({part.username for part in (*CAST, *COMPANY)}) == len(CAST) + len(COMPANY)
    assert names >= {
        "protected", "delegate", "complainant", "respondent", "chair", "officer", "auditor", "sysadmin", "outsider",
    }  # fmt: skip

"""Which clause, by the version of that day; else today's, and since when it holds."""

from __future__ import annotations

from datetime import date

import pytest

from evenhand.codes import ActType, Category, builtin
from evenhand.own_archive.rules import Rules

CODE = builtin("quillhaven")
TODAY = date(2026, 3, 2)


def ruling(day: date | None, category: Category = Category.INSULT, act: ActType = ActType.WROTE):
    return Rules(CODE, TODAY).of([category], act, day)


@pytest.mark.parametrize("version", sorted(CODE.versions, key=lambda each: each.start))
def test_the_version_of_that_day_is_asked(version) -> None:
    (first, *_) = ruling(version.start)
    assert (first.version, first.is_older) == (version.number, False)


def test_before_the_first_version_nothing_was_a_rule() -> None:
    start = min(version.start for version in CODE.versions)
    (first, *_) = ruling(date(2000, 1, 1))
    assert (first.is_older, first.since, first.version) == (True, start, Rules(CODE, TODAY).today.number)


def test_an_act_the_clause_does_not_name_is_no_conduct_under_it() -> None:
    tone = Rules(builtin("general"), TODAY)
    assert tone.of([Category.INCIVILITY], ActType.WROTE, TODAY)
    assert tone.of([Category.INCIVILITY], ActType.SHARED, TODAY) == ()
    assert tone.of([Category.PROFANITY], ActType.WROTE, TODAY) == ()


def test_the_gravest_comes_first_and_each_clause_once() -> None:
    found = Rules(builtin("general"), TODAY).of(
        [Category.INSULT, Category.ABUSE, Category.INCIVILITY, Category.THREAT], ActType.WROTE, TODAY
    )
    assert [each.clause.number for each in found] == ["2.2", "2.1", "5.1"]


def test_without_a_day_today_s_version_is_shown_as_such() -> None:
    (first, *_) = ruling(None, act=ActType.LIKED)
    assert (first.is_undated, first.is_older) == (True, False)


def test_what_a_clause_said_then_is_given_only_where_it_differs() -> None:
    rules = Rules(CODE, TODAY)
    newest = rules.today.number
    assert all(rules.text_on(clause.number, newest) is None for clause in rules.today.clauses)
    assert rules.text_on(rules.today.clauses[0].number, "no such version") is None

"""Which version, clauses and examples on which day."""

from datetime import date

import pytest

from evenhand.codes import (
    ActType,
    Category,
    NotInForce,
    Rung,
    builtin,
    builtin_slugs,
    builtin_text,
    clauses_for,
    digest,
    in_force,
    lint,
    pending,
)
from evenhand.errors import UsageError

QUILLHAVEN = builtin("quillhaven")


def test_every_shipped_code_is_without_fault():
    for slug in builtin_slugs():
        assert lint(builtin_text(slug), today=date(2030, 1, 1)) == []


def test_there_is_a_general_code_and_the_demonstration_code():
    assert builtin_slugs() == ("general", "quillhaven")


@pytest.mark.parametrize(
    ("on", "number"),
    [
        (date(2021, 3, 1), "1"),
        (date(2023, 6, 30), "1"),
        (date(2023, 7, 1), "2"),
        (date(2024, 9, 30), "2"),
        (date(2024, 10, 1), "3"),
        (date(2040, 1, 1), "3"),
    ],
)
def test_a_version_begins_on_its_first_day_and_ends_before_the_next(on, number):
    assert in_force(QUILLHAVEN, on).number == number


def test_before_the_first_version_nothing_was_in_force():
    with pytest.raises(NotInForce, match=r"quillhaven: no version was in force on 2021-02-28.*from 2021-03-01"):
        in_force(QUILLHAVEN, date(2021, 2, 28))


def test_the_demonstration_code_has_no_definition_then_seven_examples_then_eleven():
    counted = []
    for on in (date(2022, 1, 1), date(2024, 1, 1), date(2025, 1, 1)):
        version = in_force(QUILLHAVEN, on)
        adopted = sum(example.counts_on(on) for example in version.examples)
        counted.append((len(version.definitions), len(version.examples), adopted))
    assert counted == [(0, 0, 0), (1, 11, 7), (1, 11, 11)]


def test_a_category_leads_to_the_clauses_of_the_version_in_force():
    assert [clause.number for clause in clauses_for(QUILLHAVEN, "threat", on=date(2025, 1, 1))] == ["2.2"]
    assert clauses_for(QUILLHAVEN, Category.PROFANITY, on=date(2025, 1, 1)) == ()


def test_an_unknown_category_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match=r"no category 'rudeness'.*Choose one of: abuse"):
        clauses_for(QUILLHAVEN, "rudeness", on=date(2025, 1, 1))


def test_liking_is_graded_below_writing_in_every_shipped_clause():
    for slug in builtin_slugs():
        for version in builtin(slug).versions:
            for clause in version.clauses:
                wrote = clause.most[ActType.WROTE]
                assert all(rung.height <= wrote.height for rung in clause.most.values())


def test_criticism_has_a_clause_of_its_own_under_which_nothing_follows():
    for slug in builtin_slugs():
        for version in builtin(slug).versions:
            first = version.clauses[0]
            assert set(first.most.values()) == {Rung.NOTHING}
            assert not any(first.number in numbers for numbers in version.categories.values())


def test_what_was_not_yet_in_force_is_named():
    early = pending(QUILLHAVEN, date(2022, 1, 1))
    assert [version.number for version in early.versions] == ["2", "3"]
    assert [start for _definition, start in early.definitions] == [date(2023, 7, 1)]
    assert len(early.examples) == 11
    between = pending(QUILLHAVEN, date(2024, 1, 1))
    assert [(example.number, start) for example, start in between.examples] == [
        (number, date(2024, 10, 1)) for number in ("8", "9", "10", "11")
    ]
    assert between.definitions == ()
    assert pending(QUILLHAVEN, date(2025, 1, 1)).versions == ()


def test_the_three_versions_have_three_digests():
    assert len({digest("quillhaven", version) for version in QUILLHAVEN.versions}) == 3


def test_an_unknown_built_in_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="general, quillhaven"):
        builtin("../general")

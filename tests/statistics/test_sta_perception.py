"""The perception gap refuses rather than flatters; some sentences are never printed (PROCEDURE §10.3, §10.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from evenhand.errors import UsageError
from evenhand.statistics import (
    Actual,
    Survey,
    SurveyStatistic,
    Unit,
    never_printed,
    perception_gap,
    printable,
    question,
)

MEAN = Survey(value=34, statistic=SurveyStatistic.MEAN, base=61, base_words="had heard of it")
COMPLAINTS = Actual(673, 500_000, Unit.CASE, "2015 to 2019")
OWN = Survey(
    value=8, statistic=SurveyStatistic.MEDIAN, base=100, quartiles=(2, 20), dont_know=30, never_heard=10, n=1_002,
    mode="online panel", fieldwork=(date(2026, 1, 5), date(2026, 1, 9)), weighting="age and region",
)  # fmt: skip
PEOPLE = Actual(120, 48_000, Unit.SUBJECT, "2025")


def test_the_worked_check():
    gap = perception_gap(MEAN, COMPLAINTS)
    assert gap.labels[0] == "mean"
    assert gap.labels[1].startswith("base 61 %")
    assert "unit mismatch: complaints, not subjects" in gap.labels
    assert any("673 per 500,000 (0.13 %)" in label for label in gap.labels)
    assert gap.ratio is None and gap.ratio_interval is None
    assert gap.difference == pytest.approx(34 - 0.1346)


@pytest.mark.parametrize(
    ("survey", "actual", "lacking"),
    [
        (replace(MEAN, base=None), COMPLAINTS, "base"),
        (replace(MEAN, statistic=None), COMPLAINTS, "statistic"),
        (MEAN, replace(COMPLAINTS, unit=None), "unit"),
    ],
)
def test_without_base_statistic_or_unit_nothing_is_drawn(survey, actual, lacking):
    with pytest.raises(UsageError, match=f"nothing is drawn: the {lacking}"):
        perception_gap(survey, actual)


def test_people_beside_people_have_a_ratio_with_its_interval():
    gap = perception_gap(OWN, PEOPLE)
    assert gap.ratio == pytest.approx(8 / 0.25)
    assert gap.ratio_interval[0] < gap.ratio < gap.ratio_interval[1]
    assert gap.difference_interval[0] < gap.difference < gap.difference_interval[1]
    assert not any("mismatch" in label or "not stated" in label for label in gap.labels)
    assert "not how often" in gap.captions[0]


def test_a_mean_stands_only_beside_the_median():
    gap = perception_gap(replace(MEAN, median=5.0), PEOPLE)
    assert gap.guessed == 5 and gap.labels[0] == "median" and "mean 34, beside the median" in gap.labels


def test_what_a_survey_does_not_state_is_printed():
    assert "not stated: median, quartiles" in perception_gap(MEAN, PEOPLE).labels[-1]
    assert OWN.lacking() == ()


def test_nobody_counted_gives_no_ratio():
    gap = perception_gap(OWN, replace(PEOPLE, count=0))
    assert gap.ratio is None and gap.ratio_interval is None


@pytest.mark.parametrize("survey", [replace(MEAN, value=134), replace(MEAN, base=-1)])
def test_impossible_numbers_are_refused(survey):
    with pytest.raises(UsageError, match="cannot be"):
        perception_gap(survey, PEOPLE)


def test_the_question_is_asked_word_for_word():
    assert question("insult", "2025") == (
        "Out of every 100 members, how many do you think had a complaint of insult made against them in 2025?"
    )
    with pytest.raises(UsageError):
        question("", "2025")


@pytest.mark.parametrize(
    "sentence",
    [
        "The conviction rate was 4 %.",
        "There were 20 expulsions out of 600 complaints.",
        "One dossier made up a share of 40 % of all complaints.",
        "Most evidence was dismissed.",
        "The public believes that 34 in 100 are guilty.",
        "Voters think it is common.",
    ],
)
def test_sentences_that_are_never_printed(sentence):
    assert never_printed(sentence)
    with pytest.raises(UsageError):
        printable(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "In 2025, 40 items of evidence were dismissed, out of 300 items received.",
        "In 2025, about 20 people complained about, out of about 120, ended with: expulsion.",
        "The median guess was 8 in 100, base 61 %.",
    ],
)
def test_sentences_that_may_be_printed(sentence):
    assert printable(sentence) == sentence

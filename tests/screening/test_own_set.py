"""The own evaluation set: complete, labelled twice, far from the training material, its agreement computed right."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from tests.screening._likeness import near_equals

from evenhand.screening.own_text import sentences
from evenhand.screening.verdict import Frame, Target

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def own_set() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCHMARKS))
    from own_set import reading

    yield reading
    sys.path.remove(str(BENCHMARKS))


def test_there_are_at_least_five_hundred_different_posts(own_set: ModuleType) -> None:
    texts = own_set.texts()
    assert len(texts) >= 500
    assert len({text.casefold() for text in texts.values()}) == len(texts)


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_pass_labels_every_post_once_by_the_guideline(own_set: ModuleType, name: str) -> None:
    labels = own_set.labels(name)
    assert labels.keys() == own_set.texts().keys()
    for number, row in labels.items():
        assert {row[key] for key in ("abuse", "threat", "incivility")} <= {"0", "1"}, number
        assert Frame(row["frame"]), number
        assert Target(row["target"]), number
        assert row["threat"] == "0" or row["abuse"] == "1", number  # a threat is abuse by the guideline


def test_every_key_has_enough_of_both_answers(own_set: ModuleType) -> None:
    posts = own_set.own_posts()
    for key, least in (("abuse", 100), ("threat", 50), ("incivility", 150)):
        assert sum(getattr(post, key) is True for post in posts) >= least
        assert sum(getattr(post, key) is False for post in posts) >= 200


def test_a_post_counts_only_where_both_passes_agree(own_set: ModuleType) -> None:
    one, other = own_set.labels("a"), own_set.labels("b")
    differ = [number for number in one if one[number]["incivility"] != other[number]["incivility"]]
    assert differ
    assert {post.incivility for post in own_set.own_posts() if post.id in differ} == {None}


def test_kappa(own_set: ModuleType) -> None:
    # The textbook table: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no gives .4.
    one = ["y"] * 25 + ["n"] * 25
    other = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    assert own_set.kappa(one, other) == pytest.approx(0.4)
    assert own_set.kappa(one, one) == 1
    assert own_set.kappa(["y", "y"], ["y", "y"]) == 1
    assert own_set.kappa(["y", "n"], ["n", "y"]) == -1


def test_the_agreement_is_printed_with_what_it_is_worth(own_set: ModuleType, capsys) -> None:
    own_set.main()
    printed = capsys.readouterr().out
    for key, (value, _) in own_set.agreement().items():
        assert f"{key:11} kappa {value:.3f}" in printed
        assert value >= 0.6
    assert "must not be quoted as agreement between people" in (BENCHMARKS / "own_set" / "README.md").read_text("utf-8")


@pytest.mark.slow
def test_no_post_equals_or_nearly_equals_a_training_sentence(own_set: ModuleType) -> None:
    written = [one.text for one in sentences()]
    assert list(near_equals(list(own_set.texts().values()), written)) == []

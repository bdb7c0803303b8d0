from __future__ import annotations

import pytest

from evenhand.screening.wording import MANY, ONE, worded
from evenhand.screening.words import group_of_word
from evenhand.text import normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("muslims are here", "christians are here"),
        ("a muslim wrote it", "a christian wrote it"),
        ("she said her husband lied to himself", "he said his wife lied to herself"),
        ("my mother and my son", "my father and my daughter"),
        ("mr dale", "ms dale"),
        ("the left-wing lot", "the right-wing lot"),
    ],
)
def test_listed_counterparts_read_the_same(one: str, other: str) -> None:
    assert worded(normalise(one)).text == worded(normalise(other)).text


def test_one_and_many_stay_apart() -> None:
    assert worded(normalise("women")).text == MANY
    assert worded(normalise("woman")).text == ONE


def test_no_group_word_is_left() -> None:
    for word in group_of_word():
        assert word not in worded(normalise(f"say {word} now")).text.split()


@pytest.mark.parametrize("text", ["blacksmith", "womanly", "hers-and-such", "gayle", "theory", "sherry"])
def test_words_that_only_begin_alike_stay(text: str) -> None:
    assert ONE not in worded(normalise(text)).text
    assert MANY not in worded(normalise(text)).text


def test_offsets_stay_those_of_the_original() -> None:
    text = "🙂 The Muslims there, @somebody and HER idiot friend https://example.org"
    view = worded(normalise(text))
    at = view.text.index("idiot")
    begin, end = view.original(at, at + 5)
    assert text[begin:end] == "idiot"
    at = view.text.index(MANY)
    begin, end = view.original(at, at + 1)
    assert text[begin:end] == "Muslims"
    assert len(view.text) == len(view.begins) == len(view.ends)


def test_the_sign_of_a_place_is_no_account_name() -> None:
    assert worded(normalise("lunch @ Mill Bridge")).text == "lunch at mill bridge"
    assert worded(normalise("lunch @ Mill Bridge"), 1).text == "lunch @ mill bridge"
    assert worded(normalise("lunch @rowan")).text == "lunch @"

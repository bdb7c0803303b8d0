from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from evenhand.screening.training.disguise import WAYS, disguised, unpunctuated

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=14)


@given(WORDS, st.integers(0, 10**6))
def test_every_way_gives_a_word_that_begins_or_ends_alike(word: str, seed: int) -> None:
    for way in WAYS:
        hidden = way(word, random.Random(seed))
        assert hidden
        assert hidden != "" and len(hidden) >= len(word) - 1
        assert hidden[-1] == word[-1] or way.__name__ in {"_leet"}


def test_strong_words_are_hidden_first() -> None:
    draw = random.Random(3)
    for _ in range(50):
        hidden = disguised("everybody knows that this treasurer is an idiot", draw)
        if " " in hidden and "everybody knows that" in hidden:
            assert "treasurer" in hidden or "idiot" not in hidden


def test_the_same_draw_gives_the_same_disguise() -> None:
    text = "you are a pathetic clown and everybody knows"
    assert disguised(text, random.Random(5)) == disguised(text, random.Random(5))


@given(st.text(max_size=60), st.integers(0, 99))
def test_any_text_can_be_disguised(text: str, seed: int) -> None:
    assert isinstance(disguised(text, random.Random(seed)), str)


def test_punctuation_is_gone() -> None:
    assert not set(unpunctuated('He said: "no, never!" (twice?)')) & set('.,!?;:"()')

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from evenhand.screening.training.disguise import ONE_IN, WAYS, disguised, some_disguised, unpunctuated
from evenhand.screening.training.rows import Part, Row

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=14)


@given(WORDS, st.integers(0, 10**6))
def test_every_way_gives_a_word_that_begins_or_ends_alike(word: str, seed: int) -> None:
    for way in WAYS:
        hidden = way(word, random.Random(seed))
        assert hidden
        assert hidden != "" and len(hidden) >= len(word) - 1
        assert hidden[-1] == word[-1] or way.__name__ in {"_leet"}


def test_a_strong_word_is_hidden_more_often_than_any_other() -> None:
    draw, left = random.Random(3), Counter[str]()
    words = ["everybody", "treasurer", "remembers", "idiot"]
    for _ in range(300):
        left.update(set(disguised(" ".join(words), draw).split()) & set(words))
    assert left["idiot"] < min(left[word] for word in words[:3]) / 2
    assert left["everybody"] < 300  # the others are hidden now and then


def test_the_same_draw_gives_the_same_disguise() -> None:
    text = "you are a pathetic clown and everybody knows"
    assert disguised(text, random.Random(5)) == disguised(text, random.Random(5))


@given(st.text(max_size=60), st.integers(0, 99))
def test_any_text_can_be_disguised(text: str, seed: int) -> None:
    assert isinstance(disguised(text, random.Random(seed)), str)


def test_some_rows_that_fix_thresholds_are_disguised_the_same_ones_each_time() -> None:
    rows = [Row(str(n), "own", f"treasurer {n} is an idiot", Part.DEV, {"abusive": 1}) for n in range(800)]
    some = some_disguised(rows)
    changed = [one.text != row.text for row, one in zip(rows, some, strict=True)]
    assert 0.7 / ONE_IN < sum(changed) / len(rows) < 1.3 / ONE_IN
    assert some == some_disguised(rows)
    assert [(one.id, one.part, one.labels) for one in some] == [(row.id, row.part, row.labels) for row in rows]


def test_a_row_with_marked_words_is_never_disguised() -> None:
    rows = [Row(str(n), "own", f"what an idiot, number {n}", Part.DEV, {"spans": [[8, 13]]}) for n in range(80)]
    assert some_disguised(rows) == rows


def test_punctuation_is_gone() -> None:
    assert not set(unpunctuated('He said: "no, never!" (twice?)')) & set('.,!?;:"()')

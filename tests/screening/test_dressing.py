"""What surrounds a training post never touches its words, and its spans stay on them."""

from __future__ import annotations

import random

from evenhand.screening.training.dressing import dressed
from evenhand.screening.training.examples import DRESSED, FULL_DRESS, drawn
from evenhand.screening.training.rows import Part, Row
from evenhand.text import Vocabulary

TEXT = "you utter walnut, go away"
WORDS = Vocabulary(lambda word: False, frozenset())


def test_the_words_stay_and_the_spans_stay_on_them() -> None:
    draw = random.Random(3)
    seen = set()
    for _ in range(200):
        text, spans = dressed(TEXT, [(10, 16)], draw)
        assert TEXT in text
        assert text != TEXT
        ((begin, end),) = spans or []
        assert text[begin:end] == "walnut"
        seen.add(text.replace(TEXT, "").strip()[:1])
    assert {"@", "R", ".", "#"} <= seen


def test_a_post_without_spans_keeps_none() -> None:
    assert dressed(TEXT, None, random.Random(1))[1] is None


def test_about_as_many_showings_are_dressed_as_the_table_says() -> None:
    row = Row("own:x-1-0", "own", TEXT, Part.TRAIN, {"abusive": 1})
    draw = random.Random(5)
    shown = [drawn(row, WORDS, [], draw).view.text for _ in range(600)]
    share = sum("@" in text or "#" in text or "→" in text for text in shown) / len(shown)
    assert abs(share - DRESSED) < 0.08


def test_sets_of_replies_are_left_as_they_are() -> None:
    for name in FULL_DRESS:
        row = Row("x", name, TEXT, Part.TRAIN, {"uncivil": 1})
        draw = random.Random(7)
        shown = [drawn(row, WORDS, [], draw).view.text for _ in range(100)]
        assert not any(text.startswith(("@", "rt @", ".@")) for text in shown)

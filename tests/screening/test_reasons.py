from __future__ import annotations

from evenhand.categories import Category
from evenhand.screening.reasons import quoted_words
from evenhand.screening.verdict import Span


def _quoted(text: str, *words: str) -> str:
    places = [text.index(word) for word in words]
    return quoted_words(
        text, [Span(at, at + len(word), Category.ABUSE) for at, word in zip(places, words, strict=True)]
    )


def test_words_are_quoted_once_and_bare_punctuation_never() -> None:
    assert _quoted("the grown-ups, sweetheart", "-", "sweetheart") == "‘sweetheart’"
    assert _quoted("you clown! you Clown", "clown", "Clown") == "‘clown’"
    assert _quoted("so it is 🐍", "🐍") == "‘🐍’"
    assert _quoted("well, well", ",") == ""


def test_a_long_stretch_is_shortened_and_at_most_three_are_given() -> None:
    assert len(_quoted("x" * 200, "x" * 200)) <= 62
    assert _quoted("a b c d", "a", "b", "c", "d") == "‘a’, ‘b’, ‘c’"

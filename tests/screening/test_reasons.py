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
    assert _quoted("b c d e", "b", "c", "d", "e") == "‘b’, ‘c’, ‘d’"


def test_words_that_say_nothing_where_they_stand_are_not_quoted() -> None:
    assert _quoted("Sweet of you to come in that dress, we enjoyed it", "in that dress, we") == "‘dress’"
    assert _quoted("we will be at your house on Friday", "we will be", "at your house on") == "‘your house’"
    assert _quoted("and you are a worm", "and you are", "a worm") == "‘worm’"
    assert _quoted("I will get you", "I", "will get you") == "‘will get you’"
    assert _quoted("we will be there", "we will be") == ""
    assert _quoted("Shut up. You're nothing", "You’re".replace("’", "'")) == ""
    assert _quoted("it is 🐍 and", "is 🐍 and") == "‘🐍’"


def test_the_ending_of_a_shortened_word_is_not_quoted() -> None:
    said = "Watch your back, that's all I'm saying, you’re a worm, o'clown"
    assert _quoted(said, "Watch your back", "'s", "'m") == "‘Watch your back’"
    assert not _quoted("it’s", "s")
    assert _quoted(said, "’re a worm") == "‘worm’"
    assert _quoted(said, "'m saying") == "‘saying’"
    assert _quoted("'worm' he said", "'worm'") == "‘'worm'’"
    assert _quoted("a clown's trick", "clown's") == "‘clown's’"


def test_the_word_that_names_a_group_is_quoted_with_what_it_stands_before() -> None:
    assert _quoted("Old people like you should not vote", "people") == "‘Old people’"
    assert _quoted("two old, people said", "people said") == "‘people said’"
    assert _quoted("people like you", "people") == "‘people’"


def test_words_that_the_model_and_a_rule_mark_are_quoted_once() -> None:
    said = "Hope you get cancer"
    assert _quoted(said, "Hope", "Hope you get cancer", "get cancer") == "‘Hope you get cancer’"
    assert _quoted(said, "you get cancer", "Hope you") == "‘Hope you get cancer’"
    assert _quoted(said, "Hope you get cancer", "you get") == "‘Hope you get cancer’"
    assert _quoted(said, "Hope you ", "get cancer") == "‘Hope you’, ‘get cancer’"

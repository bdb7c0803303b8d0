from __future__ import annotations

import pytest

from evenhand.text import ENGLISH, UNKNOWN, guess_language, normalise


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("You are wrong about the budget and you know it", "en"),
        ("Das ist doch nicht dein Ernst, du hast keine Ahnung", "de"),
        ("Tu ne sais pas de quoi tu parles, c'est une honte", "fr"),
        ("No sabes lo que dices, esto es una vergüenza para todos", "es"),
        ("Non sai di cosa parli, questa è una vergogna per tutti", "it"),
        ("Você não sabe o que diz, isso é uma vergonha para todos", "pt"),
        ("Je weet niet waar je het over hebt, dit is een schande", "nl"),
    ],
)
def test_function_words_tell_the_language(text: str, language: str) -> None:
    assert guess_language(normalise(text).text) == language


@pytest.mark.parametrize("text", ["это очень плохо", "这是一个坏主意", "هذا سيء جدا", "12345 !!!", ""])
def test_other_scripts_and_no_words_are_unknown(text: str) -> None:
    assert guess_language(normalise(text).text) == UNKNOWN


def test_a_short_text_of_known_words_is_taken_for_english() -> None:
    assert guess_language("utter scum", known_share=1.0) == ENGLISH


def test_unknown_words_alone_are_not_taken_for_english() -> None:
    assert guess_language("blorf gnarp wibbelt zonk druv", known_share=0.0) == UNKNOWN

"""Words after which somebody should ring: as many in each language, found however they are written, no harsh word."""

from __future__ import annotations

import pytest

from evenhand.procedure.distress import distress_phrases, in_distress
from evenhand.procedure.lexicon import LOCALES


@pytest.mark.parametrize("locale", LOCALES)
def test_each_phrase_is_found_however_it_is_written(locale: str) -> None:
    assert len(set(distress_phrases(locale))) == len(distress_phrases(locale)) == len(distress_phrases("en"))
    for phrase in distress_phrases(locale):
        plain = phrase.replace("*", "s")
        for text in (f"I say: {plain}.", plain.upper(), plain.replace(" ", "\n"), plain.replace("'", "’")):
            assert in_distress(text), text


@pytest.mark.parametrize(
    "text",
    [
        "", "This is a disgrace, and the treasurer is a clown.", "They killed the motion. It is dead.",
        "I cannot go to the meeting on Friday.", "Das ist eine Schande, und der Kassenwart ist ein Clown.",
        "Ich kann am Freitag nicht kommen. Der Antrag ist gestorben.",
    ],
)  # fmt: skip
def test_harsh_or_plain_words_call_nobody(text: str) -> None:
    assert not in_distress(text)

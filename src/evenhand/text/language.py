"""A small, honest language identification: function words and scripts, for a handful of languages.

It answers one question, "is this English?", and says so when it cannot tell. It does not try to name every
language of the world.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, NewType

Language = NewType("Language", str)

ENGLISH: Final = Language("en")
UNKNOWN: Final = Language("und")

_WORD: Final = re.compile(r"[^\W\d_]+")
# With fewer words than this a text without function words is taken for what its known words say.
FEW_WORDS: Final = 4


@cache
def _function_words() -> dict[str, tuple[str, ...]]:
    data = tomllib.loads((files("evenhand.text") / "data" / "function_words.toml").read_text("utf-8"))
    found: dict[str, list[str]] = {}
    for language, words in data.items():
        for word in words.split():
            found.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}


@cache
def _english_only() -> frozenset[str]:
    return frozenset(word for word, languages in _function_words().items() if languages == (ENGLISH,))


def guess_language(text: str, *, known_share: float = 0.0) -> Language:
    """Return the language code of a text in normal form: 'en', another code of our lists, or 'und'.

    `known_share` is the share (0 to 1) of its words that a detector's English vocabulary knows; it decides
    where function words do not. Cost: one look-up per word.
    """
    words = _WORD.findall(text)
    if not words or in_foreign_script(text):
        return UNKNOWN
    if len(_english_only().intersection(words)) * 4 > len(words):
        return ENGLISH
    counts: dict[str, float] = {}
    table = _function_words()
    for word in words:
        languages = table.get(word, ())
        for language in languages:
            counts[language] = counts.get(language, 0.0) + 1.0 / len(languages)
    english = counts.pop(ENGLISH, 0.0)
    other = max(counts, key=lambda code: (counts[code], code), default=UNKNOWN)
    if counts and counts[other] > english and (counts[other] >= 1.5 or known_share < 0.6):
        return Language(other)
    if english > 0 or known_share >= 0.5:
        return ENGLISH if known_share >= 0.3 or english / len(words) >= 0.2 else UNKNOWN
    return ENGLISH if len(words) < FEW_WORDS and known_share > 0 else UNKNOWN


def in_foreign_script(text: str) -> bool:
    """Return whether most words of a text in normal form are written in other letters than Latin ones."""
    if text.isascii():
        return False
    words = _WORD.findall(text)
    latin = sum(word[0] < "ɐ" or "\ue000" <= word[0] < "\uf8ff" for word in words)
    return bool(latin * 2 < len(words))

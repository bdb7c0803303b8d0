"""Words after which somebody should ring (PROCEDURE §2.4). They call a person; they label and decide nothing."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from evenhand.procedure.lexicon import LOCALES, pattern_of


@cache
def distress_phrases(locale: str) -> tuple[str, ...]:
    """Return the phrases of a language."""
    text = (resources.files("evenhand.procedure") / "data" / "distress.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)[locale])


def in_distress(text: str) -> bool:
    """Return whether a text holds such words, in any of our languages. Cost: linear in the text."""
    return any(pattern_of(phrase).search(text) for locale in LOCALES for phrase in distress_phrases(locale))

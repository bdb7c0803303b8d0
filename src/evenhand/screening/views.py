"""A post as the detector reads it: its normal form, and the de-obfuscated form where that differs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from evenhand.screening.features import word_hash
from evenhand.screening.model import LinearModel
from evenhand.screening.verdict import Abstention
from evenhand.screening.words import group_of_word, hidden_words, unhidden_words
from evenhand.text import (
    ENGLISH,
    UNKNOWN,
    View,
    Vocabulary,
    deobfuscate,
    guess_language,
    in_foreign_script,
    normalise,
    unspaced,
)
from evenhand.text.forms import PLACEHOLDERS

_LETTERS: Final = re.compile(rf"[^\W\d_{PLACEHOLDERS}]")
LEAST_LETTERS: Final = 3
_SUBTAG: Final = re.compile(r"[-_]")
# Beyond this a post is read in its first part only; the reason says so nowhere because no platform we read
# allows longer posts. It bounds the work a hostile input can ask for.
LONGEST: Final = 40_000


@dataclass(frozen=True, slots=True)
class Reading:
    """A post's views: `plain` and `clear` (the same object if equal).

    `plain` is the normal form with spaced-out letters joined, `clear` the de-obfuscated one.
    """

    plain: View
    clear: View

    @property
    def views(self) -> tuple[View, ...]:
        """Return the one or two different views."""
        return (self.plain,) if self.clear is self.plain else (self.plain, self.clear)


def vocabulary(model: LinearModel) -> Vocabulary:
    """Return the words a repair may give: those the model knows, group words and words that people hide."""
    known = frozenset(model.known.tolist())
    groups, stand = group_of_word(), unhidden_words()

    @lru_cache(maxsize=1 << 15)
    def is_known(word: str) -> bool:
        return word in groups or word in stand or word_hash(word) in known

    return Vocabulary(is_known, hidden_words())


def read(text: str, words: Vocabulary) -> Reading:
    """Return both readings of a post."""
    plain = unspaced(normalise(text[:LONGEST]), words)
    return Reading(plain, deobfuscate(plain, words))


def abstention(text: str, reading: Reading, known_share: float, stated: str | None = None) -> Abstention | None:
    """Return why a post cannot be judged, or None. `known_share` is that of the clear view.

    `stated`: the tag of the language it is said to be in (BCP 47); None or "und": its words decide. What is
    stated overrules the words, never the script.
    """
    if not text.strip():
        return Abstention.NO_TEXT
    view = reading.clear.text
    letters = len(list(islice(_LETTERS.finditer(view), LEAST_LETTERS)))
    if letters == 0:
        return Abstention.LINK_OR_IMAGE_ONLY if any(c in PLACEHOLDERS for c in view) else Abstention.TOO_SHORT
    if not _is_english(view, known_share, primary(stated or UNKNOWN)):
        return Abstention.TOO_SHORT if letters < LEAST_LETTERS else Abstention.LANGUAGE_NOT_SERVED
    return Abstention.TOO_SHORT if letters < LEAST_LETTERS else None


def primary(tag: str) -> str:
    """Return the primary subtag of a BCP 47 tag in lower case: 'en' for 'en-GB'."""
    return _SUBTAG.split(tag.strip(), maxsplit=1)[0].lower()


def _is_english(view: str, known_share: float, stated: str) -> bool:
    if stated == UNKNOWN:
        return guess_language(view, known_share=known_share) == ENGLISH
    return stated == ENGLISH and not in_foreign_script(view)

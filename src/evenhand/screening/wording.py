"""A post as the encoder reads it: the normal form with group words, pronouns and placeholders made alike."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from evenhand.screening.words import group_of_word, read_data
from evenhand.text import View
from evenhand.text.forms import GROUP, LINK, MENTION, NAME, QUOTE

# One sign each, so that offsets stay; signs of the tokeniser's vocabulary that posts hardly use.
ONE: Final = "†"
MANY: Final = "‡"
_SIGNS: Final = str.maketrans({MENTION: "@", NAME: "@", LINK: "→", GROUP: ONE, QUOTE: "…"})
# How a post is worded and cut into windows. It is part of a model's id and rises whenever the same weights would give
# another score; an older package is read as it was trained: 1 took the "@" before a place for an account name.
READING: Final = 2
# "@ Mill Bridge": the sign of a place, in every second public tweet, is no account name.
_PLACE: Final = re.compile(r"(?<!\S)@(?=\s+\w)")


@cache
def _alike() -> dict[str, str]:
    """Return what each listed word is written as."""
    groups = group_of_word()
    plural = frozenset(read_data("wording")["plural"]["words"].split())
    table = {}
    for word in groups:
        many = word in plural or (word.endswith("s") and word[:-1] in groups)
        table[word] = MANY if many else ONE
    for sign, words in read_data("wording")["same"].items():
        table.update(dict.fromkeys(words.split(), sign))
    return table


@cache
def _listed() -> re.Pattern[str]:
    return re.compile(rf"\b{_tree(sorted(_alike()))}\b")


def _tree(words: list[str]) -> str:
    """Return a pattern for the sorted words that shares their common beginnings: many times faster than a list."""
    rest = [word for word in words if word]
    heads = dict.fromkeys(word[0] for word in rest)
    parts = [re.escape(head) + _tree([word[1:] for word in rest if word[0] == head]) for head in heads]
    pattern = parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})" if parts else ""
    return f"(?:{pattern})?" if pattern and len(rest) < len(words) else pattern


def worded(view: View, reading: int = READING) -> View:
    """Return the view as an encoder of that reading reads it; offsets stay those of the original. Cost: one scan."""
    table = _alike()
    view = view.replace(_listed(), lambda match: table[match.group()])
    if reading > 1 and "@" in view.text:
        view = view.replace(_PLACE, lambda _match: "at")
    text = view.text.translate(_SIGNS)
    return view if text == view.text else View(text, view.begins, view.ends)

"""Whom a flagged post is aimed at, and which kinds of group it names: word lists and two plain rules."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from evenhand.categories import Category
from evenhand.screening.verdict import Target
from evenhand.screening.words import group_of_word, read_data
from evenhand.text.forms import GROUP, MENTION

_WORD: Final = re.compile(r"[a-z\ue000-\ue00f]+(?:-[a-z]+)?")
_THIRD: Final = frozenset(["he", "she", "him", "her", "his", "hers", "himself", "herself", "hes", "shes"])
_CALLS: Final = frozenset([Category.DOXXING, Category.PILE_ON_CALL])
_PRONOUN: Final = re.compile(rf"^\s*{MENTION}|\b(?:this|that|what an?|such an?|our|the) \w+ ?\w*")


def groups_in(text: str) -> tuple[str, ...]:
    """Return the kinds of group a text in normal form names, in the order of the list."""
    table = group_of_word()
    found = {table[word] for word in _words(text) if word in table}
    if GROUP in text:
        found.add("religion")
    return tuple(kind for kind in _kinds() if kind in found)


@cache
def _kinds() -> tuple[str, ...]:
    """Return the kinds of group in the order of the word list."""
    return tuple(dict.fromkeys(group_of_word().values()))


def _words(text: str) -> list[str]:
    words = _WORD.findall(text)
    return words + [part for word in words if "-" in word for part in word.split("-")]


def target_of(text: str, flags: tuple[Category, ...], groups: tuple[str, ...]) -> Target:
    """Return whom a flagged text in normal form is aimed at.

    The reader if it speaks to 'you' or opens with a name; a group if it attacks one or names one and nobody
    else; another person for he, she or a named one; else none. Who gives an address away or calls others together
    speaks to those others: there he or she is the one it is aimed at.
    """
    words = set(_words(text))
    to_others = not set(flags).isdisjoint(_CALLS) and not words.isdisjoint(_THIRD)
    to_reader = not words.isdisjoint(_you()) or text.lstrip().startswith(MENTION)
    if Category.IDENTITY_ATTACK in flags and groups:
        return Target.GROUP
    if to_reader and not to_others:
        return Target.ADDRESSEE
    if not words.isdisjoint(_THIRD) or MENTION in text:
        return Target.OTHER
    if groups:
        return Target.GROUP
    return Target.OTHER if _PRONOUN.search(text) else Target.NONE


@cache
def _you() -> frozenset[str]:
    return frozenset(read_data("groups")["you"]["words"].split())

"""The word lists of the detector: groups, pronouns, words for the reader, strong words. Data files, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from evenhand.screening.features import Canon


@cache
def read_data(name: str) -> dict[str, Any]:
    """Return one data file of the room."""
    return tomllib.loads((files("evenhand.screening") / "data" / f"{name}.toml").read_text("utf-8"))


@cache
def canon() -> Canon:
    """Return which words become one token before anything is hashed."""
    data = read_data("groups")
    groups = [word for line in data["groups"].values() for word in line.split()]
    pronouns = [line.split() for line in data["pronouns"].values()]
    return Canon.of(groups, pronouns, data["you"]["words"].split())


@cache
def group_of_word() -> dict[str, str]:
    """Return the kind of group each group word speaks of."""
    return {word: kind for kind, line in read_data("groups")["groups"].items() for word in line.split()}


@cache
def strong_words() -> frozenset[str]:
    """Return the mild insults and hard words that are repaired when somebody hides them."""
    lines: dict[str, str] = read_data("strong")["words"]
    return frozenset(word for line in lines.values() for word in line.split())


@cache
def unhidden_words() -> frozenset[str]:
    """Return the words that look like a strong or a group word misspelt and are words of their own."""
    return frozenset(read_data("strong")["unhidden"]["words"].split())


@cache
def hidden_words() -> tuple[str, ...]:
    """Return what people hide: strong words first, then words for groups; a repair prefers them in this order."""
    groups = sorted(word for word in group_of_word() if word.isalpha())
    return (*sorted(strong_words()), *groups)

"""Texts from hand-written fragments: `{slot}` is replaced by one of the slot's lines, again and again.

The fragments are data (`data/*.toml`). They are parsed once per process; one text costs some microseconds.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from random import Random
from typing import Final

Line = tuple[tuple[str, str | None], ...]  # (literal text, slot that follows it) pairs

_SLOT: Final = re.compile(r"\{(\w+)\}")
_SENTENCE_START: Final = re.compile(r"(?:^|(?<=[.!?] )|(?<=[.!?] \"))[a-zà-ž]")
_TWICE: Final = re.compile(r"\b([Tt]he) the\b")
_ARTICLE: Final = re.compile(r"\b([Aa]) (?=[aeioAEIO]|un(?!i)|ug)")


@lru_cache(maxsize=1)
def fragments() -> Mapping[str, tuple[Line, ...]]:
    """Return every slot of the data files with its lines."""
    found: dict[str, tuple[Line, ...]] = {}
    for entry in sorted((resources.files("evenhand.demo") / "data").iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".toml"):
            for slot, lines in tomllib.loads(entry.read_text(encoding="utf-8")).items():
                found[slot] = tuple(_parse(line) for line in lines)
    return found


def _parse(line: str) -> Line:
    parts = _SLOT.split(line)
    slots = [*parts[1::2], None]
    return tuple(zip(parts[::2], slots, strict=True))


def expand(slot: str, names: Mapping[str, str], rng: Random) -> str:
    """Return one text for a slot; `names` gives the words that the post itself determines."""
    pieces: list[str] = []
    _expand(slot, names, rng, pieces)
    return "".join(pieces)


def _expand(slot: str, names: Mapping[str, str], rng: Random, pieces: list[str]) -> None:
    given = names.get(slot)
    if given is not None:
        pieces.append(given)
        return
    lines = fragments()[slot]
    for literal, inner in lines[int(rng.random() * len(lines))]:
        pieces.append(literal)
        if inner is not None:
            _expand(inner, names, rng, pieces)


def sentence(text: str) -> str:
    """Return the text with capitals after full stops no doubled "the", and "an" before vowels."""
    text = _TWICE.sub(r"\1", text)
    text = _ARTICLE.sub(r"\1n ", text)
    return _SENTENCE_START.sub(lambda found: found.group().upper(), text)

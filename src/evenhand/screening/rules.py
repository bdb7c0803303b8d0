"""Threats by rule: data-driven patterns, each typed and able to explain itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from evenhand.screening.words import group_of_word, read_data
from evenhand.text.forms import GROUP

# How far round a match its lawful means are looked for, in characters of the normal form.
BEHIND: Final = 24
AHEAD: Final = 60
_SENTENCE_END: Final = re.compile(r"[.!?]")


class ThreatKind(StrEnum):
    """How a threat is made."""

    DIRECT = "direct"
    VEILED = "veiled"
    WISH = "wish"


@dataclass(frozen=True, slots=True)
class ThreatRule:
    """One pattern over the normal form, what kind of threat it finds, and how it says so."""

    id: str
    kind: ThreatKind
    near: str
    pattern: re.Pattern[str]
    explain: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThreatHit:
    """A rule and the characters of the view it matched."""

    rule: ThreatRule
    begin: int
    end: int


def compiled(pattern: str, words: Mapping[str, str]) -> re.Pattern[str]:
    """Return a pattern of a data file with its {words}, and {group} for any group word, filled in."""
    for name, text in reversed(list(words.items())):  # later words may use earlier ones
        pattern = pattern.replace("{" + name + "}", text)
    pattern = re.sub(r" (?![*+?{])", r"\\s+", pattern)  # emoji and line breaks leave several spaces
    return re.compile(pattern.replace("{group}", _group_pattern()))


@cache
def _group_pattern() -> str:
    words = "|".join(re.escape(word) for word in sorted(group_of_word(), key=lambda word: (-len(word), word)))
    return f"(?:{GROUP}|(?:{words})(?:\\s+(?:people|folks?|men|women|lot))?)"


def _rule(raw: Mapping[str, Any], words: Mapping[str, str]) -> ThreatRule:
    return ThreatRule(
        raw["id"],
        ThreatKind(raw["kind"]),
        raw["near"],
        # "We'll get you" must not be found in "we'll get your street lights fixed".
        compiled(rf"(?:{raw['pattern']})(?!\w)", words),
        raw["explain"],
        tuple(raw["yes"]),
        tuple(raw["no"]),
    )


@cache
def threat_rules() -> tuple[ThreatRule, ...]:
    """Return the rules in the order of their file."""
    data = read_data("threats")
    return tuple(_rule(raw, data["words"]) for raw in data["rule"])


@cache
def _near() -> tuple[tuple[re.Pattern[str], tuple[ThreatRule, ...]], ...]:
    """Return per set of words a cheap pattern and the rules that are tried only where it is found.

    Written as a tree of letters: a plain list of alternatives is five times slower.
    """
    sets: dict[str, str] = read_data("threats")["near"]
    return tuple(
        (beginning(words.split()), tuple(rule for rule in threat_rules() if rule.near == name))
        for name, words in sets.items()
    )


@cache
def _unless() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what says that a fight is to be won by a vote or in court, and what denies the words that follow."""
    said = read_data("threats")["unless"]
    return compiled(said["means"], {}), compiled(said["denied"], {})


def _is_not_meant(text: str, begin: int, end: int) -> bool:
    means, denied = _unless()
    before = text[max(0, begin - BEHIND) : begin]
    rest = _SENTENCE_END.split(text[end : end + AHEAD], maxsplit=1)[0]
    return bool(means.search(before + text[begin:end] + rest) or denied.search(before))


@cache
def _any_near() -> re.Pattern[str]:
    sets: dict[str, str] = read_data("threats")["near"]
    return beginning(" ".join(sets.values()).split())


def beginning(words: list[str]) -> re.Pattern[str]:
    """Return a pattern that matches where a word begins like one of these; in a word _ stands for a space."""
    return re.compile(r"\b" + _tree(sorted({word.replace("_", " ") for word in words})).replace(r"\ ", r"\s+"))


def _tree(words: list[str]) -> str:
    """Return a pattern that matches the beginnings of the sorted words, sharing their common letters."""
    if words[0] == "":
        return ""
    heads = dict.fromkeys(word[0] for word in words)
    parts = [re.escape(head) + _tree([word[1:] for word in words if word[0] == head]) for head in heads]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def find_threats(text: str) -> list[ThreatHit]:
    """Return the hits of all rules in a text in normal form, in order. Cost: one scan where nothing is near."""
    if not _any_near().search(text):
        return []
    hits = [
        ThreatHit(rule, match.start(), match.end())
        for near, rules in _near()
        if near.search(text)
        for rule in rules
        for match in rule.pattern.finditer(text)
        if not _is_not_meant(text, match.start(), match.end())
    ]
    return sorted(hits, key=lambda hit: (hit.begin, hit.end, hit.rule.id))

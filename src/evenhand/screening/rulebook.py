"""Rules in data files that decide by words: typed, explained, each can be switched off, all in linear time.

A book is one data file: words that patterns share, then rules. A rule finds a pattern in the normal form of a
post; `needs` must, and `unless` must not, be found near the match. Every repetition a pattern can ask for is
bounded, so that the work per character is bounded whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from evenhand.categories import Category
from evenhand.screening.rules import beginning
from evenhand.screening.verdict import Span
from evenhand.screening.words import read_data
from evenhand.text.view import View

# How far round a match its context is looked for, in characters of the normal form.
AROUND: Final = 160
# One space of a pattern: emoji and line breaks leave several, a hostile text thousands.
_SPACE: Final = r"\\s{1,9}"
_BOUNDED_SPACE: Final = re.compile(r" (?![*+?{])")
_OPTIONAL_SPACE: Final = re.compile(r" \?")
_UNBOUNDED: Final = re.compile(r"(?<!\\)[*+](?![^\[]*\])|\{\d*,\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern over the normal form, what kind of act it finds, and how it says so.

    `explain` continues "it …" in the reason sentence; `yes` and `no` are examples it must and must not match.
    """

    id: str
    category: Category
    kind: str
    pattern: re.Pattern[str]
    needs: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    explain: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule and the characters [begin, end) of the normal form it matched."""

    rule: Rule
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Book:
    """The rules of one category in the order of their file, and the two patterns without which none can match."""

    category: Category
    rules: tuple[Rule, ...]
    near: re.Pattern[str]
    also: re.Pattern[str]

    def find(self, text: str, off: Collection[str] = ()) -> list[Hit]:
        """Return the hits of the rules that are not switched off, in order of place.

        `text` is a post in normal form. Cost: one scan where none of the near words stands; else one scan a
        rule.
        """
        if not (self.also.search(text) and self.near.search(text)):
            return []
        found = [hit for rule in self.rules if rule.id not in off for hit in _hits(rule, text)]
        return sorted(found, key=lambda hit: (hit.begin, hit.end, hit.rule.id))


def _hits(rule: Rule, text: str) -> Iterable[Hit]:
    for match in rule.pattern.finditer(text):
        round_it = text[max(0, match.start() - AROUND) : match.end() + AROUND]
        if rule.needs is not None and not rule.needs.search(round_it):
            continue
        if rule.unless is None or not rule.unless.search(round_it):
            yield Hit(rule, match.start(), match.end())


@cache
def book(name: str, category: Category, kinds: type[Any]) -> Book:
    """Return the book of a data file; `kinds` is the StrEnum its rules' kinds must be of.

    Raises ValueError for a rule of another kind, a repeated id or a pattern that repeats without a bound.
    """
    data = read_data(name)
    words: dict[str, str] = data["words"]
    rules = tuple(_rule(raw, category, kinds, words) for raw in data["rule"])
    if len({rule.id for rule in rules}) != len(rules):
        raise ValueError(f"{name}: two rules have one id")
    return Book(category, rules, beginning(data["near"].split()), bounded(data["also"], {}))


def _rule(raw: Mapping[str, Any], category: Category, kinds: type[Any], words: Mapping[str, str]) -> Rule:
    return Rule(
        f"{category.value}.{raw['id']}",
        category,
        kinds(raw["kind"]).value,
        bounded(raw["pattern"], words),
        bounded(raw["needs"], words) if "needs" in raw else None,
        bounded(raw["unless"], words) if "unless" in raw else None,
        raw["explain"],
        tuple(raw["yes"]),
        tuple(raw["no"]),
    )


def bounded(pattern: str, words: Mapping[str, str]) -> re.Pattern[str]:
    """Return a pattern with its {words} filled in and each space standing for one to nine spaces.

    Raises ValueError if it repeats anything without a bound.
    """
    for name, text in reversed(list(words.items())):  # later words may use earlier ones
        pattern = pattern.replace("{" + name + "}", text)
    if match := _UNBOUNDED.search(pattern):
        raise ValueError(f"a pattern repeats without a bound at {pattern[match.start() - 20 :][:40]!r}")
    pattern = _OPTIONAL_SPACE.sub(r"\\s{0,9}", pattern)
    return re.compile(_BOUNDED_SPACE.sub(_SPACE, pattern))


def spans_of(view: View, hits: Iterable[Hit]) -> list[Span]:
    """Return the words the hits stand on, as code points of the very string the view was made from."""
    spans = {(*view.original(hit.begin, hit.end), hit.rule.category) for hit in hits}
    return [Span(*span) for span in sorted(spans)]

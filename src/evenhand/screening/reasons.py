"""One sentence that says why: made from spans, frame, target, rule and clause, never invented."""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import cache
from typing import Final

from evenhand.categories import Category
from evenhand.screening.ruling import Ruling
from evenhand.screening.verdict import Frame, Span, Target
from evenhand.screening.words import group_of_word, read_data

NOTHING_FOUND: Final = "Nothing in the words reached a threshold; what passes can still be reported."

_TARGETS: Final = {
    Target.ADDRESSEE: "addressed to the reader",
    Target.OTHER: "about another person",
    Target.GROUP: "about a group of people",
    Target.NONE: "",
}
_NAMES: Final = {
    Category.ABUSE: "abuse",
    Category.INSULT: "an insult",
    Category.IDENTITY_ATTACK: "an attack on a group",
    Category.THREAT: "a threat",
    Category.SEXUAL_HARASSMENT: "sexual harassment",
    Category.DEHUMANISATION: "dehumanisation",
    Category.DOXXING: "giving away private details",
    Category.PILE_ON_CALL: "a call to pile on",
    Category.PROFANITY: "swearing",
    Category.INCIVILITY: "an uncivil tone",
}
_LONGEST: Final = 60
_PUNCTUATION: Final = frozenset(string.punctuation)
_APOSTROPHES: Final = frozenset("'’")
_MOST: Final = 3


def quoted_words(text: str, spans: Sequence[Span]) -> str:
    """Return the first few spans as quoted words of the post, without words that say nothing by themselves.

    Spans that overlap are quoted as one; long ones are shortened; no repeats, no bare punctuation.
    """
    words: list[str] = []
    for start, end in _joined(spans):
        begin = _past_an_ending(text, start, end)
        word = _telling([*_group_before(text, begin), *text[begin:end].split()])
        word = word if len(word) <= _LONGEST else word[: _LONGEST - 1].rstrip() + "…"
        if set(word) - _PUNCTUATION and word.casefold() not in {w.casefold() for w in words}:
            words.append(word)
    return ", ".join(f"‘{word}’" for word in words[:_MOST])


def _joined(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return the stretches that some spans cover, in order of place: the model and a rule often mark the same words."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted((span.begin, span.end) for span in spans):
        if found and begin < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((begin, end))
    return found


def _past_an_ending(text: str, begin: int, end: int) -> int:
    """Return where a span begins after what only ends a shortened word: the 's of "that's", the 'm of "I'm"."""
    before = text[max(0, begin - 2) : begin]
    inside = text[begin : begin + 1] in _APOSTROPHES and before[-1:].isalnum()
    if not inside and not (before[-1:] in _APOSTROPHES and before[:-1].isalnum()):
        return begin
    rest = text[begin:end].lstrip("".join(_APOSTROPHES))
    ending = next((at for at, letter in enumerate(rest) if not letter.isalnum()), len(rest))
    return end - len(rest) + ending


def _group_before(text: str, begin: int) -> list[str]:
    """Return the word just before what is quoted if it names a group: "people" alone says nothing of old people."""
    before = text[max(0, begin - _LONGEST) : begin].split()
    return before[-1:] if before and text[begin - 1].isspace() and before[-1].casefold() in group_of_word() else []


def _telling(words: list[str]) -> str:
    """Return some neighbouring words without those that say nothing where they stand; '' if that is all of them."""
    edge, last, alone = _empty()
    plain = [word.casefold().strip(string.punctuation).replace("’", "'") for word in words]
    if all(word in alone or not word for word in plain):
        return "" if any(plain) else " ".join(words)
    begin = next(at for at, word in enumerate(plain) if word not in edge)
    end = next(at for at in range(len(plain), 0, -1) if plain[at - 1] not in last)
    return " ".join(words[begin:end]).rstrip(",;:")


@cache
def _empty() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the words that say nothing at either edge of a quotation, at its end, and by themselves."""
    lists: dict[str, str] = read_data("quoting")["words"]
    edge = frozenset(lists["edge"].split())
    last = edge | frozenset(lists["end"].split())
    return edge, last, last | frozenset(lists["alone"].split())


def flagged(
    text: str, flags: Sequence[Category], spans: Sequence[Span], target: Target, found: Sequence[Ruling]
) -> str:
    """Return the sentence for a flagged post."""
    first = quoted_words(text, spans) or "The post as a whole"
    where = f" {_TARGETS[target]}" if _TARGETS[target] else ""
    *others, last = (_NAMES[flag] for flag in flags)
    kinds = f"{', '.join(others)} and {last}" if others else last
    ruling = next((one for one in found if one.category in flags), None)
    because = f"; it {ruling.explain}" if ruling else ""
    return f"{first}{where} reads as {kinds}{because}."


_FRAMES: Final = {
    Frame.QUOTED: "quoted, not said",
    Frame.CONDEMNED: "named to reject them",
    Frame.OWN_EXPERIENCE: "told as an experience",
    Frame.JOKE_OR_IDIOM: "an idiom or said in jest",
    Frame.RECLAIMED: "used with pride for oneself",
    Frame.ASSERTED: "said",
}


def framed(text: str, spans: Sequence[Span], frame: Frame, explain: str) -> str:
    """Return the sentence for a post whose words are mentioned, not meant."""
    words = quoted_words(text, spans) or "The words"
    return f"{words}: {_FRAMES[frame]}; {explain}."


def read_as(text: str, spans: Sequence[Span], frame: Frame) -> str:
    """Return the sentence for strong words that the full model reads in another frame, without a rule to name."""
    words = quoted_words(text, spans) or "The words"
    return f"{words}: taken to be {_FRAMES[frame]}; nothing reached a threshold."


def with_clause(reason: str, clause: str) -> str:
    """Return a reason with the clause it may fall under, as the caller words it ("clause 4.2 in force since …").

    The clause is a suggestion; category to clause is data of the code of conduct.
    """
    return f"{reason.removesuffix('.')}; may fall under {clause}."

"""One sentence that says why: made from spans, frame, target, rule and clause, never invented."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evenhand.categories import Category
from evenhand.screening.rules import ThreatHit
from evenhand.screening.verdict import Frame, Span, Target

NOTHING_FOUND: Final = "Nothing in the words reached a threshold; what passes can still be reported."

_TARGETS: Final = {
    Target.ADDRESSEE: "addressed to the reader",
    Target.OTHER: "about another person",
    Target.GROUP: "about a group of people",
    Target.NONE: "",
}
_NAMES: Final = {
    Category.ABUSE: "abuse",
    Category.IDENTITY_ATTACK: "an attack on a group",
    Category.INCIVILITY: "an uncivil tone",
    Category.THREAT: "a threat",
}
_LONGEST: Final = 60
_MOST: Final = 3


def quoted_words(text: str, spans: Sequence[Span]) -> str:
    """Return the first few spans as quoted words of the post, without repeats, long ones shortened."""
    words: list[str] = []
    for span in spans:
        word = " ".join(text[span.begin : span.end].split())
        word = word if len(word) <= _LONGEST else word[: _LONGEST - 1].rstrip() + "…"
        if word and word.casefold() not in {w.casefold() for w in words}:
            words.append(word)
    return ", ".join(f"‘{word}’" for word in words[:_MOST])


def flagged(
    text: str, flags: Sequence[Category], spans: Sequence[Span], target: Target, hits: Sequence[ThreatHit]
) -> str:
    """Return the sentence for a flagged post."""
    first = quoted_words(text, spans) or "The post as a whole"
    where = f" {_TARGETS[target]}" if _TARGETS[target] else ""
    kinds = " and ".join(_NAMES[flag] for flag in flags)
    because = f"; it {hits[0].rule.explain}" if hits and Category.THREAT in flags else ""
    return f"{first}{where} reads as {kinds}{because}."


def framed(text: str, spans: Sequence[Span], frame: Frame, explain: str) -> str:
    """Return the sentence for a post whose words are mentioned, not meant."""
    words = quoted_words(text, spans) or "The words"
    said = {
        Frame.QUOTED: "quoted, not said",
        Frame.CONDEMNED: "named to reject them",
        Frame.OWN_EXPERIENCE: "told as an experience",
        Frame.JOKE_OR_IDIOM: "an idiom or said in jest",
        Frame.RECLAIMED: "used with pride for oneself",
        Frame.ASSERTED: "said",
    }[frame]
    return f"{words}: {said}; {explain}."


def with_clause(reason: str, clause: str) -> str:
    """Return a reason with the clause it may fall under, as the caller words it ("clause 4.2 in force since …").

    The clause is a suggestion; category to clause is data of the code of conduct.
    """
    return f"{reason.removesuffix('.')}; may fall under {clause}."

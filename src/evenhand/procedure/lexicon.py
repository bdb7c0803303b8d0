"""Words that hint at a reason nobody may have (INV-24), and trade words no party may read (PROCEDURE §2.6)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from evenhand.errors import UsageError

LOCALES: Final = ("en", "de")
THEMES: Final = ("press", "embarrassment", "party_advantage", "election_timing", "donor", "seniority", "faction")

THEME_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "press": "what the press may say",
        "embarrassment": "that it is embarrassing",
        "party_advantage": "what helps the organisation against others",
        "election_timing": "when an election or selection is",
        "donor": "who gives money",
        "seniority": "how senior somebody is, or who asks for it",
        "faction": "which side within the organisation somebody is on",
    }
)
"""What each theme is about; message ids: "This reads as if it mattered …"."""

# State names that cannot be plain English, and the words §2.6 replaces. "hearing" or "closed" are plain words.
INTERNAL_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "en": (
            "respondent*", "liability", "liable", "sanction*", "vexatious*", "charged", "triage*", "dismissed unfit",
            "case to answer", "out_of_scope", "dismissed_unfit", "no_case", "case_to_answer", "reply_window",
            "panel_set", "membership_check", "evidence_assessment", "under_investigation", "interim_measure",
            "liability_decided", "sanction_decided", "sanction_active", "independent_review", "screening_review",
            "left_under_investigation", "more_info_requested", "appeal_decided", "reopen_requested",
        ),
        "de": (
            "Beschuldigte*", "Angeklagte*", "Haftung", "haftbar", "Sanktion*", "sanktionier*", "schikanös*",
            "querulatorisch*", "angeklagt", "Respondent*", "Triage",
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LexiconWarning:
    """One place in a text that must be answered: the phrase, its theme, and where, in code points of the text."""

    phrase: str
    theme: str
    start: int
    end: int


@cache
def phrases(locale: str) -> Mapping[str, tuple[str, ...]]:
    """Return the phrases of a language by theme; UsageError if there is no such language."""
    if locale not in LOCALES:
        raise UsageError(f"there is no lexicon for '{locale[:20]}'.", mend=f"Choose one of: {', '.join(LOCALES)}.")
    text = (resources.files("evenhand.procedure") / "data" / "lexicon.toml").read_text(encoding="utf-8")
    return MappingProxyType({theme: tuple(tomllib.loads(text)[locale][theme]) for theme in THEMES})


def warnings(text: str, locales: Iterable[str] = LOCALES) -> tuple[LexiconWarning, ...]:
    """Return every place that hints at a reason nobody may have, in the order of the text; () if there is none.

    All languages are looked for by default, because people write in more than one. Cost: linear in the text.
    """
    found = [
        LexiconWarning(phrase, theme, match.start(), match.end())
        for locale in locales
        for theme, each in phrases(locale).items()
        for phrase in each
        for match in pattern_of(phrase).finditer(text)
    ]
    return tuple(sorted(found, key=lambda each: (each.start, each.end)))


def internal_words(text: str, locale: str) -> tuple[str, ...]:
    """Return the trade words in a text that a party would read, as they stand there, in order."""
    matches = [match for phrase in INTERNAL_WORDS.get(locale, ()) for match in pattern_of(phrase).finditer(text)]
    return tuple(match.group() for match in sorted(matches, key=lambda each: each.start()))


_SPELLINGS: Final = {
    r"\*": r"\w*",
    "'": "['’]",
    "ß": "(?:ß|ss)",
    "ä": "(?:ä|ae|a\u0308)",
    "ö": "(?:ö|oe|o\u0308)",
    "ü": "(?:ü|ue|u\u0308)",
}
"""Ways in which the same letter is written: capitals have no ß, some keyboards no umlaut, some systems two marks."""


def _spelt(word: str) -> str:
    for written, pattern in _SPELLINGS.items():
        word = word.replace(written, pattern)
    return word


@cache
def pattern_of(phrase: str) -> re.Pattern[str]:
    """Return what finds a phrase of a lexicon however it is written; a star stands for any ending of the word."""
    words = [_spelt(re.escape(word)) for word in phrase.split()]
    # Underscores join the words of a reason code's id: they count as a space.
    return re.compile(r"(?<![^\W_])" + r"[\s\-_]+".join(words) + r"(?![^\W_])", re.IGNORECASE)

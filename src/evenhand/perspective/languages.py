"""Which language a comment is in: as stated, else as detected, else the deployment's (PERSPECTIVE §3).

A language that is not served is refused, never read as English. Short texts defeat detection, so a short one
in the right script is taken to be in the deployment's language unless its words say another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.perspective.refusals import language_not_served, language_unknown
from evenhand.text import UNKNOWN, guess_language, normalise

FEW_LETTERS: Final = 20
# Below this a text's script says nothing; function words of a language may still.
_LETTER: Final = re.compile(r"[^\W\d_]")
_LATIN: Final = frozenset({"en", "es", "fr", "de", "pt", "it", "nl", "pl", "sv", "da", "tr", "ro", "id"})
# Enough of a long text to tell its language by.
_ENOUGH: Final = 2_000


@dataclass(frozen=True, slots=True)
class Tongue:
    """The language a comment is read in, whether the client stated it, and whether the detector may not doubt it."""

    language: str
    stated: tuple[str, ...]
    certain: bool

    @property
    def echoed(self) -> list[str]:
        """Return what `languages` answers: the request's own, or the detected one."""
        return list(self.stated) or [self.language]


def primary(tag: str) -> str:
    """Return the primary subtag of a BCP-47 tag in lower case: 'en' for 'en-GB'."""
    return re.split(r"[-_]", tag.strip(), maxsplit=1)[0].lower()


def tongue(text: str, stated: Sequence[str], *, deployment: str, attribute: str) -> Tongue:
    """Return the language to read `text` in; raises LanguageRefusal naming `attribute` if it cannot be told."""
    if stated:
        return Tongue(primary(stated[0]), tuple(stated), certain=True)
    letters = len(_LETTER.findall(text))
    found = guess_language(normalise(text[:_ENOUGH]).text)
    if found not in {UNKNOWN, deployment} and letters >= FEW_LETTERS:
        return Tongue(found, (), certain=True)
    if letters and not script_fits(text, deployment):
        raise language_unknown(attribute)
    short = letters < FEW_LETTERS and found in {UNKNOWN, deployment}
    return Tongue(deployment, (), certain=short and letters > 0)


def script_fits(text: str, language: str) -> bool:
    """Return whether at least half of a text's letters are of the language's script; True for other scripts."""
    if language not in _LATIN:
        return True
    letters = _LETTER.findall(text[:_ENOUGH])
    # Styled letters (full-width, mathematical) are Latin letters in disguise.
    plain = [unicodedata.normalize("NFKC", letter)[0] for letter in letters]
    latin = sum(letter < "ɐ" or "LATIN" in unicodedata.name(letter, "") for letter in plain)
    return latin * 2 >= len(letters)


def check_served(attribute: str, spoken: Tongue, served: Collection[str]) -> None:
    """Raise LanguageRefusal unless every stated (or the detected) language is served by the attribute."""
    tags = spoken.stated or (spoken.language,)
    missing = [tag for tag in tags if primary(tag) not in served]
    if missing:
        raise language_not_served(attribute, missing, stated=bool(spoken.stated))


def detected(text: str, spoken: Tongue) -> list[str]:
    """Return what `detectedLanguages` answers: what the words say, else the language it was read in."""
    found = guess_language(normalise(text[:_ENOUGH]).text)
    return [spoken.language if found == UNKNOWN else str(found)]

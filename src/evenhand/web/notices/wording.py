"""The texts of letters and their standing words, by language: `letters/<locale>/n3.txt` and `standing.toml` beside it.

A standing word is a field that says the same in every case (the right to a companion); it is filled in here, so
that no step has to. An organisation's own words (`letters.toml`) come before ours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.procedure.notices import NoticeId
from evenhand.web.home import Home
from evenhand.web.notices.letter_text import FIELD
from evenhand.web.notices.organisation import Unit, first_language

LOCALES: Final = ("en", "de")
"""The languages a letter can be written in; the first is the one for everybody else."""

OUT_OF_SCOPE: Final = "N13.out_of_scope"
"""The standing words of the one text for everything that is out of scope (INV-48)."""

_LETTERS: Final = Path(__file__).parent / "letters"


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of one notice in one language with its standing words, before anything is merged."""

    source: str
    standing: Mapping[str, tuple[str, ...]]

    def digest(self) -> str:
        """Return the SHA-256 (hex) that says from which words a letter was made."""
        words = "\n".join(f"{name}={'|'.join(self.standing[name])}" for name in sorted(self.standing))
        return sha256(f"{self.source}\n{words}".encode()).hexdigest()


def known_locale(locale: str) -> str:
    """Return the language a letter will be written in: the one asked for, its base language, or English."""
    base = locale.replace("_", "-").split("-")[0].lower()
    return base if base in LOCALES else LOCALES[0]


def first_locale(home: Home) -> str:
    """Return the language of letters to somebody who has not chosen one: the unit's own, as `letters.toml` says."""
    return known_locale(first_language(home))


def wording(
    notice: NoticeId, locale: str, unit: Unit, *, out_of_scope: bool = False, own_text: str | None = None
) -> Wording:
    """Return the words of a notice; UsageError if nobody has written them in this language."""
    section = OUT_OF_SCOPE if out_of_scope else notice.value
    own = {field: many(words) for field, words in unit.words.get(section, {}).items()}
    return Wording(own_text or source(notice, locale), {**standing(locale).get(section, {}), **own})


def is_written(notice: NoticeId, locale: str) -> bool:
    """Return whether the text of a notice exists in a language."""
    return _path(notice, locale).is_file()


def _path(notice: NoticeId, locale: str) -> Path:
    return _LETTERS / locale / f"{notice.value.lower()}.txt"


@cache
def source(notice: NoticeId, locale: str) -> str:
    """Return the text of a notice as it is written, with its fields still open."""
    path = _path(notice, locale)
    if not path.is_file():
        raise UsageError(
            f"the letter {notice.value} is not written in the language '{locale}'",
            mend="docs/how-to/add-a-notice.md says how.",
        )
    return path.read_text(encoding="utf-8")


@cache
def standing(locale: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return notice -> field -> standing words (one or several), not filled in."""
    found: dict[str, Any] = tomllib.loads((_LETTERS / locale / "standing.toml").read_text(encoding="utf-8"))
    return {name: {field: many(words) for field, words in fields.items()} for name, fields in found.items()}


def many(words: str | list[str]) -> tuple[str, ...]:
    """Return what a file says once or several times as a tuple."""
    return tuple(word.strip() for word in ([words] if isinstance(words, str) else words))


def filled(words: tuple[str, ...], frame: Mapping[str, str]) -> tuple[str, ...]:
    """Return standing words with the frame's values in place; () if one of those is not known.

    So a letter whose words need a telephone is refused as incomplete where the organisation has named none.
    """
    if any(not frame.get(name) for each in words for name in FIELD.findall(each)):
        return ()
    return tuple(FIELD.sub(lambda found: frame[found.group(1)], each) for each in words)

"""The words of the report in English and German: gettext of the standard library, because Django is not here.

What readers say is told by the words of their own room (posts/telling), as on every page.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from evenhand.codes import ActType, Category
from evenhand.own_archive.deeds import NotRead
from evenhand.posts import telling
from evenhand.posts.telling import Say
from evenhand.screening import Abstention

LANGUAGES: Final = ("en", "de")
_LOCALE: Final = Path(__file__).parent / "locale"


class Words:
    """One language: its texts, its days and its numbers."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        spoken = gettext.translation("messages", _LOCALE, [self.language], fallback=True)
        spoken.add_fallback(gettext.translation(telling.DOMAIN, telling.LOCALE, [self.language], fallback=True))
        self.say: Say = spoken.gettext

    def day(self, day: date) -> str:
        """Return a day as people write it."""
        _ = self.say
        months = (
            _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"),
            _("September"), _("October"), _("November"), _("December"),
        )  # fmt: skip
        return _("%(day)s %(month)s %(year)s") % {"day": day.day, "month": months[day.month - 1], "year": day.year}

    def number(self, number: int) -> str:
        """Return a number with its thousands apart."""
        return f"{number:,}".replace(",", "." if self.language == "de" else ",")

    def listed(self, parts: Iterable[str]) -> str:
        """Return `a, b and c`."""
        *others, last = parts
        _ = self.say
        return _("%(first)s and %(last)s") % {"first": ", ".join(others), "last": last} if others else last


def act_words(act: str, _: Say) -> str:
    """Return what the owner did, as a heading over the post."""
    return {
        ActType.WROTE: _("You wrote"),
        ActType.SHARED_WITH_COMMENT: _("You shared, with a comment of your own"),
        ActType.SHARED: _("You shared"),
        ActType.LIKED: _("You liked"),
    }[ActType(act)]


def category_words(category: str, _: Say) -> str:
    """Return what words may read as, as the end of a sentence."""
    return {
        Category.ABUSE: _("abuse"),
        Category.INSULT: _("an insult"),
        Category.IDENTITY_ATTACK: _("an attack on a group"),
        Category.THREAT: _("a threat"),
        Category.SEXUAL_HARASSMENT: _("sexual harassment"),
        Category.DEHUMANISATION: _("dehumanisation"),
        Category.DOXXING: _("giving away private details"),
        Category.PILE_ON_CALL: _("a call to pile on"),
        Category.PROFANITY: _("swearing"),
        Category.INCIVILITY: _("an uncivil tone"),
    }[Category(category)]


def not_read_words(reason: NotRead, _: Say) -> str:
    """Return why records were not looked at."""
    return {
        NotRead.RECEIVED: _("written by others, such as messages you received"),
        NotRead.PRIVATE: _("private messages of yours; add --messages to have them looked at"),
        NotRead.GONE: _("deleted, removed or replaced by an edit already"),
        NotRead.NO_WORDS: _("without any words: pictures, videos, sound"),
        NotRead.PASSED_ON_UNSEEN: _("shared or liked, and the export does not hold what"),
        NotRead.NO_POST: _("notes of the platform, such as who joined a group"),
    }[reason]


def abstained_words(reason: Abstention, _: Say) -> str:
    """Return why the detector said nothing about posts."""
    return {
        Abstention.NO_TEXT: _("no words in them"),
        Abstention.LINK_OR_IMAGE_ONLY: _("only links, names or pictures, which the detector cannot read"),
        Abstention.TOO_SHORT: _("too short to say anything without what they answer"),
        Abstention.LANGUAGE_NOT_SERVED: _("not recognised as English, the one language the detector reads"),
    }[reason]

"""The closed vocabularies of the leads page, each word with a plain description for the person reading.

The words are stored (tables, record documents) and never change their meaning; the descriptions are
translated and may be polished.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Band(IntEnum):
    """What kind of lead comes first: danger, then an affected person, then the clock (DECISIONS D16)."""

    DANGER = 0
    AFFECTED = 1
    OTHER = 2


class Act(StrEnum):
    """What the author did. A bare share, a like or a forward is never a lead (FORMATS R5)."""

    WROTE = "wrote"
    REPLIED = "replied"
    QUOTED = "quoted"


class Status(StrEnum):
    """Where a lead stands."""

    WAITING = "waiting"
    DROPPED = "dropped"


class Reason(StrEnum):
    """Why an officer says that a lead is not abuse. Closed: no free text, no reason about press or party."""

    CRITICISM = "criticism"
    QUOTES = "quotes_others"
    CONDEMNS = "condemns_abuse"
    FIGURE = "figure_of_speech"
    OWN_WORDS = "about_themselves"
    NOT_AIMED = "not_aimed"
    MISREAD = "misread"


class Source(StrEnum):
    """How a post without a lead came before a person."""

    SAMPLE = "sample"
    MISSED = "missed"


class Answer(StrEnum):
    """What a person says of a post."""

    ABUSE = "abuse"
    NOT_ABUSE = "not_abuse"
    CANNOT_SAY = "cannot_say"


CUT_SHORT: Final = "cut_short"  # nothing was found in what is left of the post
READ: Final = "read"  # the outcome of a post that the detector could read; any other word is why it could not

BANDS: Final[dict[Band, Promise]] = {
    Band.DANGER: _("Danger"),
    Band.AFFECTED: _("Aimed at the person"),
    Band.OTHER: _("Other"),
}

ACTS: Final[dict[Act, Promise]] = {
    Act.WROTE: _("wrote"),
    Act.REPLIED: _("replied"),
    Act.QUOTED: _("quoted with own words"),
}

# code -> (a short label, what it means)
REASONS: Final[dict[Reason, tuple[Promise, Promise]]] = {
    Reason.CRITICISM: (
        _("Criticism, however harsh"),
        _("It attacks what somebody did, said or decided. Calls to resign belong here."),
    ),
    Reason.QUOTES: (
        _("It quotes or reports somebody else’s words"),
        _("The words are not the author’s own, and the author does not take them up."),
    ),
    Reason.CONDEMNS: (
        _("It speaks against abuse"),
        _("The author repeats abusive words in order to object to them."),
    ),
    Reason.FIGURE: (
        _("A joke or a figure of speech"),
        _("Nobody who reads the whole post would take the words as meant."),
    ),
    Reason.OWN_WORDS: (
        _("The authors speak about themselves"),
        _("They tell what was done to them, or use a word for themselves."),
    ),
    Reason.NOT_AIMED: (
        _("It is not aimed at this person"),
        _("It is about somebody else, or only the name is the same."),
    ),
    Reason.MISREAD: (
        _("The detector misread the words"),
        _("Another meaning, another language, or letters joined wrongly."),
    ),
}

CATEGORIES: Final[dict[str, Promise]] = {
    "threat": _("threat"),
    "doxxing": _("private details made public"),
    "sexual_harassment": _("sexual harassment"),
    "dehumanisation": _("dehumanising words"),
    "identity_attack": _("attack on who somebody is"),
    "pile_on_call": _("call to go after somebody"),
    "insult": _("insult"),
    "abuse": _("abuse"),
}

ANSWERS: Final[dict[Answer, Promise]] = {
    Answer.ABUSE: _("Yes, it is abuse"),
    Answer.NOT_ABUSE: _("No. Criticism, however harsh, is not abuse"),
    Answer.CANNOT_SAY: _("I cannot say"),
}

# The kinds of abuse that a person may name beside; threats and private details are left to rules and to people.
KINDS: Final = ("insult", "identity_attack", "sexual_harassment", "dehumanisation")

# The author's own words ("asserted") are the usual case and need no remark.
FRAMES: Final[dict[str, Promise]] = {
    "quoted": _("looks like a quotation or a report"),
    "condemned": _("looks like an objection to such words"),
    "own_experience": _("looks like something that happened to the author"),
    "joke_or_idiom": _("looks like a joke or a figure of speech"),
    "reclaimed": _("looks like a word used for oneself"),
}

# Why a post could not be read. A word that is not here is shown as OTHER_UNREAD, never left out.
UNREAD: Final[dict[str, Promise]] = {
    "language_not_served": _("in a language the detector does not serve"),
    "too_short": _("too short to judge without their context"),
    "link_or_image_only": _("only links, names or pictures"),
    "no_text": _("without any words"),
    CUT_SHORT: _("cut short by the source"),
}
OTHER_UNREAD: Final[Promise] = _("for another reason")

VERY_LIKELY, LIKELY = 900, 700  # permille of the calibrated probability


def likelihood(score: int) -> Promise:
    """Return a calibrated probability (permille) as words; the figure itself is never shown."""
    if score >= VERY_LIKELY:
        return _("very likely")
    return _("likely") if score >= LIKELY else _("possible")

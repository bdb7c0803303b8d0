"""One lead in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evenhand.web.desk.policy import UNDO_WITHIN
from evenhand.web.desk.queries import Row
from evenhand.web.desk.snapshot import Snapshot, SuggestedClause, pieces
from evenhand.web.desk.words import ACTS, BANDS, CATEGORIES, FRAMES, REASONS, Band, Reason, likelihood


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the post; `mark` names the category that the detector found there, "" for none."""

    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class Card:
    """One lead as the page shows it. No author: whoever ranks posts should not rank people.

    `summary`: act, likelihood and categories. `why`: the detector's reason; it quotes, so it stays behind the veil
    with the words. `frame` and `rules` are sentences, "" where there is nothing to say.
    """

    id: str
    title: str
    place: str
    band: str
    is_danger: bool
    summary: str
    why: str
    frame: str
    rules: str
    pieces: tuple[Piece, ...]
    posted_at: datetime | None
    found_at: datetime


@dataclass(frozen=True, slots=True)
class CardWords:
    """The words that every card shares, translated once for a page of fifty."""

    show: str
    hide: str
    posted: str
    found: str
    not_abuse: str

    @classmethod
    def now(cls) -> CardWords:
        """Return the words in the language of this request."""
        return cls(_("Show what was written"), _("Hide it again"), _("Posted"), _("Found"), _("Not abuse …"))


@dataclass(frozen=True, slots=True)
class Undoable:
    """A lead this officer put aside a moment ago."""

    id: str
    aimed_at: str
    reason: str
    until: datetime


def card(row: Row, snapshot: Snapshot, *, place: int, aimed_at: str) -> Card:
    """Return one lead in words; `place` 0 for a lead that stands alone on its page."""
    weight = {category: order for order, category in enumerate(CATEGORIES)}
    cut = pieces(snapshot.text, snapshot.spans, weight)
    title = _("Aimed at %(whom)s") % {"whom": aimed_at}
    return Card(
        id=row.id,
        title=f"{place}. {title}" if place else title,
        place=_("(lead %(place)d)") % {"place": place},
        band=str(BANDS[row.band]),
        is_danger=row.band is Band.DANGER,
        summary=_summary(row),
        why=_("Why it is here: %(reason)s") % {"reason": snapshot.reason} if snapshot.reason else "",
        frame=_frame(row.frame),
        rules=_rules(snapshot),
        pieces=tuple(Piece(text, category_words(mark)) for text, mark in cut),
        posted_at=row.posted_at,
        found_at=row.found_at,
    )


def _summary(row: Row) -> str:
    return _("%(act)s · %(likelihood)s: %(categories)s") % {
        "act": ACTS[row.act],
        "likelihood": likelihood(row.score),
        "categories": ", ".join(category_words(category) for category in row.categories),
    }


def _frame(frame: str) -> str:
    """Return what speaks for reading the post otherwise; nothing for the author's own words, the usual case."""
    return _("The detector notes: it %(frame)s.") % {"frame": FRAMES[frame]} if frame in FRAMES else ""


def _rules(snapshot: Snapshot) -> str:
    if not snapshot.clauses:
        return ""
    named = "; ".join(_clause_words(clause) for clause in snapshot.clauses)
    return _("Suggested rule, for a person to check: %(rules)s.") % {"rules": named}


def category_words(category: str) -> str:
    """Return a category in words, "" for none; an unknown one as it is."""
    return str(CATEGORIES.get(category, category.replace("_", " ")))


def _clause_words(clause: SuggestedClause) -> str:
    return _("clause %(number)s, %(title)s, in force since %(since)s") % {
        "number": clause.number,
        "title": clause.title,
        "since": date_format(date.fromisoformat(clause.since), _("j F Y")),
    }


def reason_words(reason: Reason | None) -> str:
    """Return the label of a reason."""
    return str(REASONS[reason][0]) if reason else ""


def undoable(row: Row, aimed_at: str) -> Undoable:
    """Return a lead that was put aside and can still be taken back."""
    assert row.disposed_at is not None
    return Undoable(row.id, aimed_at, reason_words(row.reason), row.disposed_at + UNDO_WITHIN)

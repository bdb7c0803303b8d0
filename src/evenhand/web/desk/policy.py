"""Decides what is a lead, which lead comes first, how many fit a day, and who may put one aside.

Pure functions over plain values: no table, no clock.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from evenhand.errors import UsageError
from evenhand.web.desk.words import CATEGORIES, Act, Band, Status

# Profanity and incivility are tone, not abuse (SCREENING §1): alone they never make a lead.
DANGER: Final = frozenset({"threat", "doxxing"})
LEAD_CATEGORIES: Final = frozenset(CATEGORIES)
ACT_OF_RELATION: Final = {"post": Act.WROTE, "reply": Act.REPLIED, "quote": Act.QUOTED}
TURN: Final = 10  # leads of one person, or by one author, before everybody else has had as many
UNDO_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the order of a lead depends on; `source` is a pseudonym of the author, `found_at` UTC."""

    id: str
    target: str
    source: str
    band: Band
    score: int
    found_at: datetime


def lead_categories(flags: Iterable[str]) -> tuple[str, ...]:
    """Return the flags that make a lead, weightiest first; empty when there is nothing but tone."""
    raised = set(flags) & LEAD_CATEGORIES
    return tuple(category for category in CATEGORIES if category in raised)


def band_of(categories: Sequence[str], *, aim: str, frame: str) -> Band:
    """Return the band of a flagged post.

    Danger whatever the frame: a threat in quotation marks may still be one. Then whoever is addressed in
    the author's own words; a quotation, an objection or a joke is looked at after those.
    """
    if DANGER & set(categories):
        return Band.DANGER
    return Band.AFFECTED if aim == "addressee" and frame == "asserted" else Band.OTHER


def ranked(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Return the leads in the order they are shown; the same set gives the same order. O(n log n).

    Danger before affected person before other. Inside a band every person gets a turn of TURN leads before
    anybody gets a second one; inside a turn the person with the fewest waiting comes first, and leads by an
    author of more than TURN come last. So a lead in the first turn is moved back by no place by any number
    of leads about a person who has more waiting, or by an author new to the queue (INV-50). Then likelier, then older.
    """
    bands: dict[Band, list[Waiting]] = defaultdict(list)
    for lead in waiting:
        bands[lead.band].append(lead)
    return [lead for band in sorted(bands) for lead in _in_turns(bands[band])]


def places(*, capacity: int, done_today: int, danger: int) -> int:
    """Return how many leads an officer's page holds: what is left of the day's capacity, danger always."""
    return max(capacity - done_today, min(danger, capacity), 0)


def _in_turns(leads: list[Waiting]) -> list[Waiting]:
    by_source = Counter(lead.source for lead in leads)
    flood = {lead.id: by_source[lead.source] > TURN for lead in leads}
    of_source = _turns(sorted(leads, key=_urgency), lambda lead: lead.source)
    one_by_one = sorted(leads, key=lambda lead: (flood[lead.id], of_source[lead.id], _urgency(lead)))
    of_target = _turns(one_by_one, lambda lead: lead.target)
    load = Counter(lead.target for lead in leads if not flood[lead.id])
    since = _oldest(leads, flood)
    return sorted(
        leads,
        key=lambda lead: (
            max(of_source[lead.id], of_target[lead.id]),
            flood[lead.id],
            load[lead.target],
            since[lead.target],
            lead.target,
            _urgency(lead),
        ),
    )


def _oldest(leads: Iterable[Waiting], flood: dict[str, bool]) -> dict[str, datetime]:
    """Return since when each person waits; what a flood adds must not make its targets look older."""
    oldest: dict[str, datetime] = {}
    for lead in sorted(leads, key=lambda lead: (flood[lead.id], lead.found_at)):
        oldest.setdefault(lead.target, lead.found_at)
    return oldest


def _urgency(lead: Waiting) -> tuple[int, datetime, str]:
    return (-lead.score, lead.found_at, lead.id)


def _turns(leads: Iterable[Waiting], group: Callable[[Waiting], str]) -> dict[str, int]:
    seen: Counter[str] = Counter()
    turns: dict[str, int] = {}
    for lead in leads:
        turns[lead.id] = seen[group(lead)] // TURN
        seen[group(lead)] += 1
    return turns


@dataclass(frozen=True, slots=True)
class Standing:
    """What a verb needs to know of a lead: where it stands, and who put it there when."""

    status: Status
    disposed_by: str | None
    disposed_at: datetime | None


def must_wait(lead: Standing) -> None:
    """Refuse to put a lead aside a second time. Raises UsageError with words for the officer."""
    if lead.status is not Status.WAITING:
        raise UsageError(
            _("This lead has already been put aside."), mend=_("Go back to the leads: the list has changed.")
        )


def must_be_undoable(lead: Standing, *, actor: str, now: datetime) -> None:
    """Refuse an undo by somebody else, too late, or of a lead that waits. Raises UsageError with words."""
    if lead.status is not Status.DROPPED or lead.disposed_at is None:
        raise UsageError(_("This lead is waiting; there is nothing to undo."))
    if lead.disposed_by != actor:
        raise UsageError(
            _("Somebody else put this lead aside; only they can undo it."),
            mend=_("Ask them, or tell them why you see it differently."),
        )
    if now - lead.disposed_at > UNDO_WITHIN:
        raise UsageError(
            _("The ten minutes for an undo are over."),
            mend=_("The record shows who put it aside, when and why."),
        )

"""Notes about patterns in how complaints arrive (PROCEDURE §9.5). They inform; they reject nothing.

A malicious complainant with true evidence still has true evidence, and a trawl need not be disregarded. So a
note has no verdict and no score, nothing here imports fitness or support, and nothing there takes a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.errors import UsageError

NO_REASON: Final = "This is a note; it is no reason to reject anything."


class Pattern(StrEnum):
    """What a note is about."""

    TRAWL = "trawl"
    BATCH_DOSSIER = "batch_dossier"
    CUT_AND_PASTE = "cut_and_paste"
    COUNTER_COMPLAINT = "counter_complaint"
    CONCENTRATION = "concentration"
    SELECTION_TIMING = "selection_timing"
    COORDINATED = "coordinated"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a note is written (defaults; an organisation may set others)."""

    trawl_items: int = 20
    trawl_days: int = 365
    trawl_regularity: float = 0.8
    dossier_items: int = 10
    same_text: int = 3
    counter_days: int = 30
    top_share: float = 0.25
    concentration_least: int = 20
    selection_days: int = 60
    coordinated_people: int = 5
    coordinated_hours: int = 48


DEFAULTS: Final = Thresholds()


@dataclass(frozen=True, slots=True)
class Note:
    """One note: its pattern and the counts in words, always ending in what it is not."""

    pattern: Pattern
    text: str


def _note(pattern: Pattern, counted: str) -> Note:
    return Note(pattern, f"{counted} {NO_REASON}")


def _counts(*counts: int) -> None:
    if min(counts) < 0:
        raise UsageError("a count is below zero", mend="Count from 0.")


def trawl(items: int, days: int, *, found_by_same_terms: int = 0, at: Thresholds = DEFAULTS) -> Note | None:
    """Return a note if many items on one person span a long time, or mostly hold the same search terms."""
    _counts(items, days, found_by_same_terms)
    if items < at.trawl_items:
        return None
    regular = found_by_same_terms >= at.trawl_regularity * items
    if days < at.trawl_days and not regular:
        return None
    how = f"; {found_by_same_terms} of them hold the same search words" if regular else ""
    return _note(Pattern.TRAWL, f"{items} items about one person over {days} days{how}. They look searched for.")


def batch_dossier(items: int, subjects: int, *, at: Thresholds = DEFAULTS) -> Note | None:
    """Return a note if one submission brings many items; each is assessed for itself and once."""
    _counts(items, subjects)
    if items < at.dossier_items:
        return None
    return _note(Pattern.BATCH_DOSSIER, f"One submission with {items} items about {subjects} people: a dossier.")


def cut_and_paste(same_text: int, submissions: int, *, at: Thresholds = DEFAULTS) -> Note | None:
    """Return a note if several submissions use the same words."""
    _counts(same_text, submissions)
    if same_text < at.same_text:
        return None
    return _note(Pattern.CUT_AND_PASTE, f"{same_text} of {submissions} submissions use the same words.")


def counter_complaint(days_since_the_first: int, *, at: Thresholds = DEFAULTS) -> Note | None:
    """Return a note if the person complained about complained back within 30 days (default), or was first."""
    if abs(days_since_the_first) > at.counter_days:
        return None
    days = abs(days_since_the_first)
    return _note(
        Pattern.COUNTER_COMPLAINT, f"The two complain about each other, {days} days apart. Either may be right."
    )


def concentration(complaints_per_complainant: Iterable[int], *, at: Thresholds = DEFAULTS) -> Note | None:
    """Return a note if the one busiest complainant sent a quarter or more (default) of at least 20 complaints."""
    counts = sorted(complaints_per_complainant, reverse=True)
    total = sum(counts)
    if not counts or total < at.concentration_least or counts[0] < at.top_share * total:
        return None
    _counts(*counts)
    return _note(Pattern.CONCENTRATION, f"One of {len(counts)} complainants sent {counts[0]} of {total} complaints.")


def top_shares(complaints_per_complainant: Iterable[int]) -> tuple[float, float, float]:
    """Return the share of the top 1, 5 and 10 complainants, 0 to 1 (M23); zeros if there are no complaints."""
    counts = sorted(complaints_per_complainant, reverse=True)
    total = sum(counts)
    if not total:
        return (0.0, 0.0, 0.0)
    return (sum(counts[:1]) / total, sum(counts[:5]) / total, sum(counts[:10]) / total)


def gini(complaints_per_complainant: Sequence[int]) -> float:
    """Return the Gini coefficient of complaints over complainants, 0 (equal) to under 1; 0 without complaints."""
    counts = sorted(complaints_per_complainant)
    total, n = sum(counts), len(counts)
    if not total:
        return 0.0
    return sum((2 * rank - n - 1) * count for rank, count in enumerate(counts, 1)) / (n * total)


def selection_timing(days_to_selection: int, *, at: Thresholds = DEFAULTS) -> Note | None:
    """Return a note if the complaint came at most 60 days (default) before a selection or election."""
    if not 0 <= days_to_selection <= at.selection_days:
        return None
    return _note(
        Pattern.SELECTION_TIMING,
        f"It came {days_to_selection} days before a selection in which the person complained about stands.",
    )


def coordinated(complainants: int, hours: int, *, same_item: bool, at: Thresholds = DEFAULTS) -> Note | None:
    """Return a note if several people reported one item, or one person, within a short time."""
    _counts(complainants, hours)
    if complainants < at.coordinated_people or hours > at.coordinated_hours:
        return None
    what = "the same item" if same_item else "the same person"
    return _note(Pattern.COORDINATED, f"{complainants} people reported {what} within {hours} hours.")

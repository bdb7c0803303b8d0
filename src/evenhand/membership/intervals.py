"""Membership as intervals: was somebody a member on the day of the act, and are they now? (PROCEDURE §7.3)

Days are calendar days of the organisation. A membership runs from `joined` up to, not including, `left`: on
the day somebody left they were no member any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from evenhand.errors import UsageError

MemberRef = NewType("MemberRef", str)
"""The register's own id of a member."""


class MembershipResult(StrEnum):
    """What a look-up says; M2 counts these."""

    MEMBER_AT_TIME = "member_at_time"
    MEMBER_NOW = "member_now"
    BOTH = "both"
    FORMER = "former"
    NEVER = "never"
    DECEASED = "deceased"
    UNDETERMINED = "undetermined"

    @property
    def words(self) -> str:
        """The result in plain words."""
        return _WORDS[self]


_WORDS = {
    MembershipResult.MEMBER_AT_TIME: "a member at the time of the act, not now",
    MembershipResult.MEMBER_NOW: "a member now, not at the time of the act",
    MembershipResult.BOTH: "a member at the time of the act and now",
    MembershipResult.FORMER: "a member once, neither at the time of the act nor now",
    MembershipResult.NEVER: "never a member",
    MembershipResult.DECEASED: "no longer alive",
    MembershipResult.UNDETERMINED: "the register cannot say",
}


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of membership. `left` and `deceased` None: not known to have happened.

    Raises UsageError if it ends, or the member died, before it began.
    """

    member_ref: MemberRef
    joined: date
    left: date | None = None
    deceased: date | None = None

    def __post_init__(self) -> None:
        if self.left is not None and self.left < self.joined:
            raise _before("left", self.left, self.joined)
        if self.deceased is not None and self.deceased < self.joined:
            raise _before("died", self.deceased, self.joined)

    @property
    def end(self) -> date | None:
        """The first day on which this membership no longer ran; None while it runs."""
        return min((day for day in (self.left, self.deceased) if day is not None), default=None)

    def covers(self, on: date) -> bool:
        """Say whether the membership ran on a day."""
        return self.joined <= on and (self.end is None or on < self.end)

    def overlaps(self, other: Interval) -> bool:
        """Say whether both ran on some day; touching ends do not."""
        starts_before = other.end is None or self.joined < other.end
        ends_after = self.end is None or other.joined < self.end
        # Two empty stretches share no day, whatever the comparison says.
        return starts_before and ends_after and self.joined != self.end and other.joined != other.end


def _before(what: str, day: date, joined: date) -> UsageError:
    return UsageError(
        f"{what} on {day.isoformat()}, before joining on {joined.isoformat()}",
        mend="Correct the dates in the membership system and export again.",
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What the register says about one person: the facts that gate 7 reads. None: it cannot say."""

    at_the_act: bool | None
    now: bool | None
    ever: bool | None
    deceased: bool = False


def standing(intervals: Iterable[Interval] | None, on: date, now: date, *, known_since: date | None = None) -> Standing:
    """Return the facts about one linked person on the day of the act and now.

    `intervals` None: the account was linked to nobody, so nothing can be said; empty: the person was
    identified and the register does not know them. `known_since`: the first day the register covers; an
    earlier day without an entry is unknown, not "no". Raises UsageError for a day of the act after `now` and
    for intervals of several people.
    """
    if on > now:
        raise UsageError("the act lies in the future", where=on.isoformat(), mend="Check the day of the act.")
    if intervals is None:
        return Standing(None, None, None)
    known = tuple(intervals)
    _one_person(known)
    past = tuple(each for each in known if each.joined <= now)
    gone = any(each.deceased is not None and each.deceased <= now for each in known)
    at_the_act: bool | None = any(each.covers(on) for each in past)
    if not at_the_act and known_since is not None and on < known_since:
        at_the_act = None
    ever: bool | None = bool(past)
    if not ever and known_since is not None:
        ever = None if on < known_since else ever
    return Standing(at_the_act, any(each.covers(now) for each in past), ever, gone)


def _one_person(intervals: Sequence[Interval]) -> None:
    refs = {each.member_ref for each in intervals}
    if len(refs) > 1:
        raise UsageError(
            "the intervals belong to several members", where=", ".join(sorted(refs)), mend="Look people up one by one."
        )


def lookup(
    intervals: Iterable[Interval] | None, on: date, now: date, *, known_since: date | None = None
) -> MembershipResult:
    """Return what the register says of one person for the day of the act and now; see `standing`.

    A death known by `now` comes before everything else: it ends the case.
    """
    found = standing(intervals, on, now, known_since=known_since)
    if found.deceased:
        return MembershipResult.DECEASED
    if found.at_the_act is None or found.now is None:
        return MembershipResult.UNDETERMINED
    if found.at_the_act:
        return MembershipResult.BOTH if found.now else MembershipResult.MEMBER_AT_TIME
    if found.now:
        return MembershipResult.MEMBER_NOW
    return MembershipResult.FORMER if found.ever else MembershipResult.NEVER

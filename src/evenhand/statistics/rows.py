"""The plain rows figures are counted from: enums, times and counts, nothing personal.

A case is counted from its `CountingRow` only, before and after its documents are erased; so erasing changes no
total (INV-39). `counting_row` makes one from a case that is still held.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from evenhand.codes import Rung
from evenhand.errors import UsageError
from evenhand.membership import MembershipResult
from evenhand.statistics.periods import Quarter

_SLUG = re.compile(r"[a-z][a-z0-9_]{0,47}")


class Channel(StrEnum):
    """How a submission came in."""

    FORM = "form"
    MAIL = "mail"
    LETTER = "letter"
    TELEPHONE = "telephone"
    IN_PERSON = "in_person"
    OFFICER = "officer"


class ComplainantType(StrEnum):
    """Who submitted."""

    AFFECTED = "affected"
    REPORTER = "reporter"
    OWN_MOTION = "own_motion"


class SubmissionEnd(StrEnum):
    """What became of a submission; each has exactly one."""

    NEW = "new"
    DUPLICATE = "duplicate"
    OUT_OF_SCOPE = "out_of_scope"
    MERGED = "merged"


class Route(StrEnum):
    """The way a case took."""

    OUT_OF_SCOPE = "out_of_scope"
    DISMISSED = "dismissed"
    INFORMAL = "informal"
    FORMAL = "formal"


class PauseReason(StrEnum):
    """Why a clock stood still."""

    POLICE = "police"
    COURT = "court"
    ILLNESS = "illness"
    PARTY_ABSENT = "party_absent"


class ContactCategory(StrEnum):
    """What somebody outside a case wanted of it."""

    ASKED_STATE = "asked_state"
    ASKED_OUTCOME = "asked_outcome"
    ASKED_SPEED = "asked_speed"
    ASKED_DELAY = "asked_delay"
    GAVE_EVIDENCE = "gave_evidence"
    GAVE_OPINION = "gave_opinion"
    OTHER = "other"


class Body(StrEnum):
    """Where a contact came from."""

    LEADERSHIP = "leadership"
    EXECUTIVE = "executive"
    PRESS_OFFICE = "press_office"
    BRANCH = "branch"
    CANDIDATE = "candidate"
    OUTSIDE = "outside"
    OTHER = "other"


class VexatiousStep(StrEnum):
    """What happened about the way somebody complains."""

    WARNED = "warned"
    LABELLED = "labelled"
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One message received. `test`: a seeded test report, which no figure counts."""

    received: Quarter
    end: SubmissionEnd
    channel: Channel = Channel.FORM
    complainant: ComplainantType = ComplainantType.REPORTER
    membership: MembershipResult = MembershipResult.UNDETERMINED
    restricted_origin: bool = False
    test: bool = False


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One post or act, first received in a quarter."""

    received: Quarter
    membership: MembershipResult = MembershipResult.UNDETERMINED


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """One distinct person complained about in a quarter. `heaviest`: the heaviest outcome decided in it."""

    quarter: Quarter
    membership: MembershipResult = MembershipResult.UNDETERMINED
    heaviest: Rung | None = None
    under_16: bool = False


@dataclass(frozen=True, slots=True)
class VexatiousRow:
    """One step about one complainant's way of complaining."""

    quarter: Quarter
    step: VexatiousStep


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One recorded contact about a case. `found_later`: it was not logged in time and came to light afterwards."""

    quarter: Quarter
    category: ContactCategory
    body: Body
    found_later: bool = False


@dataclass(frozen=True, slots=True)
class BriefingRow:
    """One briefing of the leadership, by the fixed template."""

    quarter: Quarter


@dataclass(frozen=True, slots=True)
class StageStay:
    """How long a case stood in a stage, from its events. `due` None: no clock ran."""

    stage: str
    entered: date
    left: date | None = None
    due: date | None = None
    paused_days: int = 0
    pauses: tuple[PauseReason, ...] = ()


@dataclass(frozen=True, slots=True)
class StageCount:
    """A finished stay in a stage, without its dates. `days` leaves out what was paused."""

    stage: str
    quarter: Quarter
    days: int
    in_clock: bool | None
    pauses: tuple[PauseReason, ...] = ()

    def __post_init__(self) -> None:
        _slug(self.stage)
        if self.days < 0:
            raise UsageError(f"{self.days} days in a stage", where=self.stage, mend="Check the dates of the events.")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as it stands, from its record. `settled`: the day its route was settled; `decided`: a panel's day."""

    opened: date
    closed: date | None = None
    route: Route | None = None
    settled: date | None = None
    rung: Rung | None = None
    decided: date | None = None
    stays: tuple[StageStay, ...] = ()
    contacts: int = 0
    seats: int = 0
    seats_declared: int = 0
    reviewed: bool = False
    rule: str = ""
    under_16: bool = False


@dataclass(frozen=True, slots=True)
class CountingRow:
    """What stays of a case for ever, committed in its last leaf: quarters, enums and counts (EVIDENCE §2.7)."""

    opened: Quarter
    closed: Quarter | None = None
    route: Route | None = None
    settled: Quarter | None = None
    rung: Rung | None = None
    decided: Quarter | None = None
    stages: tuple[StageCount, ...] = ()
    contacts: int = 0
    seats: int = 0
    seats_declared: int = 0
    reviewed: bool = False
    rule: str = ""
    under_16: bool = False

    def __post_init__(self) -> None:
        _pair("route", self.route, self.settled)
        _pair("rung", self.rung, self.decided)
        for later in (self.closed, self.settled, self.decided):
            if later is not None and later < self.opened:
                raise UsageError("something happened before the case was opened", mend="Check the dates of the events.")
        if not 0 <= self.seats_declared <= self.seats or self.contacts < 0:
            raise UsageError("more declarations than seats", mend="Check the contact declarations.")


def _pair(name: str, value: object, when: object) -> None:
    if (value is None) != (when is None):
        raise UsageError(f"{name} and its day belong together", mend="Give both or neither.")


def _slug(name: str) -> None:
    if not _SLUG.fullmatch(name):
        raise UsageError("is no name of a stage", where=repr(name[:40]), mend="Use its internal name.")


def counting_row(case: CaseRow) -> CountingRow:
    """Return the counting row of a case: days become quarters and lengths, and nothing else is kept."""
    return CountingRow(
        opened=Quarter.of(case.opened),
        closed=_quarter(case.closed),
        route=case.route,
        settled=_quarter(case.settled),
        rung=case.rung,
        decided=_quarter(case.decided),
        stages=tuple(_count(stay, stay.left) for stay in case.stays if stay.left is not None),
        contacts=case.contacts,
        seats=case.seats,
        seats_declared=case.seats_declared,
        reviewed=case.reviewed,
        rule=case.rule,
        under_16=case.under_16,
    )


def _quarter(day: date | None) -> Quarter | None:
    return Quarter.of(day) if day is not None else None


def _count(stay: StageStay, left: date) -> StageCount:
    days = (left - stay.entered).days - stay.paused_days
    in_clock = left <= stay.due if stay.due is not None else None
    return StageCount(stay.stage, Quarter.of(left), days, in_clock, stay.pauses)


def plain(row: CountingRow) -> Mapping[str, object]:
    """Return a counting row as plain values for canonical JSON: texts, whole numbers, booleans, nulls."""
    return {
        "opened": str(row.opened),
        "closed": str(row.closed) if row.closed else None,
        "route": row.route,
        "settled": str(row.settled) if row.settled else None,
        "rung": row.rung,
        "decided": str(row.decided) if row.decided else None,
        "stages": [
            {"stage": s.stage, "quarter": str(s.quarter), "days": s.days, "in_clock": s.in_clock, "pauses": [*s.pauses]}
            for s in row.stages
        ],
        "contacts": row.contacts,
        "seats": row.seats,
        "seats_declared": row.seats_declared,
        "reviewed": row.reviewed,
        "rule": row.rule,
        "under_16": row.under_16,
    }


def from_plain(values: Mapping[str, Any]) -> CountingRow:
    """Return the counting row of plain values, as `plain` gave them; UsageError for anything else.

    An auditor reads committed rows back with it, so `from_plain(plain(row)) == row`.
    """
    try:
        return CountingRow(
            opened=_quarter_of(values["opened"]) or _no_quarter(),
            closed=_quarter_of(values["closed"]),
            route=Route(values["route"]) if values["route"] is not None else None,
            settled=_quarter_of(values["settled"]),
            rung=Rung(values["rung"]) if values["rung"] is not None else None,
            decided=_quarter_of(values["decided"]),
            stages=tuple(_stage_of(each) for each in values["stages"]),
            contacts=int(values["contacts"]),
            seats=int(values["seats"]),
            seats_declared=int(values["seats_declared"]),
            reviewed=bool(values["reviewed"]),
            rule=str(values["rule"]),
            under_16=bool(values["under_16"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"is no counting row: {error}", mend="Use the row as it was committed.") from None


def _stage_of(values: Mapping[str, Any]) -> StageCount:
    clock = values["in_clock"]
    return StageCount(
        stage=str(values["stage"]),
        quarter=_quarter_of(values["quarter"]) or _no_quarter(),
        days=int(values["days"]),
        in_clock=clock if clock is None else bool(clock),
        pauses=tuple(PauseReason(each) for each in values["pauses"]),
    )


def _quarter_of(text: str | None) -> Quarter | None:
    if text is None:
        return None
    year, _, number = text.partition(" Q")
    return Quarter(int(year), int(number))


def _no_quarter() -> Quarter:
    raise ValueError("a quarter is missing")

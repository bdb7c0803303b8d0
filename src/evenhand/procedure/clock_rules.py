"""The clocks of the procedure with their defaults, and which way an organisation may move each (PROCEDURE §2.3).

aim: what the dashboards show. bound: what binds; several bounds mean the earliest. A party's days run from service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from evenhand.procedure.durations import Duration, duration


class ClockId(StrEnum):
    """The name of a clock in the procedure file."""

    ACKNOWLEDGE = "acknowledge"
    DANGER = "danger"
    TRIAGE = "triage"
    MEMBERSHIP = "membership"
    SCOPE = "scope"
    EVIDENCE = "evidence"
    INFO = "info"
    DISMISSAL = "dismissal"
    INFORMAL = "informal"
    IDENTITY = "identity"
    NOTICE = "notice"
    INTERIM_DECIDE = "interim_decide"
    INTERIM_REVIEW = "interim_review"
    INTERIM_LAPSE = "interim_lapse"
    INTERIM_CHALLENGE = "interim_challenge"
    INTERIM_SELECTION = "interim_selection"
    PAUSE_REVIEW = "pause_review"
    INVESTIGATION = "investigation"
    CHARGE = "charge"
    REPLY = "reply"
    PANEL = "panel"
    HEARING_NOTICE = "hearing_notice"
    HEARING = "hearing"
    LIABILITY = "liability"
    SANCTION = "sanction"
    REVIEW = "review"
    REASONS = "reasons"
    APPEAL = "appeal"
    APPEAL_CONTENT = "appeal_content"
    APPEAL_DECIDE = "appeal_decide"
    SCREENING_ASK = "screening_ask"
    SCREENING_DECIDE = "screening_decide"
    REOPEN_COOLING = "reopen_cooling"
    REOPEN_DECIDE = "reopen_decide"
    LEAVE = "leave"
    WITHDRAWAL = "withdrawal"
    WITHDRAWAL_RESUME = "withdrawal_resume"
    HOLD_REVIEW = "hold_review"
    ALLOCATION = "allocation"
    WELFARE_CALL = "welfare_call"
    CONTACT_FILING = "contact_filing"
    SERVICE_POSTED = "service_posted"
    SERVICE_DELIVERED = "service_delivered"
    OVERALL_FIRST = "overall_first"
    OVERALL_SECOND = "overall_second"


class Direction(StrEnum):
    """Which way an organisation may move a clock's default."""

    DOWN = "down"
    UP = "up"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock: what is aimed at, what binds (the earliest of `bound`), and an extension on request."""

    id: ClockId
    aim: Duration
    bound: tuple[Duration, ...]
    extension: Duration | None = None


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A clock's default, the way it may move, and what it is for; `most` ends the way up."""

    default: Clock
    direction: Direction
    words: str

    @property
    def most(self) -> float:
        """About how many days an `up` clock may at most have: three times its default, so no wait is endless."""
        return 3 * self.default.bound[0].rough_days


def _rule(  # noqa: PLR0917 - a row of the list: its columns in order
    id_: ClockId, aim: str, bound: str, direction: Direction, words: str, extension: str | None = None
) -> ClockRule:
    bounds = tuple(duration(each) for each in bound.split())
    clock = Clock(id_, duration(aim), bounds, duration(extension) if extension else None)
    return ClockRule(clock, direction, words)


_C, _DN, _UP, _FIX = ClockId, Direction.DOWN, Direction.UP, Direction.LOCKED
_RULES: Final = (
    _rule(_C.ACKNOWLEDGE, "1d", "5wd 7d", _DN, "a person acknowledges the report (T01)"),
    _rule(_C.DANGER, "24h", "24h", _FIX, "a person reaches whoever is in danger (T02)"),
    _rule(_C.TRIAGE, "1d", "5wd", _DN, "danger and duplicates are looked at (T02)"),
    _rule(_C.MEMBERSHIP, "1d", "3wd", _DN, "membership is looked up once (T03)"),
    _rule(_C.SCOPE, "5wd", "5wd", _DN, "what is out of scope is answered (T03a)"),
    _rule(_C.EVIDENCE, "4d", "10wd", _DN, "what was sent is assessed (T04)"),
    _rule(_C.INFO, "14d", "14d", _UP, "the complainant answers what we asked for (T04a)", "14d"),
    _rule(_C.DISMISSAL, "5wd", "5wd", _DN, "two people vote on a dismissal (T04b)"),
    _rule(_C.INFORMAL, "30d", "30d", _DN, "an agreed solution is tried (T05)"),
    _rule(_C.IDENTITY, "5wd", "5wd", _FIX, "the complainant answers how they will be named (N22)"),
    _rule(_C.NOTICE, "1d", "5wd", _DN, "the person complained about is told (T06)"),
    _rule(_C.INTERIM_DECIDE, "3wd", "3wd", _DN, "a temporary measure is decided (T06a)"),
    _rule(_C.INTERIM_REVIEW, "28d", "28d", _DN, "a temporary measure is reviewed (T06a)"),
    _rule(_C.INTERIM_LAPSE, "84d", "84d", _DN, "a temporary measure lapses (T06a)"),
    _rule(_C.INTERIM_CHALLENGE, "7d", "7d", _UP, "a temporary measure may be challenged (IM-4)"),
    _rule(_C.INTERIM_SELECTION, "60d", "60d", _UP, "how near a selection needs a countersignature (IM-6)"),
    _rule(_C.PAUSE_REVIEW, "28d", "28d", _DN, "a pause is reviewed (T06b)"),
    _rule(_C.INVESTIGATION, "12d", "60d", _DN, "the facts are looked into (T07)"),
    _rule(_C.CHARGE, "1d", "5wd", _DN, "formal allegations are sent (T08)"),
    _rule(_C.REPLY, "14d", "14d", _UP, "the person complained about replies (T08)", "14d"),
    _rule(_C.PANEL, "2d", "10wd", _DN, "the panel is drawn (T09)"),
    _rule(_C.HEARING_NOTICE, "10wd", "10wd", _UP, "how long before a hearing both are told (N6)"),
    _rule(_C.HEARING, "14d", "30d", _DN, "the hearing begins (T10)"),
    _rule(_C.LIABILITY, "2d", "10wd", _DN, "the panel decides whether it happened (T11)"),
    _rule(_C.SANCTION, "1d", "10wd", _DN, "the panel decides what follows (T12)"),
    _rule(_C.REVIEW, "4d", "10wd", _DN, "an outside person checks the decision (T13)"),
    _rule(_C.REASONS, "1d", "5wd", _DN, "the decision is sent with its reasons (T14)"),
    _rule(_C.APPEAL, "28d", "28d", _UP, "an appeal may be made (T15)"),
    _rule(_C.APPEAL_CONTENT, "6m", "6m", _UP, "an appeal about content may be made (T15)"),
    _rule(_C.APPEAL_DECIDE, "30wd", "30wd", _DN, "an appeal is decided (T16)"),
    _rule(_C.SCREENING_ASK, "28d", "28d", _UP, "somebody may ask that a refusal be checked (T15a)"),
    _rule(_C.SCREENING_DECIDE, "10wd", "10wd", _DN, "a refusal is checked (T15a)"),
    _rule(_C.REOPEN_COOLING, "10wd", "10wd", _UP, "how long after a request nobody decides on it (T19)"),
    _rule(_C.REOPEN_DECIDE, "20wd", "20wd", _DN, "a request to look again is decided (T19)"),
    _rule(_C.LEAVE, "20wd", "20wd", _DN, "it is decided whether a frozen case goes on (T20)"),
    _rule(_C.WITHDRAWAL, "72h", "72h", _FIX, "a withdrawal may be taken back (T21)"),
    _rule(_C.WITHDRAWAL_RESUME, "20wd", "20wd", _DN, "it is decided whether a withdrawn case goes on (T21a)"),
    _rule(_C.HOLD_REVIEW, "6m", "6m", _DN, "a legal hold is reviewed (T22)"),
    _rule(_C.ALLOCATION, "2wd", "2wd", _FIX, "an empty pool is filled from outside"),
    _rule(_C.WELFARE_CALL, "24h", "24h", _FIX, "somebody in distress is called"),
    _rule(_C.CONTACT_FILING, "24h", "24h", _FIX, "an outside contact is filed (INV-11)"),
    _rule(_C.SERVICE_POSTED, "3wd", "3wd", _UP, "when a posted letter counts as served"),
    _rule(_C.SERVICE_DELIVERED, "24h", "24h", _UP, "how long an accepted mail must not bounce"),
    _rule(_C.OVERALL_FIRST, "60d", "60d", _DN, "when both parties and the auditor hear of the delay first"),
    _rule(_C.OVERALL_SECOND, "90d", "90d", _DN, "when both parties and the auditor hear of the delay again"),
)
CLOCKS: Final[Mapping[ClockId, ClockRule]] = MappingProxyType({rule.default.id: rule for rule in _RULES})

LONGEST_PATH: Final = (
    _C.ACKNOWLEDGE,
    _C.TRIAGE,
    _C.MEMBERSHIP,
    _C.EVIDENCE,
    _C.NOTICE,
    _C.INVESTIGATION,
    _C.CHARGE,
    _C.REPLY,
    _C.PANEL,
    _C.HEARING,
    _C.LIABILITY,
    _C.SANCTION,
    _C.REVIEW,
    _C.REASONS,
)
"""The clocks a contested, reviewed case passes, one after the other: their aims make 59 days by default."""


def default_clock(clock: ClockId) -> Clock:
    """Return a clock as it is where an organisation moved nothing."""
    return CLOCKS[clock].default

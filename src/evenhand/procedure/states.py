"""The states of a case, its overlays and the small second machine of retention, with the words the parties read.

Names are internal: no page, subject, file name or title shows one to a party (PROCEDURE §2.6). All words here
are message ids in plain English; the web application translates them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """Where a case stands (PROCEDURE §2.3), in the order in which a contested case passes."""

    DRAFT = "draft"
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    TRIAGE = "triage"
    MERGED = "merged"
    MEMBERSHIP_CHECK = "membership_check"
    OUT_OF_SCOPE = "out_of_scope"
    EVIDENCE_ASSESSMENT = "evidence_assessment"
    MORE_INFO_REQUESTED = "more_info_requested"
    DISMISSED_UNFIT = "dismissed_unfit"
    INFORMAL = "informal"
    UNDER_INVESTIGATION = "under_investigation"
    NO_CASE = "no_case"
    CASE_TO_ANSWER = "case_to_answer"
    CHARGED = "charged"
    REPLY_WINDOW = "reply_window"
    ADMITTED = "admitted"
    PANEL_SET = "panel_set"
    HEARING = "hearing"
    LIABILITY_DECIDED = "liability_decided"
    SANCTION_DECIDED = "sanction_decided"
    INDEPENDENT_REVIEW = "independent_review"
    DECIDED = "decided"
    SCREENING_REVIEW = "screening_review"
    APPEALED = "appealed"
    APPEAL_DECIDED = "appeal_decided"
    SANCTION_ACTIVE = "sanction_active"
    SPENT = "spent"
    CLOSED = "closed"
    REOPEN_REQUESTED = "reopen_requested"
    REOPENED = "reopened"
    LEFT_UNDER_INVESTIGATION = "left_under_investigation"
    WITHDRAWN = "withdrawn"


class Overlay(StrEnum):
    """What may lie over a state without moving the case out of it."""

    INTERIM_MEASURE = "interim_measure"
    PAUSED = "paused"
    LEGAL_HOLD = "legal_hold"
    ALLOCATION_PENDING = "allocation_pending"


class Retention(StrEnum):
    """T23, the second machine: what becomes of a closed case's data."""

    KEPT = "kept"
    LOCKED = "locked"
    ANONYMISED = "anonymised"
    ERASED = "erased"


ENDS: Final = frozenset(
    {
        State.MERGED,
        State.OUT_OF_SCOPE,
        State.DISMISSED_UNFIT,
        State.NO_CASE,
        State.DECIDED,
        State.APPEAL_DECIDED,
        State.WITHDRAWN,
        State.LEFT_UNDER_INVESTIGATION,
    }
)
"""The ends of PROCEDURE §2.3: nothing is decided after them, and each reaches `closed` in time."""

NOT_LIVE: Final = ENDS | {State.DRAFT, State.SANCTION_ACTIVE, State.SPENT, State.CLOSED}
OPEN: Final = frozenset(State) - NOT_LIVE
"""Every state in which somebody still has something to decide; each has an owner and a clock (INV-26)."""

BEFORE_INVESTIGATION: Final = frozenset(
    {
        State.RECEIVED,
        State.ACKNOWLEDGED,
        State.TRIAGE,
        State.MEMBERSHIP_CHECK,
        State.EVIDENCE_ASSESSMENT,
        State.MORE_INFO_REQUESTED,
        State.INFORMAL,
    }
)
AFTER_INVESTIGATION_OPENED: Final = OPEN - BEFORE_INVESTIGATION
"""The open states a case can be in after T06; what T20 freezes."""

_FIRST_CHECKS: Final = "we have your report, first checks"
_ALLEGATIONS: Final = "formal allegations, your time to answer"
_PANEL: Final = "three independent people consider it"

PARTY_WORDS: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.DRAFT: _FIRST_CHECKS,
        State.RECEIVED: _FIRST_CHECKS,
        State.ACKNOWLEDGED: _FIRST_CHECKS,
        State.TRIAGE: _FIRST_CHECKS,
        State.MEMBERSHIP_CHECK: _FIRST_CHECKS,
        State.MERGED: _FIRST_CHECKS,
        State.OUT_OF_SCOPE: "not something we can take further",
        State.DISMISSED_UNFIT: "too little to go on",
        State.SCREENING_REVIEW: "somebody new checks that",
        State.EVIDENCE_ASSESSMENT: "we look at what was sent",
        State.MORE_INFO_REQUESTED: "we need something from you",
        State.INFORMAL: "an agreed solution",
        State.UNDER_INVESTIGATION: "facts are being looked into; nothing is decided",
        State.NO_CASE: "no formal allegations",
        State.CASE_TO_ANSWER: "formal allegations are being prepared",
        State.CHARGED: _ALLEGATIONS,
        State.REPLY_WINDOW: _ALLEGATIONS,
        State.ADMITTED: "accepted",
        State.PANEL_SET: _PANEL,
        State.HEARING: _PANEL,
        State.LIABILITY_DECIDED: _PANEL,
        State.SANCTION_DECIDED: _PANEL,
        State.INDEPENDENT_REVIEW: "an outside person checks it",
        State.DECIDED: "the decision",
        State.APPEALED: "new people look again",
        State.APPEAL_DECIDED: "new people have looked again",
        State.REOPEN_REQUESTED: "somebody asks to look again",
        State.REOPENED: "new people look again",
        State.SANCTION_ACTIVE: "what follows",
        State.SPENT: "over",
        State.CLOSED: "finished",
        State.WITHDRAWN: "taken back",
        State.LEFT_UNDER_INVESTIGATION: "stopped because membership ended",
    }
)
"""What a party reads instead of a state's name. A date, where one belongs, is added by the page."""

DATED: Final = frozenset({State.SANCTION_ACTIVE, State.CLOSED})
"""States whose words are followed by a date: "what follows, until …", "finished, kept until …"."""

OVERLAY_WORDS: Final[Mapping[Overlay, str]] = MappingProxyType(
    {
        Overlay.INTERIM_MEASURE: "a temporary measure",
        Overlay.PAUSED: "on hold",
        Overlay.LEGAL_HOLD: "kept for a legal reason",
        Overlay.ALLOCATION_PENDING: "we are finding somebody to handle this",
    }
)

RETENTION_WORDS: Final[Mapping[Retention, str]] = MappingProxyType(
    {
        Retention.KEPT: "finished",
        Retention.LOCKED: "removed",
        Retention.ANONYMISED: "removed",
        Retention.ERASED: "removed",
    }
)

TERM_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "respondent": "person complained about",
        "liability": "did it happen and break the rule",
        "sanction": "what follows",
        "vexatious": "how complaints are made",
    }
)
"""Words of the trade, and what a party reads instead of them."""

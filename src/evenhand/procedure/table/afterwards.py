"""T15 to T23: reviews, appeals, what follows, closing, looking again, leaving, withdrawing, keeping."""

from __future__ import annotations

from typing import Final

from evenhand.procedure.clock_rules import ClockId
from evenhand.procedure.edges import OverlayRule, RetentionStep, actors_of, guards_of, notices_of, step
from evenhand.procedure.states import (
    AFTER_INVESTIGATION_OPENED,
    BEFORE_INVESTIGATION,
    ENDS,
    OPEN,
    Overlay,
    Retention,
)
from evenhand.procedure.states import State as S

# In the order of State, so that the generated page does not depend on the order of a set.
_OPEN: Final = tuple(state for state in S if state in OPEN)
_FREEZABLE: Final = tuple(state for state in S if state in AFTER_INVESTIGATION_OPENED)
_ENDS: Final = tuple(state for state in S if state in ENDS)
_PANEL_STAGES: Final = frozenset(
    {S.PANEL_SET, S.HEARING, S.LIABILITY_DECIDED, S.SANCTION_DECIDED, S.INDEPENDENT_REVIEW, S.APPEALED}
    | {S.REOPEN_REQUESTED, S.REOPENED}
)
"""After T09: the chair decides whether a frozen case goes on, before it the charge assessor."""
_BEFORE_CHARGE_ASSESSED: Final = BEFORE_INVESTIGATION | {S.UNDER_INVESTIGATION, S.SCREENING_REVIEW}
"""Up to T07: the first assessor decides whether a withdrawn case goes on, after it the charge assessor."""

_REVIEW: Final = (
    *step(
        "T15", "Appeal", S.DECIDED, S.APPEALED, "respondent complainant", "window_open ground_given once_per_party",
        "case.appealed", notices="N8a", clock=ClockId.APPEAL, offered=False,
    ),
    *step(
        "T15a", "Ask for a check by somebody new", (S.OUT_OF_SCOPE, S.DISMISSED_UNFIT, S.NO_CASE), S.SCREENING_REVIEW,
        "complainant reporter", "window_open once_per_party", "case.appealed",
        clock=ClockId.SCREENING_ASK, offered=False,
    ),
    *step(
        "T15a", "Confirm", S.SCREENING_REVIEW, S.CLOSED, "reviewer", "new_people contacts_declared",
        "case.review_recorded", notices="N10", clock=ClockId.SCREENING_DECIDE, offered=False,
    ),
    *(
        edge
        for stage in (S.MEMBERSHIP_CHECK, S.EVIDENCE_ASSESSMENT, S.UNDER_INVESTIGATION)
        for edge in step(
            "T15a", "Send back with new people", S.SCREENING_REVIEW, stage, "reviewer",
            "new_people contacts_declared", "case.review_recorded", clock=ClockId.SCREENING_DECIDE, offered=False,
        )
    ),
    *step(
        "T16", "Decide the appeal", S.APPEALED, S.APPEAL_DECIDED, "appeal_panel",
        "new_people each_ground_answered not_heavier external_redress_named contacts_declared contacts_filed",
        "case.appeal_decided", notices="N7a", clock=ClockId.APPEAL_DECIDE, offered=False,
    ),
    *step(
        "T16", "Send back to a new panel", S.APPEALED, S.PANEL_SET, "appeal_panel",
        "new_people each_ground_answered contacts_declared contacts_filed",
        "case.appeal_decided", notices="N7a", clock=ClockId.APPEAL_DECIDE, offered=False,
    ),
)  # fmt: skip

_FOLLOWING: Final = (
    *step(
        "T17", "Begin what follows", (S.DECIDED, S.APPEAL_DECIDED), S.SANCTION_ACTIVE, "system",
        "term_begins appeal_window_over", "case.term_recorded", notices="N18",
    ),
    *step(
        "T17", "End what follows", S.SANCTION_ACTIVE, S.SPENT, "system", "term_over",
        "case.term_recorded", notices="N18",
    ),
    *step(
        "T18", "Close", (*_ENDS, S.SPENT), S.CLOSED, "system",
        "windows_over no_sanction_running retention_date_set", "case.closed", notices="N10",
    ),
)  # fmt: skip

_REOPENING: Final = (
    *step(
        "T19", "Ask to look again", (S.CLOSED, S.DECIDED), S.REOPEN_REQUESTED, "complainant respondent",
        "reopening_ground", "reopening.recorded", notices="N17", offered=False,
    ),
    *step(
        "T19", "Agree to look again", S.REOPEN_REQUESTED, S.REOPENED, "reopening_panel",
        "reopening_ground both_heard notice_before_deciding cooling_over contacts_declared contacts_filed",
        "reopening.recorded", clock=ClockId.REOPEN_DECIDE, offered=False,
    ),
    *(
        edge
        for back in (S.CLOSED, S.DECIDED)
        for edge in step(
            "T19", "Decline to look again", S.REOPEN_REQUESTED, back, "reopening_panel",
            "both_heard notice_before_deciding cooling_over reopening_refused from_the_frozen_state contacts_declared"
            " contacts_filed",
            "reopening.recorded", clock=ClockId.REOPEN_DECIDE, offered=False,
        )
    ),
    *step(
        "T19", "Go on from the assessment, with new people", S.REOPENED, S.EVIDENCE_ASSESSMENT, "system",
        "reopening_granted new_people", "reopening.recorded", clock=ClockId.ALLOCATION, offered=False,
    ),
    *step(
        "T19", "Go on with a new panel", S.REOPENED, S.PANEL_SET, "system",
        "reopening_granted allegations_were_made new_people", "reopening.recorded",
        clock=ClockId.ALLOCATION, offered=False,
    ),
)  # fmt: skip

_LEAVING: Final = (
    *step(
        "T20", "Freeze: membership ended", _FREEZABLE, S.LEFT_UNDER_INVESTIGATION, "system",
        "left_membership after_investigation_opened", "case.frozen", offered=False,
    ),
    *(
        edge
        for state in _FREEZABLE
        for edge in step(
            "T20a", "Go on after freezing", S.LEFT_UNDER_INVESTIGATION, state,
            "panel" if state in _PANEL_STAGES else "charge_assessor",
            "from_the_frozen_state rejoined_or_reasons notice_served", "case.resumed",
            clock=ClockId.LEAVE, offered=False,
        )
    ),
    *step(
        "T21", "Withdraw", _OPEN, S.WITHDRAWN, "complainant intake assessor investigator charge_assessor",
        "asked_by_the_sender free_of_pressure welfare_offered time_to_reconsider_over", "case.withdrawn", notices="N13",
    ),
    *(
        edge
        for state in _OPEN
        for edge in step(
            "T21a", "Go on after a withdrawal", S.WITHDRAWN, state,
            "assessor" if state in _BEFORE_CHARGE_ASSESSED else "charge_assessor",
            "from_the_frozen_state revoked_or_reasons", "case.resumed",
            clock=ClockId.WITHDRAWAL_RESUME, offered=False,
        )
    ),
)  # fmt: skip

ROWS: Final = (*_REVIEW, *_FOLLOWING, *_REOPENING, *_LEAVING)

OVERLAYS: Final = (
    OverlayRule(
        "T06a", "Temporary measure", Overlay.INTERIM_MEASURE, AFTER_INVESTIGATION_OPENED,
        actors_of("interim_panel"), guards_of("written_application contacts_declared contacts_filed"),
        notices_of("N4 N4c"), ClockId.INTERIM_REVIEW, "interim.recorded", "interim.recorded",
    ),
    OverlayRule(
        "T06b", "Pause", Overlay.PAUSED, OPEN, actors_of("investigator liaison"),
        guards_of("pause_reason_given review_date_set"), notices_of("N16"), ClockId.PAUSE_REVIEW,
        "pause.set", "pause.ended",
    ),
    OverlayRule(
        "T22", "Legal hold", Overlay.LEGAL_HOLD, frozenset(S), actors_of("dpo case_keeper"),
        guards_of("two_approvers ground_given review_date_set"), (), ClockId.HOLD_REVIEW,
        "hold.placed", "hold.released", offered=True,
    ),
    OverlayRule(
        "P2.4", "Nobody to allocate to", Overlay.ALLOCATION_PENDING, OPEN, actors_of("system"), (), (),
        ClockId.ALLOCATION, "owner.changed", "owner.changed", offered=True,
    ),
)  # fmt: skip
"""What may lie over a state; none of them moves the case."""


def _kept(source: Retention, target: Retention, name: str, leaf: str) -> RetentionStep:
    guards = guards_of("two_approvers no_hold schedule_exists")
    return RetentionStep("T23", name, source, target, actors_of("system"), guards, leaf)


RETENTION: Final = (
    _kept(Retention.KEPT, Retention.LOCKED, "Lock", "retention.locked"),
    _kept(Retention.LOCKED, Retention.ANONYMISED, "Anonymise", "retention.purged"),
    _kept(Retention.LOCKED, Retention.ERASED, "Erase", "retention.purged"),
)
"""T23. It runs only over `closed`, so no open case is ever in it."""

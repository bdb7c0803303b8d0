"""T00 to T06: from a report to the opening of an investigation, and the ends before it."""

from __future__ import annotations

from typing import Final

from evenhand.procedure.clock_rules import ClockId
from evenhand.procedure.edges import step
from evenhand.procedure.states import State as S

ROWS: Final = (
    *step(
        "T00", "Send the report", S.DRAFT, S.RECEIVED, "complainant reporter intake",
        "explanation_given locations_exact reachable bona_fide_declared exclusions_asked",
        "submission.received", notices="N1",
    ),
    *step(
        "T01", "Acknowledge", S.RECEIVED, S.ACKNOWLEDGED, "intake", "not_an_excluded_reader opened_by_person",
        "submission.acknowledged", notices="N2", clock=ClockId.ACKNOWLEDGE,
    ),
    *step(
        "T02", "Look for danger, then for duplicates", S.ACKNOWLEDGED, S.TRIAGE, "intake",
        "not_an_excluded_reader danger_looked_at duplicates_looked_at",
        "submission.triaged", notices="N19", clock=ClockId.TRIAGE,
    ),
    *step(
        "T02a", "Join to a known item", S.TRIAGE, S.MERGED, "intake", "duplicate_of_known_item affected_keeps_rights",
        "submission.merged", notices="N19", clock=ClockId.TRIAGE,
    ),
    *step(
        "T03", "Confirm the membership look-up", S.TRIAGE, S.MEMBERSHIP_CHECK, "system intake",
        "looked_up_once membership_recorded no_merits_yet",
        "case.scope_recorded", clock=ClockId.MEMBERSHIP,
    ),
    *step(
        "T03a", "Answer that it is out of scope", S.MEMBERSHIP_CHECK, S.OUT_OF_SCOPE, "assessor",
        "assessor_drawn scope_code_given", "case.scope_recorded", notices="N13", clock=ClockId.SCOPE,
    ),
    *step(
        "T04", "Assess what was sent", S.MEMBERSHIP_CHECK, S.EVIDENCE_ASSESSMENT, "assessor",
        "assessor_drawn items_gated blind_then_open identity_step_started",
        "case.scope_recorded", notices="N22", clock=ClockId.EVIDENCE,
    ),
    *step(
        "T04a", "Ask for more", S.EVIDENCE_ASSESSMENT, S.MORE_INFO_REQUESTED, "assessor",
        "gaps_named", "case.info_asked", notices="N12", clock=ClockId.NOTICE,
    ),
    *step(
        "T04a", "Go on with what came", S.MORE_INFO_REQUESTED, S.EVIDENCE_ASSESSMENT, "assessor",
        "info_answered_or_expired", "case.info_received", clock=ClockId.INFO,
    ),
    *step(
        "T04b", "Dismiss: too little to go on", S.EVIDENCE_ASSESSMENT, S.DISMISSED_UNFIT, "assessor second_assessor",
        "dismissal_code_given gaps_asked_once two_hidden_votes votes_agree contacts_declared contacts_filed",
        "case.assessment_recorded", notices="N13", clock=ClockId.DISMISSAL,
    ),
    *step(
        "T05", "Try an agreed solution", S.EVIDENCE_ASSESSMENT, S.INFORMAL, "assessor",
        "both_consent gravity_low protected_only_if_asked",
        "case.assessment_recorded", notices="N14", clock=ClockId.NOTICE, offered=False,
    ),
    *step(
        "T05a", "Close as agreed", S.INFORMAL, S.CLOSED, "assessor", "agreed_or_failed both_consent",
        "case.informal_recorded", notices="N10", clock=ClockId.INFORMAL, offered=False,
    ),
    *step(
        "T06", "Open an investigation", S.EVIDENCE_ASSESSMENT, S.UNDER_INVESTIGATION, "assessor",
        "rule_in_force allegation_supported contacts_reviewed contacts_filed identity_step_done"
        " no_protection_pending disclosure_risk_assessed most_that_can_follow_named investigator_drawn",
        "case.assessment_recorded", notices="N3 N3c", clock=ClockId.NOTICE,
    ),
    *step(
        "T06", "Open an investigation after an agreed solution failed", S.INFORMAL, S.UNDER_INVESTIGATION, "assessor",
        "agreed_or_failed rule_in_force allegation_supported contacts_reviewed contacts_filed identity_step_done"
        " no_protection_pending disclosure_risk_assessed most_that_can_follow_named investigator_drawn",
        "case.assessment_recorded", notices="N3 N3c", clock=ClockId.INFORMAL, offered=False,
    ),
)  # fmt: skip
"""The failed half of T05a goes by T06: it has T06's guards and its own."""

"""T07 to T14: from the investigation to the decision, with the review from outside."""

from __future__ import annotations

from typing import Final

from evenhand.procedure.clock_rules import ClockId
from evenhand.procedure.edges import step
from evenhand.procedure.states import State as S

REVIEWED_BEFORE_NOTICE: Final = (S.OUT_OF_SCOPE, S.DISMISSED_UNFIT, S.NO_CASE)
"""The ends that T13 may send to a reviewer before anybody is told, and to which T14 leads back."""

_CHARGE_GUARDS: Final = "blind_and_open_saved change_has_reason realistic_prospect_answered contacts_declared"

ROWS: Final = (
    *step(
        "T07", "Find no case to answer", S.UNDER_INVESTIGATION, S.NO_CASE, "charge_assessor",
        f"{_CHARGE_GUARDS} contacts_filed", "case.charge_assessed", notices="N13", clock=ClockId.INVESTIGATION,
    ),
    *step(
        "T07", "Find a case to answer", S.UNDER_INVESTIGATION, S.CASE_TO_ANSWER, "charge_assessor",
        f"{_CHARGE_GUARDS} contacts_filed", "case.charge_assessed", clock=ClockId.INVESTIGATION,
    ),
    *step(
        "T08", "Set the formal allegations", S.CASE_TO_ANSWER, S.CHARGED, "charge_assessor",
        "rule_in_force particulars_given evidence_disclosed exculpatory_search most_that_can_follow_named"
        " contacts_filed",
        "case.allegations_set", clock=ClockId.CHARGE,
    ),
    *step(
        "T08", "Send the formal allegations", S.CHARGED, S.REPLY_WINDOW, "charge_assessor system", "charge_served",
        "case.notice_sent", notices="N5 N5c", clock=ClockId.CHARGE,
    ),
    *step(
        "T08a", "Accept the allegations", S.REPLY_WINDOW, S.ADMITTED, "respondent",
        "admission_explicit legal_information_opened", "case.reply_received", clock=ClockId.REPLY, offered=False,
    ),
    *step(
        "T08a", "Take the acceptance back", S.ADMITTED, S.REPLY_WINDOW, "respondent", "admission_withdrawn",
        "case.reply_received", offered=False,
    ),
    *step(
        "T09", "Draw the panel", S.REPLY_WINDOW, S.PANEL_SET, "system",
        "replied_or_expired draw_verifiable conflicts_declared challenges_answered",
        "case.panel_assigned", notices="N15", clock=ClockId.PANEL,
    ),
    *step(
        "T09", "Draw the panel", S.ADMITTED, S.PANEL_SET, "system",
        "draw_verifiable conflicts_declared challenges_answered",
        "case.panel_assigned", notices="N15", clock=ClockId.PANEL, offered=False,
    ),
    *step(
        "T10", "Open the hearing", S.PANEL_SET, S.HEARING, "panel",
        "form_of_hearing_set quorum no_private_material hearing_announced", "case.hearing_recorded",
        notices="N6", clock=ClockId.HEARING,
    ),
    *step(
        "T11", "Decide whether it happened and broke the rule", S.HEARING, S.LIABILITY_DECIDED, "panel",
        "quorum finding_per_allegation evidence_relied_on_named contacts_declared contacts_filed",
        "case.deliberation_recorded", clock=ClockId.LIABILITY,
    ),
    *step(
        "T12", "Decide what follows", S.LIABILITY_DECIDED, S.SANCTION_DECIDED, "panel",
        "one_proved priors_shown_now comparators_shown range_reason within_the_most grade_allows"
        " contacts_declared contacts_filed",
        "case.deliberation_recorded", clock=ClockId.SANCTION,
    ),
    *step(
        "T13", "Send to an outside reviewer", S.LIABILITY_DECIDED, S.INDEPENDENT_REVIEW, "system",
        "none_proved reviewer_drawn not_yet_notified", "case.review_recorded", clock=ClockId.SANCTION,
    ),
    *step(
        "T13", "Send to an outside reviewer", (S.SANCTION_DECIDED, *REVIEWED_BEFORE_NOTICE), S.INDEPENDENT_REVIEW,
        "system", "reviewer_drawn not_yet_notified", "case.review_recorded", clock=ClockId.REASONS,
    ),
    *step(
        "T13a", "Send back to a new panel", S.INDEPENDENT_REVIEW, S.PANEL_SET, "reviewer",
        "veto_ground_given new_people contacts_declared", "case.review_recorded", clock=ClockId.REVIEW, offered=False,
    ),
    *(
        edge
        for stage in (S.MEMBERSHIP_CHECK, S.EVIDENCE_ASSESSMENT, S.UNDER_INVESTIGATION)
        for edge in step(
            "T13a", "Send back to the step that erred, with new people", S.INDEPENDENT_REVIEW, stage, "reviewer",
            "veto_ground_given new_people contacts_declared", "case.review_recorded",
            clock=ClockId.REVIEW, offered=False,
        )
    ),
    *step(
        "T14", "Send the decision and its reasons", S.LIABILITY_DECIDED, S.DECIDED, "system",
        "none_proved review_not_required reasons_complete contact_count_given",
        "case.decided", notices="N7 N8", clock=ClockId.REASONS,
    ),
    *step(
        "T14", "Send the decision and its reasons", S.SANCTION_DECIDED, S.DECIDED, "system",
        "review_not_required reasons_complete contact_count_given",
        "case.decided", notices="N7 N8", clock=ClockId.REASONS,
    ),
    *step(
        "T14", "Send the verified decision and its reasons", S.INDEPENDENT_REVIEW, S.DECIDED, "system",
        "review_verified contacts_declared reasons_complete contact_count_given",
        "case.decided", notices="N7 N8", clock=ClockId.REVIEW,
    ),
    *(
        edge
        for end in REVIEWED_BEFORE_NOTICE
        for edge in step(
            "T14", "Tell the verified end", S.INDEPENDENT_REVIEW, end, "system", "review_verified contacts_declared",
            "case.review_recorded", notices="N13", clock=ClockId.REVIEW,
        )
    ),
)  # fmt: skip

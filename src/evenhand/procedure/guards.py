"""What must hold before a step: every guard with the words a person reads when the step is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NewType

GuardId = NewType("GuardId", str)


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition. `words` say what is missing, as a message id: they complete "This cannot be done yet: …"."""

    id: GuardId
    words: str


_WORDS: Final[Mapping[str, str]] = {
    # intake
    "explanation_given": "the report does not say what happened.",
    "locations_exact": "an item has no exact place: a link or an id.",
    "reachable": "there is neither a name with a contact nor a declared anonymous reply channel.",
    "bona_fide_declared": "nobody has declared that the report is made in good faith.",
    "exclusions_asked": "the question “who must not see this?” has not been answered.",
    "not_an_excluded_reader": "the sender asked that this person does not read it.",
    "opened_by_person": "no person has opened the report yet.",
    "danger_looked_at": "it has not been checked first whether somebody's life or safety is in danger.",
    "duplicates_looked_at": "the items have not been compared with those already known.",
    "duplicate_of_known_item": "this item is not known from another report.",
    "affected_keeps_rights": "an affected person would lose their own rights by joining.",
    "looked_up_once": "membership has not been looked up for this case, with purpose and approver.",
    "membership_recorded": "the result of the look-up, its evidence and its confidence are not recorded.",
    "no_merits_yet": "something about what happened was written before membership was known.",
    "scope_code_given": "no reason code from the list was chosen.",
    # assessment
    "assessor_drawn": "no assessor has been drawn.",
    "items_gated": "an item has not been assessed against every gate.",
    "blind_then_open": "the blind assessment is not recorded, or not before the open one.",
    "identity_step_started": "the complainant has not been shown the text in which they would be named.",
    "gaps_named": "no gap that could be mended is named.",
    "gaps_asked_once": "a gap that could be mended has not been asked about.",
    "info_answered_or_expired": "neither an answer has come nor the time for it passed.",
    "dismissal_code_given": "no reason code for the dismissal was chosen.",
    "two_hidden_votes": "both assessors must vote, each without seeing the other's vote.",
    "votes_agree": "the two assessors disagree: the case goes on to an investigation.",
    "both_consent": "both sides must agree.",
    "gravity_low": "this is too grave for an agreed solution.",
    "protected_only_if_asked": "abuse of this kind is settled by agreement only if the complainant asks for it.",
    "agreed_or_failed": "it is not recorded whether the agreed solution worked.",
    # investigation
    "rule_in_force": "no published rule in force on the day of the conduct is named that covers this kind of act.",
    "allegation_supported": "the allegation is not supported by the evidence yet.",
    "contacts_reviewed": "the list of outside contacts has not been reviewed.",
    "identity_step_done": "the complainant has neither answered how they will be named nor had five working days.",
    "no_protection_pending": "a request for protection has not been decided.",
    "disclosure_risk_assessed": "the risk of naming somebody has not been assessed.",
    "most_that_can_follow_named": "the rule does not name the most that can follow for this kind of act.",
    "investigator_drawn": "no investigator has been drawn.",
    "blind_and_open_saved": "the blind decision and the open one are not both saved.",
    "change_has_reason": "the open decision differs from the blind one without a reason.",
    "realistic_prospect_answered": "it is not recorded whether a panel could realistically find this proved.",
    "particulars_given": "an allegation lacks its particulars.",
    "evidence_disclosed": "evidence that is relied on has neither been shown nor withheld by a recorded decision.",
    "exculpatory_search": "the search for what speaks for the person complained about is not recorded.",
    "charge_served": "the formal allegations have not been sent.",
    "admission_explicit": "the person complained about has not accepted it in so many words.",
    "legal_information_opened": "the box with legal information has not been opened.",
    "admission_withdrawn": "nobody has taken the acceptance back.",
    "replied_or_expired": "the reply has not come and its time, counted from service, has not passed.",
    # decision
    "draw_verifiable": "the draw was not committed, made and recorded so that it can be repeated.",
    "conflicts_declared": "a panel member has not declared whether they have a conflict.",
    "challenges_answered": "a challenge of a panel member has not been answered.",
    "form_of_hearing_set": "it is not recorded whether the hearing is on paper or oral.",
    "quorum": "the panel is not complete.",
    "no_private_material": "the panel holds material that one side has not seen.",
    "hearing_announced": "both sides have not been told of the hearing early enough.",
    "finding_per_allegation": "an allegation has no finding with its standard of proof.",
    "contacts_declared": "a panel member has not declared their contacts, also if there were none.",
    "contacts_filed": "an outside contact that was flagged has not been filed.",
    "evidence_relied_on_named": "a finding does not name the items it relies on.",
    "one_proved": "no allegation was found proved.",
    "none_proved": "an allegation was found proved: what follows has to be decided first.",
    "priors_shown_now": "earlier findings have not been shown to the panel.",
    "comparators_shown": "comparable outcomes have not been shown to the panel.",
    "range_reason": "the outcome lies outside the usual range without a reason.",
    "within_the_most": "the outcome exceeds the most the rule names for this kind of act.",
    "grade_allows": "the evidence is not strong enough for an outcome of this weight.",
    "reviewer_drawn": "no reviewer has been drawn.",
    "not_yet_notified": "the parties have already been told.",
    "review_verified": "the reviewer has not verified the decision.",
    "review_not_required": "this decision must be checked from outside first.",
    "veto_ground_given": "no ground for sending it back was chosen.",
    "reasons_complete": "the statement of reasons is not complete.",
    "contact_count_given": "the number of outside contacts is not stated.",
    # afterwards
    "window_open": "the time for this is over, and the decision was served.",
    "ground_given": "no ground from the list was chosen.",
    "once_per_party": "this party has asked already.",
    "new_people": "somebody involved has had a part in this case before.",
    "each_ground_answered": "a ground of the appeal has no answer.",
    "not_heavier": "on an appeal of the person complained about the outcome may not become heavier.",
    "external_redress_named": "it is not said where else the parties can turn.",
    "term_begins": "the term has not begun.",
    "appeal_window_over": "this outcome begins only when the time for an appeal is over.",
    "term_over": "the term is not over.",
    "windows_over": "the time for a review or an appeal, counted from service, is not over.",
    "no_sanction_running": "what was decided has not ended yet.",
    "retention_date_set": "no date is set on which the file disappears.",
    "reopening_ground": "no ground for looking again was chosen; an outcry is none.",
    "both_heard": "both sides must have replied, or their time must have passed.",
    "cooling_over": "the waiting time before a decision is not over.",
    "reopening_granted": "three new people have not decided to look again.",
    "allegations_were_made": "formal allegations were never sent in this case: it goes back to the assessment.",
    "reopening_refused": "three new people have not decided on the request.",
    "notice_before_deciding": "both sides must be told before it is decided.",
    "left_membership": "the person complained about is still a member.",
    "after_investigation_opened": "the person complained about was not told of an investigation yet.",
    "rejoined_or_reasons": "nobody re-joined, and no reasons for going on in absence are recorded.",
    "notice_served": "the notice has not been served.",
    "asked_by_the_sender": "whoever sent the report has not asked with their own code to take it back.",
    "time_to_reconsider_over": "the time in which the sender may change their mind is not over.",
    "free_of_pressure": "it is not recorded that nobody pressed for the withdrawal.",
    "welfare_offered": "a welfare contact has not been offered.",
    "revoked_or_reasons": "the withdrawal was not taken back and no reason to go on is recorded.",
    "from_the_frozen_state": "a case goes on only where it stopped.",
    "two_approvers": "two people in two roles must approve.",
    "no_hold": "a legal hold lies on the case.",
    "schedule_exists": "no published schedule says when this is removed.",
    "review_date_set": "no date is set on which this is looked at again.",
    "written_application": "there is no written application with criterion, risk and reasons.",
    "pause_reason_given": "no reason for the pause was chosen, or no end date is set.",
    # extra guards an organisation may switch on
    "second_reader": "a second person has not read the file.",
    "legal_advice_seen": "the legal note has not been read.",
    "safeguarding_lead_told": "the safeguarding lead has not been told.",
    "translation_checked": "a second person has not checked the translation.",
    "welfare_reached": "the welfare officers have not reached both sides.",
}

GUARDS: Final[Mapping[GuardId, Guard]] = MappingProxyType(
    {GuardId(name): Guard(GuardId(name), words) for name, words in _WORDS.items()}
)
"""Every guard by its id."""

EXTRA_GUARDS: Final = frozenset(
    GuardId(name)
    for name in (
        "second_reader",
        "legal_advice_seen",
        "safeguarding_lead_told",
        "translation_checked",
        "welfare_reached",
    )
)
"""The published catalogue: what an organisation may require in addition, at any step off the safety path."""

SAFETY_STEPS: Final = frozenset({"T00", "T01", "T02"})
"""Steps on which a danger report travels: nothing may be put in their way (INV-43)."""


def words_of(guard: str) -> str:
    """Return the words in which a step refused by this guard is explained; KeyError if there is no such guard."""
    return GUARDS[GuardId(guard)].words

"""The closed lists from which a step's answer is chosen, with the words for each. No other reason exists (INV-24)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Origin(StrEnum):
    """How a case began."""

    COMPLAINT = "complaint"
    REPORT = "report"
    OWN_MOTION = "own_motion"


class ScopeCode(StrEnum):
    """Why T03a ends a case. Internal only: the reporter reads one text for all of them (INV-48)."""

    NOT_MEMBER = "not_member"
    OTHER_BODY = "other_body"
    POLICY_DISAGREEMENT = "policy_disagreement"
    OUT_OF_TIME = "out_of_time"
    EMPLOYEE_MATTER = "employee_matter"
    PLATFORM_ONLY = "platform_only"


class DismissalCode(StrEnum):
    """Why T04b ends a case: what stayed wrong with the evidence after everything curable was asked for once."""

    NO_LOCATOR = "no_locator"
    ALTERED = "altered"
    UNLAWFUL_SOURCE = "unlawful_source"
    UNVERIFIED = "unverified"
    AUTHOR_UNKNOWN = "author_unknown"
    IMPOSTOR = "impostor"
    NO_RULE = "no_rule"
    STALE = "stale"
    NO_CONTEXT = "no_context"
    IRRELEVANT = "irrelevant"
    ALREADY_DECIDED = "already_decided"
    EXCESSIVE = "excessive"


class ChargeDecision(StrEnum):
    """T07, blind and open: is there a realistic prospect that a panel could find it proved?"""

    NO_CASE = "no_case"
    CASE_TO_ANSWER = "case_to_answer"


class StandardOfProof(StrEnum):
    """The standard of a finding. There is one; the criminal standard is never used (§7.1)."""

    BALANCE_OF_PROBABILITIES = "balance_of_probabilities"


class Finding(StrEnum):
    """T11, per allegation."""

    PROVED = "proved"
    NOT_PROVED = "not_proved"
    NOT_REACHED = "not_reached"


class HearingForm(StrEnum):
    """T10: on paper unless a party asks and facts are disputed, or a grave outcome is possible."""

    PAPER = "paper"
    ORAL = "oral"


class ReviewCause(StrEnum):
    """Why T13 sends a decision to an outside reviewer."""

    GRAVE_OUTCOME = "grave_outcome"
    PROTECTED_CHARACTERISTIC = "protected_characteristic"
    OWN_MOTION = "own_motion"
    RESTRICTED_LINKED = "restricted_linked"
    SAMPLE = "sample"


class VetoGround(StrEnum):
    """T13a."""

    UNLAWFUL = "unlawful"
    IRRATIONAL = "irrational"
    PROCEDURE = "procedure"
    DISPROPORTIONATE = "disproportionate"
    CONFLICT = "conflict"


class AppealGround(StrEnum):
    """T15."""

    PROCEDURE = "procedure"
    NEW_EVIDENCE = "new_evidence"
    NO_REASONABLE_PANEL = "no_reasonable_panel"
    DISPROPORTIONATE = "disproportionate"
    BIAS_CONFLICT = "bias_conflict"


class ReopeningGround(StrEnum):
    """T19. An outcry, a newspaper, a resignation are none of them."""

    NEW_SIGNIFICANT_EVIDENCE = "new_significant_evidence"
    PROCEDURAL_UNFAIRNESS = "procedural_unfairness"
    FRAUD_FORGERY = "fraud_forgery"
    COURT_OR_REGULATOR_ORDER = "court_or_regulator_order"


class PauseReason(StrEnum):
    """T06b."""

    POLICE = "police"
    COURT = "court"
    ILLNESS = "illness"
    PARTY_ABSENT = "party_absent"


class InterimRisk(StrEnum):
    """IM-1: the specific risk a temporary measure meets. Reputation and media attention are none (IM-2)."""

    SAFETY = "safety"
    EVIDENCE = "evidence"
    CONTINUING_HARM = "continuing_harm"
    SAFEGUARDING = "safeguarding"


class InterimRung(StrEnum):
    """Section 4, mildest first."""

    NONE = "IM0"
    NO_CONTACT = "IM1"
    STEP_BACK = "IM2"
    POSTING_RIGHTS = "IM3"
    OFFICE = "IM4"
    MEMBERSHIP = "IM5"


class SeatChange(StrEnum):
    """INV-19: why a seat changed hands other than by lot."""

    RECUSED = "recused"
    ILL = "ill"
    CHALLENGED = "challenged"
    LATE = "late"


class Route(StrEnum):
    """Where a submission went, for counting (M7)."""

    MERGED = "merged"
    OUT_OF_SCOPE = "out_of_scope"
    DISMISSED = "dismissed"
    INFORMAL = "informal"
    FORMAL = "formal"


WORDS: Final[Mapping[StrEnum, str]] = MappingProxyType(
    {
        ScopeCode.NOT_MEMBER: "the person is not a member",
        ScopeCode.OTHER_BODY: "another body is responsible",
        ScopeCode.POLICY_DISAGREEMENT: "a disagreement about policy, not about conduct",
        ScopeCode.OUT_OF_TIME: "too long ago, and no exception applies",
        ScopeCode.EMPLOYEE_MATTER: "a matter between employer and employee",
        ScopeCode.PLATFORM_ONLY: "only the platform can act",
        DismissalCode.NO_LOCATOR: "it cannot be said where it appeared",
        DismissalCode.ALTERED: "it was changed after it was captured",
        DismissalCode.UNLAWFUL_SOURCE: "it was obtained in a way that cannot be relied on",
        DismissalCode.UNVERIFIED: "it cannot be shown that it existed",
        DismissalCode.AUTHOR_UNKNOWN: "it cannot be said who wrote it",
        DismissalCode.IMPOSTOR: "somebody else wrote it in this name",
        DismissalCode.NO_RULE: "no rule in force that day covers it",
        DismissalCode.STALE: "it is too old, and no exception applies",
        DismissalCode.NO_CONTEXT: "what stood around it is missing",
        DismissalCode.IRRELEVANT: "it proves nothing that the rule asks for",
        DismissalCode.ALREADY_DECIDED: "it has been decided before",
        DismissalCode.EXCESSIVE: "it holds other people's private data that cannot be masked",
        ChargeDecision.NO_CASE: "no formal allegations",
        ChargeDecision.CASE_TO_ANSWER: "formal allegations will be made",
        StandardOfProof.BALANCE_OF_PROBABILITIES: "more likely than not",
        Finding.PROVED: "proved",
        Finding.NOT_PROVED: "not proved",
        Finding.NOT_REACHED: "not decided, because it was not needed",
        HearingForm.PAPER: "on paper",
        HearingForm.ORAL: "in person or by call",
        ReviewCause.GRAVE_OUTCOME: "what follows is grave",
        ReviewCause.PROTECTED_CHARACTERISTIC: "it concerns a protected characteristic",
        ReviewCause.OWN_MOTION: "nobody complained; the organisation began it",
        ReviewCause.RESTRICTED_LINKED: "somebody in a leading office is linked to it",
        ReviewCause.SAMPLE: "drawn at random",
        VetoGround.UNLAWFUL: "it is not lawful",
        VetoGround.IRRATIONAL: "the reasons do not carry it",
        VetoGround.PROCEDURE: "the procedure was not kept",
        VetoGround.DISPROPORTIONATE: "it goes too far",
        VetoGround.CONFLICT: "somebody who decided had a conflict",
        AppealGround.PROCEDURE: "the procedure was not kept",
        AppealGround.NEW_EVIDENCE: "there is new evidence",
        AppealGround.NO_REASONABLE_PANEL: "no reasonable panel could decide so",
        AppealGround.DISPROPORTIONATE: "it goes too far",
        AppealGround.BIAS_CONFLICT: "somebody who decided was biased or had a conflict",
        ReopeningGround.NEW_SIGNIFICANT_EVIDENCE: "new evidence of weight that could not be had before",
        ReopeningGround.PROCEDURAL_UNFAIRNESS: "the procedure was unfair",
        ReopeningGround.FRAUD_FORGERY: "something relied on was forged",
        ReopeningGround.COURT_OR_REGULATOR_ORDER: "a court or regulator orders it",
        PauseReason.POLICE: "the police ask for it",
        PauseReason.COURT: "a court is dealing with it",
        PauseReason.ILLNESS: "somebody needed is ill",
        PauseReason.PARTY_ABSENT: "one side cannot take part",
        SeatChange.RECUSED: "stepped back",
        SeatChange.ILL: "is ill",
        SeatChange.CHALLENGED: "was challenged, and the challenge upheld",
        SeatChange.LATE: "did not answer in time",
    }
)
"""Plain words for every value a person chooses or reads; message ids."""


def review_causes(
    *, rung_height: int, protected_characteristic: bool, origin: Origin, restricted_linked: bool, sampled: bool
) -> tuple[ReviewCause, ...]:
    """Return why an outcome must be checked from outside (T13); () if it need not be.

    `rung_height`: `Rung.height`; L4 and above are always reviewed.
    """
    answers = (
        (ReviewCause.GRAVE_OUTCOME, rung_height >= GRAVE_HEIGHT),
        (ReviewCause.PROTECTED_CHARACTERISTIC, protected_characteristic),
        (ReviewCause.OWN_MOTION, origin is Origin.OWN_MOTION),
        (ReviewCause.RESTRICTED_LINKED, restricted_linked),
        (ReviewCause.SAMPLE, sampled),
    )
    return tuple(cause for cause, holds in answers if holds)


GRAVE_HEIGHT: Final = 5
"""`Rung.height` of L4."""

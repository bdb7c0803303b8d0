"""The notices N1 to N24: who gets each, and what it must say (PROCEDURE §3).

An empty mandatory field blocks both the sending and the transition: `missing` names the fields. The field
names are the merge fields of the organisation's templates; `procedure lint` refuses a template without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from evenhand.procedure.roles import CaseRole


class NoticeId(StrEnum):
    """The number of a notice; a letter after it is the variant for the other side."""

    N1 = "N1"
    N2 = "N2"
    N3 = "N3"
    N3C = "N3c"
    N4 = "N4"
    N4C = "N4c"
    N5 = "N5"
    N5C = "N5c"
    N6 = "N6"
    N7 = "N7"
    N7A = "N7a"
    N8 = "N8"
    N8A = "N8a"
    N9 = "N9"
    N10 = "N10"
    N11 = "N11"
    N12 = "N12"
    N13 = "N13"
    N14 = "N14"
    N15 = "N15"
    N16 = "N16"
    N17 = "N17"
    N18 = "N18"
    N19 = "N19"
    N20 = "N20"
    N21 = "N21"
    N22 = "N22"
    N23 = "N23"
    N24 = "N24"


@dataclass(frozen=True, slots=True)
class NoticeSpec:
    """Who a notice goes to and what it must say. `sent` is false for N11, which exists to say that none is sent.

    `optional` fields may be empty and are never looked for: they belong to one recipient or one branch only.
    """

    name: str
    to: frozenset[CaseRole]
    mandatory: tuple[str, ...]
    front_sheet: bool = False
    sent: bool = True
    optional: tuple[str, ...] = ()


FRONT_SHEET_WORDS: Final = 150
"""The most words on page 1 of N3 and N5."""

FRONT_SHEET_FIELDS: Final = (
    "front_act",
    "front_rule",
    "front_nothing_decided",
    "front_most_that_can_follow",
    "front_one_date",
    "front_one_telephone",
    "front_check_a_letter",
)
"""What the front sheet says; without one of these a notice that needs a front sheet is not sent."""

_C: Final = frozenset({CaseRole.COMPLAINANT})
_C_SIDE: Final = frozenset({CaseRole.COMPLAINANT, CaseRole.REPORTER})
_R: Final = frozenset({CaseRole.RESPONDENT})
_BOTH: Final = frozenset({CaseRole.COMPLAINANT, CaseRole.RESPONDENT})


def _spec(
    name: str, to: frozenset[CaseRole], mandatory: str, *, front: bool = False, sent: bool = True, optional: str = ""
) -> NoticeSpec:
    fields = (*FRONT_SHEET_FIELDS, *mandatory.split()) if front else tuple(mandatory.split())
    return NoticeSpec(name, to, fields, front, sent, tuple(optional.split()))


_N = NoticeId
NOTICES: Final[Mapping[NoticeId, NoticeSpec]] = MappingProxyType(
    {
        _N.N1: _spec(
            "Receipt",
            _C_SIDE,
            "case_number time commitment log_index next_steps next_dates support withdrawal privacy_notice",
        ),
        _N.N2: _spec(
            "Acknowledgement", _C_SIDE, "handler_role handler_pseudonym what_next timescale support withdrawal"
        ),
        _N.N3: _spec(
            "Somebody has complained",
            _R,
            "allegation_what allegation_where allegation_when rule_text rule_id rule_version rule_in_force_interval"
            " who_complains automated_detection not_a_finding may_delete right_companion right_reply right_evidence"
            " right_extension right_adjustments right_welfare_officer right_conflict_challenge dates confidentiality"
            " confidentiality_limits no_publicity_promise data_protection_information",
            front=True,
            optional="withheld_reason withheld_approver",
        ),
        _N.N3C: _spec("Facts are looked into", _C_SIDE, "opened rules_concerned timetable"),
        _N.N4: _spec(
            "Temporary measure",
            _R,
            "measure criterion specific_risk reasons what_is_restricted end_date review_date challenge_within"
            " not_a_finding not_a_sanction",
        ),
        _N.N4C: _spec("That a temporary measure exists", _C, "measure_exists"),
        _N.N5: _spec(
            "Formal allegations",
            _R,
            "particulars evidence_hashes exculpatory_evidence searches_made reply_date right_reply extension",
            front=True,
            optional="withheld_gist",
        ),
        _N.N5C: _spec("Formal allegations made", _C, "formal_allegations_made timetable"),
        _N.N6: _spec(
            "Three people consider it", _BOTH, "bundle hearing_date form companion how_to_ask_for_oral adjustments"
        ),
        _N.N7: _spec("The decision and its reasons", _BOTH | _C_SIDE, "outcome reasons"),
        _N.N7A: _spec("The appeal decision and its reasons", _BOTH, "outcome reasons answer_to_each_ground"),
        _N.N8: _spec("Your right to appeal", _BOTH, "who how until_when free new_people_decide external_redress"),
        _N.N8A: _spec("An appeal was made", _BOTH, "who how until_when free new_people_decide external_redress"),
        _N.N9: _spec("Delay", _BOTH, "stage old_date new_date reason right_to_ask_the_auditor"),
        _N.N10: _spec(
            "Closing",
            _BOTH,
            "retention_date read_log_summary contact_count survey",
        ),
        _N.N11: _spec("Out of scope, to the person reported", _R, "", sent=False),
        _N.N12: _spec("More information", _C_SIDE, "gaps cures until_when extension"),
        _N.N13: _spec(
            "What has become of it",
            _C_SIDE | _R,
            "answer where_to_take_it review_right review_date",
            optional="code reasons_per_allegation",
        ),
        _N.N14: _spec("An agreed solution", _BOTH, "proposal voluntary not_a_finding how_to_stop"),
        _N.N15: _spec(
            "The three people who consider it",
            _BOTH,
            "names professions conflict_declarations draw_proof challenge_date",
        ),
        _N.N16: _spec("On hold", _BOTH, "reason end_date review_date"),
        _N.N17: _spec("Somebody asks to look again", _BOTH, "ground material reply_right reply_date who_decides"),
        _N.N18: _spec("What follows: start, middle and end", _R, "terms end_date what_counts_as_compliance"),
        _N.N19: _spec(
            "Safety card",
            frozenset({CaseRole.COMPLAINANT, CaseRole.PROTECTED}),
            "emergency_number police_route support evidence_is_preserved",
        ),
        _N.N20: _spec(
            "Rights request",
            _BOTH | _C_SIDE | {CaseRole.WITNESS},
            "receipt due_date identity_need complaint_route",
            optional="outcome exemption",
        ),
        _N.N21: _spec(
            "About how complaints are made",
            _C_SIDE,
            "conduct tests what_would_follow reply safety_reports_always_read",
        ),
        _N.N22: _spec(
            "The exact words, before anybody else reads them",
            _C,
            "exact_text_shown small_audience_warning how_to_ask_for_protection how_to_withdraw answer_within",
        ),
        _N.N23: _spec("Invitation", frozenset({CaseRole.PROTECTED}), "what_was_found their_choice support sent_by"),
        _N.N24: _spec(
            "Asking how you are", frozenset({*_BOTH, CaseRole.REPORTER, CaseRole.WITNESS}), "reprisal_question support"
        ),
    }
)

REASONS_FIELDS: Final = ("code", "reasons_per_allegation")
"""What N13 says besides, when it tells of a dismissal or that there is no case; never when out of scope (INV-48)."""

OUT_OF_SCOPE_ANSWER: Final = "not something we can take further; here is who can"
"""The one text of §2.5: the same for every code, for members and for others."""

CHECK_IN_MONTHS: Final = (1, 3, 6)
"""When N24 goes out."""


def mandatory(notice: NoticeId, *, out_of_scope: bool = False, withheld: bool = False) -> tuple[str, ...]:
    """Return the fields the notice must carry in this case.

    N13 says code and reasons unless the end is out of scope; N3 and N5 say why and by whose approval a name or
    evidence is withheld.
    """
    spec = NOTICES[notice]
    if notice is NoticeId.N13 and not out_of_scope:
        return (*spec.mandatory, *REASONS_FIELDS)
    if withheld and notice in (NoticeId.N3, NoticeId.N5):
        return (*spec.mandatory, *spec.optional)
    return spec.mandatory


def missing(
    notice: NoticeId, fields: Mapping[str, object], *, out_of_scope: bool = False, withheld: bool = False
) -> tuple[str, ...]:
    """Return the mandatory fields that are absent or empty, in the order of the notice; () if it may be sent.

    Blank text, None and an empty list are empty; 0 and False are answers ("contacts: 0" is printed).
    """
    needed = mandatory(notice, out_of_scope=out_of_scope, withheld=withheld)
    return tuple(name for name in needed if is_empty(fields.get(name)))


def is_empty(value: object) -> bool:
    """Say whether a value leaves a mandatory field unanswered."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, tuple | list | dict | set | frozenset) and not value


def front_sheet_words(text: str) -> int:
    """Return the number of words of a front sheet, as a person would count them."""
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def front_sheet_too_long(text: str) -> int:
    """Return by how many words a front sheet exceeds the limit; 0 if it fits."""
    return max(0, front_sheet_words(text) - FRONT_SHEET_WORDS)

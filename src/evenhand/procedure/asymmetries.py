"""Where the two sides do not have the same right, published with the reason (PROCEDURE §2.5, INV-28).

A right one side has and the other has not, and that is not here, is a fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evenhand.procedure.roles import CaseRole


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """One right or limit that one side alone has, and why; both message ids."""

    id: str
    of: frozenset[CaseRole]
    what: str
    why: str


_C = frozenset({CaseRole.COMPLAINANT})
_CW = frozenset({CaseRole.COMPLAINANT, CaseRole.WITNESS})
_R = frozenset({CaseRole.RESPONDENT})
_REPORTER = frozenset({CaseRole.REPORTER})

ASYMMETRIES: Final = (
    Asymmetry("full_reasons", _R, "reads the full statement of reasons", "it decides about them"),
    Asymmetry("spent_notices", _R, "is told when what followed is over", "it applied to them alone"),
    Asymmetry("exculpatory_search", _R, "has a search made for what speaks for them", "they could lose something"),
    Asymmetry(
        "no_heavier_on_appeal", _R, "cannot be treated more heavily on their own appeal", "so nobody fears to ask"
    ),
    Asymmetry(
        "register_factor", _R, "answers a question from the register to sign in", "the letter could be read by others"
    ),
    Asymmetry("asked_per_item", _R, "is asked of every item whether they posted it", "only they can know"),
    Asymmetry(
        "identity_protected",
        _CW,
        "may be unnamed for a recorded reason; the gist is told",
        "reporting must not be dangerous",
    ),
    Asymmetry("identity_step", _C, "sees first how they would be named", "once told it cannot be untold"),
    Asymmetry("outcome_as_law_allows", _C, "reads outcome and reasons as far as the law allows", "the rest is private"),
    Asymmetry("interim_exists", _C, "is told that a temporary measure exists, not which", "the rest is private"),
    Asymmetry("reporter_receipt", _REPORTER, "has a receipt and is told when it is over", "they are not a party"),
    Asymmetry("reporter_review", _REPORTER, "may ask that the end of their own report be checked", "it was theirs"),
    Asymmetry(
        "one_out_of_scope_answer",
        _REPORTER,
        "reads one answer for everything out of scope",
        "another answer would tell who is a member",
    ),
)


def allowed(id_: str) -> bool:
    """Say whether a difference between the sides is one of the published ones."""
    return any(each.id == id_ for each in ASYMMETRIES)

"""The fixed list of measures, M1 to M27, as data: name, units, dimensions, and a sentence that may be quoted.

A table that is not in this list is not published; there is no question of one's own (PROCEDURE §10.1, D43).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.errors import UsageError
from evenhand.statistics.figures import Unit


class Dimension(StrEnum):
    """By what a table may be broken down: the whole list. Names, handles, days and branches are not in it."""

    WHOLE = "whole"
    END = "end"
    CHANNEL = "channel"
    COMPLAINANT_TYPE = "complainant_type"
    ORIGIN = "origin"
    MEMBERSHIP = "membership"
    GATE_CODE = "gate_code"
    ACT_TYPE = "act_type"
    RULE = "rule"
    CATEGORY = "category"
    ROUTE = "route"
    VEXATIOUS = "vexatious"
    RUNG = "rung"
    STAGE = "stage"
    CLOCK = "clock"
    PAUSE_REASON = "pause_reason"
    GROUND = "ground"
    RESULT = "result"
    CONTACT_CATEGORY = "contact_category"
    BODY = "body"
    DECLARATION = "declaration"
    LANGUAGE = "language"
    REASON = "reason"
    FLOW = "flow"


class MeasureId(StrEnum):
    """The measures of PROCEDURE §10.1."""

    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    M4 = "M4"
    M5 = "M5"
    M6 = "M6"
    M7 = "M7"
    M8 = "M8"
    M9 = "M9"
    M10 = "M10"
    M11 = "M11"
    M12 = "M12"
    M13 = "M13"
    M14 = "M14"
    M15 = "M15"
    M16 = "M16"
    M17 = "M17"
    M18 = "M18"
    M19 = "M19"
    M20 = "M20"
    M21 = "M21"
    M22 = "M22"
    M23 = "M23"
    M24 = "M24"
    M25 = "M25"
    M26 = "M26"
    M27 = "M27"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. `sentence` takes {period}, {value} with its unit, {whole} and {label}."""

    id: MeasureId
    name: str
    units: tuple[Unit, ...]
    dimensions: tuple[Dimension, ...]
    sentence: str
    computed: bool = False

    def says(self, *, period: str, value: str, whole: str, label: str) -> str:
        """Return the sentence; it names period, value with unit, and out of what."""
        text = self.sentence.format(period=period, value=value, whole=whole, label=label)
        return text[0].upper() + text[1:]


_OF: Final = "In {period}, {value}, out of {whole}: {label}."
_S, _I, _P, _C, _W = Unit.SUBMISSION, Unit.ITEM, Unit.SUBJECT, Unit.CASE, Unit.COMPLAINANT
_D = Dimension

_LIST: Final = (
    Measure(
        MeasureId.M1, "Submissions received", (_S,), (_D.END, _D.CHANNEL, _D.COMPLAINANT_TYPE, _D.ORIGIN),
        "In {period} we received {value} of this kind ({label}), out of {whole}. "
        "One act can be reported many times, so submissions are not acts and not people.", True,
    ),
    Measure(
        MeasureId.M2, "Membership of the authors", (_S, _I, _P), (_D.MEMBERSHIP,),
        "In {period}, {value}, out of {whole}, fell under: {label}.", True,
    ),
    Measure(
        MeasureId.M3, "People complained about per 10,000 members", (_P,), (_D.WHOLE,),
        "In {period} there were {value}, measured against {whole}. Being complained about is not a finding.", True,
    ),
    Measure(MeasureId.M4, "What the evidence lacked", (_I,), (_D.GATE_CODE, _D.RESULT), _OF),
    Measure(MeasureId.M5, "Kind and age of the acts", (_I,), (_D.ACT_TYPE,), _OF),
    Measure(MeasureId.M6, "Rules and categories", (_C,), (_D.RULE, _D.CATEGORY), _OF),
    Measure(
        MeasureId.M7, "Routes", (_C, _W), (_D.ROUTE, _D.VEXATIOUS),
        "In {period}, {value}, out of {whole}, took this way: {label}.", True,
    ),
    Measure(MeasureId.M8, "Temporary measures", (_C,), (_D.GROUND, _D.RESULT), _OF),
    Measure(
        MeasureId.M9, "Outcomes", (_P, _C), (_D.RUNG,),
        "In {period}, {value}, out of {whole}, ended with: {label}.", True,
    ),
    Measure(
        MeasureId.M10, "Time", (_C, Unit.PAUSE), (_D.STAGE, _D.CLOCK, _D.PAUSE_REASON),
        "In {period}, {label}: {value}, over {whole}.", True,
    ),
    Measure(MeasureId.M11, "Appeals", (_C,), (_D.RESULT,), _OF),
    Measure(MeasureId.M12, "Independent review and reopening", (_C,), (_D.RESULT, _D.GROUND), _OF),
    Measure(MeasureId.M13, "What the machine did", (_I,), (_D.RESULT, _D.LANGUAGE, _D.REASON), _OF),
    Measure(
        MeasureId.M14, "Contacts from outside the procedure", (Unit.CONTACT, Unit.SEAT, Unit.BRIEFING),
        (_D.CONTACT_CATEGORY, _D.BODY, _D.DECLARATION, _D.WHOLE),
        "In {period} there were {value} of this kind ({label}), out of {whole}. Zero is printed too.", True,
    ),
    Measure(MeasureId.M15, "Seats that changed", (Unit.SEAT,), (_D.REASON, _D.RESULT), _OF),
    Measure(MeasureId.M16, "Blind and open judgements", (_C,), (_D.RESULT,), _OF),
    Measure(MeasureId.M17, "Even-handedness", (_C,), (_D.RULE, _D.COMPLAINANT_TYPE), _OF),
    Measure(MeasureId.M18, "Left, withdrawn", (_C,), (_D.RESULT,), _OF),
    Measure(MeasureId.M19, "Referrals", (_C,), (_D.BODY, _D.RESULT), _OF),
    Measure(MeasureId.M20, "Rights requests", (_C,), (_D.RESULT, _D.REASON), _OF),
    Measure(MeasureId.M21, "People who handle cases", (Unit.SEAT,), (_D.RESULT,), _OF),
    Measure(MeasureId.M22, "Confidence of both sides", (_W, _P), (_D.RESULT,), _OF),
    Measure(MeasureId.M23, "How few people complain how often", (_W,), (_D.RESULT,), _OF),
    Measure(MeasureId.M24, "The perception gap", (_P,), (_D.WHOLE,), _OF),
    Measure(MeasureId.M25, "Failures of our own", (_C,), (_D.RESULT,), _OF),
    Measure(MeasureId.M26, "Service of notices", (_C,), (_D.RESULT,), _OF),
    Measure(MeasureId.M27, "Danger reports", (_S,), (_D.CLOCK, _D.RESULT), _OF),
)  # fmt: skip

MEASURES: Final[Mapping[MeasureId, Measure]] = {each.id: each for each in _LIST}
"""Every measure by its id, in order."""


def measure(name: MeasureId, unit: Unit, dimension: Dimension) -> Measure:
    """Return a measure if it counts this unit by this dimension; UsageError if the list does not say so."""
    found = MEASURES[name]
    if unit not in found.units or dimension not in found.dimensions:
        raise UsageError(
            f"{found.id} is not counted in {unit.plural} by {dimension}",
            where="fixed list of tables",
            mend="Publish only what the list names; changing the list is a decision of the organisation.",
        )
    return found

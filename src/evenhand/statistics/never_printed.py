"""Sentences that are never printed, because they are untrue in a way that is quoted (PROCEDURE §10.4)."""

from __future__ import annotations

import re
from typing import Final

from evenhand.errors import UsageError

_UNITS: Final = r"submissions?|items?|subjects?|people|persons?|cases?|complainants?|files?|posts?"

_NEVER: Final = (
    (
        re.compile(
            r"\bconviction\s+rate\b"
            r"|\bexpulsions?\b[^.]{0,40}\b(?:per|over|out of|of all)\b[^.]{0,20}\bcomplaints?\b",
            re.I,
        ),
        "Expulsions over complaints are no rate of anything: one person can draw many complaints.",
    ),
    (
        re.compile(r"\b(?:dossiers?)\b[^.]{0,60}\b(?:share|per cent|%|percent)\b[^.]{0,30}\bcomplaints?\b", re.I),
        "A share of dossiers is not a share of complaints.",
    ),
    (
        re.compile(r"\b(?:public|people|members|voters)\s+(?:believes?|thinks?)\b", re.I),
        "A survey's number is not what the public believes; print the question, the statistic and the base.",
    ),
)
_DISMISSED: Final = re.compile(r"\bevidence\b[^.]{0,40}\bdismissed\b|\bdismissed\b[^.]{0,20}\bevidence\b", re.I)
_WITH_UNIT: Final = re.compile(rf"\b\d[\d,.]*\s+(?:{_UNITS})\b", re.I)


def never_printed(sentence: str) -> tuple[str, ...]:
    """Return why a sentence may not be printed; empty if it may. Linear in its length."""
    found = [why for pattern, why in _NEVER if pattern.search(sentence)]
    if _DISMISSED.search(sentence) and not _WITH_UNIT.search(sentence):
        found.append("“Evidence dismissed” needs its unit: how many items, of how many cases.")
    return tuple(found)


def printable(sentence: str) -> str:
    """Return the sentence if it may be printed; else raise UsageError with the reason."""
    faults = never_printed(sentence)
    if faults:
        raise UsageError(faults[0], where=f"“{sentence[:60]}”", mend="Quote a figure with its unit and denominator.")
    return sentence

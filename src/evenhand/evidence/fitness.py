"""Is the item fit to be used at all? One answer per item, from its gates (PROCEDURE §9.2).

Whether an allegation is supported is another question (`support`), and how the complainant behaves a third
that is asked nowhere here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Final

from evenhand.errors import UsageError
from evenhand.evidence.gates import Answer, AuthorLink, Gate, GateResult

ESSENTIAL: Final = frozenset({Gate.G1, Gate.G2, Gate.G4, Gate.G5, Gate.G8, Gate.G10, Gate.G12})
"""Gates that a fit item has passed; at the others "unknown" leaves it fit."""


class Fitness(StrEnum):
    """What an item is good for."""

    FIT = "fit"
    FIT_WITH_GAPS = "fit_with_gaps"
    UNFIT = "unfit"
    UNDETERMINED = "undetermined"

    @property
    def words(self) -> str:
        """The verdict in plain words."""
        return _WORDS[self]


_WORDS: Final[Mapping[Fitness, str]] = {
    Fitness.FIT: "can be relied on for what it proves",
    Fitness.FIT_WITH_GAPS: "nothing speaks against it; what is not known is named",
    Fitness.UNFIT: "cannot be used",
    Fitness.UNDETERMINED: "cannot be said yet, or not at all",
}


def _given(results: Iterable[GateResult]) -> dict[Gate, GateResult]:
    given: dict[Gate, GateResult] = {}
    for result in results:
        if result.gate in given:
            raise UsageError("was answered twice", where=result.gate, mend="Keep one answer per gate.")
        given[result.gate] = result
    return given


def gate_table(results: Iterable[GateResult]) -> dict[Gate, GateResult]:
    """Return one result per gate, in order; a gate nobody answered is unknown.

    Raises UsageError if a gate was answered twice: an assessor must choose.
    """
    given = _given(results)
    return {gate: given.get(gate, GateResult(gate, Answer.UNKNOWN)) for gate in Gate}


def to_ask(results: Iterable[GateResult], asked: Collection[Gate]) -> tuple[GateResult, ...]:
    """Return the gaps that asking could still close: curable, and not asked about once already, in gate order."""
    given = _given(results)
    return tuple(given[gate] for gate in Gate if gate in given and given[gate].curable and gate not in asked)


def assess_item(results: Iterable[GateResult], asked: frozenset[Gate], somebody_to_ask: bool) -> Fitness:
    """Return the fitness of an item.

    `asked`: the gates about which somebody was asked once. `somebody_to_ask`: whether there is anybody left
    who could answer. Never FIT with an author link of D, never UNFIT while a curable gap was not asked about;
    a failure beside such a gap is UNDETERMINED (`to_ask` names the questions). A gate that nobody answered
    keeps an item from being FIT, but an assessor may stop at a failure that nothing can cure.
    """
    given = tuple(results)
    table = gate_table(given)
    if any(each.answer is Answer.FAIL for each in given):
        return Fitness.UNDETERMINED if to_ask(given, asked) else Fitness.UNFIT
    if _is_fit(table):
        return Fitness.FIT
    if _unanswerable(table, asked, somebody_to_ask):
        return Fitness.UNDETERMINED
    return Fitness.FIT_WITH_GAPS


def _is_fit(table: Mapping[Gate, GateResult]) -> bool:
    link = table[Gate.G5].link
    if link is None or link is AuthorLink.D:
        return False
    return all(table[gate].answer is Answer.PASS for gate in ESSENTIAL)


def _unanswerable(table: Mapping[Gate, GateResult], asked: frozenset[Gate], somebody_to_ask: bool) -> bool:
    """Whether something essential is unknown, was never asked about, and nobody is there to ask."""
    if somebody_to_ask:
        return False
    return any(table[gate].is_gap and gate not in asked for gate in ESSENTIAL)

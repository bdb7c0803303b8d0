"""Is an allegation supported by the items? (PROCEDURE §9.3)"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evenhand.errors import UsageError
from evenhand.evidence.fitness import Fitness
from evenhand.evidence.gates import AuthorLink


@dataclass(frozen=True, slots=True)
class ItemEvidence:
    """An assessed item: what it proves, and which capture it comes from.

    `independence_group` names one device, dossier or re-poster; None means that independence was not shown,
    and such an item corroborates nothing by itself. `g5` None: the author was not linked at all.
    """

    id: str
    fitness: Fitness
    g5: AuthorLink | None
    elements: frozenset[str]
    independence_group: str | None = None


@dataclass(frozen=True, slots=True)
class Support:
    """Whether an allegation is supported, and why, in a sentence a party can read."""

    supported: bool
    why: str


def allegation_supported(elements: Iterable[str], items: Sequence[ItemEvidence]) -> Support:
    """Return whether each element of an allegation is proved by a fit item or corroborated by independent ones.

    Corroborated: at least two fit-with-gaps items of different, shown independence groups, one of them with
    an author link of C or better; two resemblances stay a resemblance. Raises UsageError for an allegation
    without elements and for an item listed twice.
    """
    wanted = tuple(dict.fromkeys(elements))
    if not wanted:
        raise UsageError("the allegation names no element of the rule", mend="Name what has to be proved.")
    _no_item_twice(items)
    parts = [_element(element, [item for item in items if element in item.elements]) for element in wanted]
    lacking = [part.why for part in parts if not part.supported]
    if lacking:
        return Support(False, " ".join(lacking))
    return Support(True, " ".join(part.why for part in parts))


def _no_item_twice(items: Sequence[ItemEvidence]) -> None:
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise UsageError("this item is listed twice", where=item.id, mend="One item is assessed once.")
        seen.add(item.id)


def _element(element: str, items: list[ItemEvidence]) -> Support:
    fit = [item.id for item in items if item.fitness is Fitness.FIT and item.g5 is not AuthorLink.D and item.g5]
    if fit:
        return Support(True, f"“{element}” is proved by {fit[0]}.")
    gaps = [item for item in items if item.fitness is Fitness.FIT_WITH_GAPS]
    groups = {item.independence_group for item in gaps} - {None}
    if len(groups) < 2:
        return Support(False, f"“{element}”: no fit item, and not two independent ones that agree.")
    # The linked item must be one of the independent ones: otherwise the two would again be resemblances.
    if not any(item.g5 is not None and item.g5.is_enough and item.independence_group for item in gaps):
        return Support(False, f"“{element}”: two resemblances stay a resemblance.")
    return Support(True, f"“{element}” is corroborated by {len(groups)} independent items.")

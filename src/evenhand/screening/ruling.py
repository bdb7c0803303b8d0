"""What rules decide about a post by its words alone: threats of a known shape, doxxing, calls to pile on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.categories import Category
from evenhand.errors import UsageError
from evenhand.screening.doxxing import doxxing_book, find_doxxing
from evenhand.screening.pile_on import find_pile_on, pile_on_book
from evenhand.screening.rules import ThreatHit, find_threats, threat_rules
from evenhand.screening.verdict import Span
from evenhand.text import View

THREAT: Final = "threat."


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule that hit: its id, category and kind, how it explains itself ("it …"), and the words it stands on."""

    id: str
    category: Category
    kind: str
    explain: str
    span: Span


def rulings(views: Sequence[View], off: Collection[str] = ()) -> tuple[Ruling, ...]:
    """Return what the rules that are not in `off` decide about a post, given as its views, in order of place.

    Private details are looked for in the first view, the plain one: in the other digits may have become
    letters. Cost: three scans a view where nothing is near.
    """
    found = {ruling: None for view in views for ruling in threat_rulings(view, find_threats(view.text), off)}
    plain = views[0]
    for hit in (*find_doxxing(plain.text, off), *find_pile_on(plain.text, off)):
        span = Span(*plain.original(hit.begin, hit.end), hit.rule.category)
        found[Ruling(hit.rule.id, hit.rule.category, hit.rule.kind, hit.rule.explain, span)] = None
    return tuple(sorted(found, key=lambda one: (one.span.begin, one.span.end, one.id)))


def threat_rulings(view: View, hits: Iterable[ThreatHit], off: Collection[str] = ()) -> list[Ruling]:
    """Return the hits of threat rules in a view as rulings on the original."""
    return [
        Ruling(
            THREAT + hit.rule.id, Category.THREAT, hit.rule.kind.value, hit.rule.explain,
            Span(*view.original(hit.begin, hit.end), Category.THREAT),
        )
        for hit in hits
        if THREAT + hit.rule.id not in off
    ]  # fmt: skip


def rule_ids() -> tuple[str, ...]:
    """Return the ids of all rules, sorted: what an organisation may switch off."""
    books = [rule.id for book in (doxxing_book(), pile_on_book()) for rule in book.rules]
    return tuple(sorted([*books, *(THREAT + rule.id for rule in threat_rules())]))


def switched_off(ids: Iterable[str]) -> frozenset[str]:
    """Return the ids as a set. Raises UsageError for one that no rule has: misspelt, its rule would stay on unseen."""
    chosen = frozenset(ids)
    if unknown := sorted(chosen - set(rule_ids())):
        raise UsageError(
            f"there is no rule {unknown[0]!r}.", where="rules switched off", mend=f"Rules: {', '.join(rule_ids())}."
        )
    return chosen


def joined_spans(found: Iterable[Ruling], category: Category) -> list[Span]:
    """Return the words of one category's rulings; overlapping ones become one span."""
    spans: list[Span] = []
    for one in found:
        if one.category is not category:
            continue
        if spans and one.span.begin <= spans[-1].end:
            spans[-1] = Span(spans[-1].begin, max(one.span.end, spans[-1].end), category)
        else:
            spans.append(one.span)
    return spans

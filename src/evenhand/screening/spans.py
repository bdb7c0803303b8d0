"""The words that carry a verdict, as code points of the very string given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from evenhand.categories import Category
from evenhand.screening.features import Ints, UInt, contains, tokenise, word_hashes
from evenhand.screening.model import HEADS, SPAN_COLUMN, Floats, Package
from evenhand.screening.rules import ThreatHit
from evenhand.screening.verdict import Span
from evenhand.screening.words import canon
from evenhand.text.forms import PLACEHOLDERS
from evenhand.text.view import View

# A head's own words: those that add at least this share of its strongest word, at most so many.
LEADING_SHARE = 0.5
MOST_WORDS = 6


def word_spans(package: Package, posts: Sequence[tuple[View, Sequence[Category]]]) -> list[list[Span]]:
    """Return per post (a view and the categories it is flagged for) the words that carry each linear head.

    For abuse and identity_attack: the words whose span score is over the cut-off fixed on dev rows; where
    none is, and for incivility, the words that add most to the head's score. Cost: the posts scored again.
    """
    if not posts:
        return []
    tokens = tokenise([view.text for view, _ in posts], canon())
    scores = package.model.word_scores(tokens)
    # A group word is named in `groups`, and a name or a link is nobody's insult: never evidence themselves.
    scores[tokens.is_group | contains(_placeholders(), tokens.raw)] = -np.inf
    bounds = np.searchsorted(tokens.post, np.arange(len(posts) + 1))
    out = []
    for number, (view, flags) in enumerate(posts):
        words = slice(int(bounds[number]), int(bounds[number + 1]))
        places = _Places(view, tokens.begin[words] - tokens.first[number], tokens.end[words] - tokens.first[number])
        out.append(_of_post(package, places, scores[words], [flag for flag in flags if flag in HEADS]))
    return out


@cache
def _placeholders() -> UInt:
    return word_hashes(PLACEHOLDERS)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the words of one post stand in its view."""

    view: View
    begin: Ints
    end: Ints


def _of_post(package: Package, places: _Places, scores: Floats, heads: Sequence[Category]) -> list[Span]:
    spans: list[Span] = []
    marked = np.flatnonzero(scores[:, SPAN_COLUMN] >= package.calibration.span_cut)
    for head in heads:
        use_marked = head is not Category.INCIVILITY and len(marked)
        chosen = marked if use_marked else _leading(scores[:, HEADS.index(head)])
        spans += _joined(places, chosen, head)
    return spans


def _leading(added: Floats) -> Ints:
    top = float(added.max(initial=0.0))
    if top <= 0:
        return np.zeros(0, np.int64)
    best = np.argsort(-added, kind="stable")[:MOST_WORDS]
    return np.sort(best[added[best] >= LEADING_SHARE * top])


def _joined(places: _Places, words: Ints, category: Category) -> list[Span]:
    spans: list[Span] = []
    previous = -2
    for word in words.tolist():
        begin, end = places.view.original(int(places.begin[word]), int(places.end[word]))
        if spans and (word == previous + 1 or begin < spans[-1].end):
            spans[-1] = Span(spans[-1].begin, max(end, spans[-1].end), category)
        else:
            spans.append(Span(begin, end, category))
        previous = word
    return spans


def threat_spans(view: View, hits: Sequence[ThreatHit]) -> list[Span]:
    """Return what the threat rules matched; overlapping hits become one span."""
    spans: list[Span] = []
    for hit in hits:
        begin, end = view.original(hit.begin, hit.end)
        if spans and begin <= spans[-1].end:
            spans[-1] = Span(spans[-1].begin, max(end, spans[-1].end), Category.THREAT)
        else:
            spans.append(Span(begin, end, Category.THREAT))
    return spans

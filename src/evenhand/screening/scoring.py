"""Scores of a batch of readings: heads, threat rules, probabilities, flags. Pure; the same in any batch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.categories import Category
from evenhand.screening.features import Tokens, contains, tokenise
from evenhand.screening.model import HEADS, Calibration, LinearModel, Package
from evenhand.screening.rules import ThreatHit, find_threats
from evenhand.screening.threats import threat_score
from evenhand.screening.words import canon
from evenhand.text import View

# Shorter than a window of the full model: of 16, 24, 32, 48 words and whole posts it found most on dev rows.
WORDS: Final = 32
STRIDE: Final = 24
_WORD: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Scored:
    """One post scored.

    view: the view that carries the evidence. raw: the highest raw score per head over the views. hits: the
    threat rules that hit in that view. scores: probabilities.
    """

    view: View
    raw: NDArray[np.float64]
    hits: tuple[ThreatHit, ...]
    scores: dict[Category, float]


def score(package: Package, posts: Sequence[Sequence[View]]) -> list[Scored]:
    """Return the scores of some posts, each given as its views (one or two). Cost: linear in the text."""
    views = [view for post in posts for view in post]
    if not views:
        return []
    return list(_best_of_each(package.calibration, posts, _raw(package.model, views)))


def highest_raw(model: LinearModel, posts: Sequence[Sequence[View]]) -> NDArray[np.float64]:
    """Return per post the highest raw score of each head over its views: what `score` finds, and nothing else."""
    views = [view for post in posts for view in post]
    if not views:
        return np.zeros((0, len(HEADS)))
    return _highest(_raw(model, views)[:, : len(HEADS)], [len(post) for post in posts])


def _raw(model: LinearModel, views: Sequence[View]) -> NDArray[np.float64]:
    """Return per view the highest raw score of each head over its stretches.

    The model adds up words: over a whole essay a calm page would outvote the threat at its end.
    """
    parts = [stretches(view.text) for view in views]
    raw = model.raw_scores(tokenise([text for part in parts for text in part], canon()))
    return _highest(raw, [len(part) for part in parts])


def _highest(raw: NDArray[np.float64], sizes: Sequence[int]) -> NDArray[np.float64]:
    """Return the highest of each column over each group of rows, given how many rows each has (one or more)."""
    return np.maximum.reduceat(raw, np.cumsum([0, *sizes[:-1]]), axis=0)


def stretches(text: str) -> list[str]:
    """Return the parts that are judged by themselves: the text, or stretches of WORDS words of a long one."""
    words = list(_WORD.finditer(text))
    if len(words) <= WORDS:
        return [text]
    starts = range(0, len(words) - WORDS + STRIDE, STRIDE)
    return [text[words[at].start() : words[min(at + WORDS, len(words)) - 1].end()] for at in starts]


def known_shares(model: LinearModel, views: Sequence[View]) -> list[float]:
    """Return the share of each view's words that the model's English vocabulary knows."""
    if not views:
        return []
    tokens = tokenise([view.text for view in views], canon())
    shares: list[float] = _shares(model, tokens).tolist()
    return shares


def _shares(model: LinearModel, tokens: Tokens) -> NDArray[np.float64]:
    known = contains(model.known, tokens.raw) | tokens.is_group
    words = np.bincount(tokens.post, minlength=tokens.posts)
    return np.asarray(np.bincount(tokens.post, known, minlength=tokens.posts) / np.maximum(words, 1))


def _best_of_each(fixed: Calibration, posts: Sequence[Sequence[View]], raw: NDArray[np.float64]) -> Iterator[Scored]:
    at = 0
    for views in posts:
        yield _best(fixed, views, raw[at : at + len(views)])
        at += len(views)


def _best(fixed: Calibration, views: Sequence[View], raw: NDArray[np.float64]) -> Scored:
    found = [tuple(find_threats(view.text)) for view in views]
    best = 0
    if len(views) > 1:
        best = int(np.argmax(raw[:, :2].max(axis=1)))
        if not found[best]:
            best = next((index for index, hits in enumerate(found) if hits), best)
    highest = raw.max(axis=0) if len(views) > 1 else raw[0]
    return Scored(views[best], highest, found[best], probabilities(fixed, highest, found[best]))


def probabilities(fixed: Calibration, raw: NDArray[np.float64], hits: Sequence[ThreatHit]) -> dict[Category, float]:
    """Return the calibrated probability of each served head."""
    values = raw.tolist()
    scores = {Category(head): fixed.heads[head].probability(z) for head, z in zip(HEADS, values, strict=False)}
    scores[Category.THREAT] = threat_score(fixed, values, [hit.rule.kind for hit in hits])
    return scores


def flags_of(fixed: Calibration, scores: Mapping[Category, float]) -> tuple[Category, ...]:
    """Return the categories whose score is at or over its published threshold, in the order of Category."""
    return tuple(c for c in _SERVED if scores[c] >= fixed.thresholds[c])


_SERVED = tuple(category for category in Category if category in {*HEADS, Category.THREAT})

"""Measures with bootstrap intervals, in numpy alone. Every interval is 95 %, from 300 resamples, seed 7."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
RESAMPLES = 300


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its interval; `rows` says on how many it stands."""

    value: float
    low: float
    high: float
    rows: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def figure(measure: Callable[..., float], *columns: NDArray) -> Figure:
    """Return a measure of some equally long columns with its bootstrap interval."""
    size = len(columns[0])
    draw = np.random.default_rng(7)
    values = []
    for _ in range(RESAMPLES):
        pick = draw.integers(0, size, size)
        values.append(measure(*(column[pick] for column in columns)))
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Figure(float(measure(*columns)), float(low), float(high), size)


def f1(truth: Bools, said: Bools) -> float:
    right = int((truth & said).sum())
    total = int(truth.sum() + said.sum())
    return 2 * right / total if total else 0.0


def macro_f1(truth: Bools, said: Bools) -> float:
    return (f1(truth, said) + f1(~truth, ~said)) / 2


def accuracy(truth: Bools, said: Bools) -> float:
    return float((truth == said).mean())


def share(said: NDArray) -> float:
    return float(said.mean()) if len(said) else float("nan")


def auc(truth: Bools, scores: Floats) -> float:
    """Return the area under the ROC curve (ties count half)."""
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    ranks = mean_rank[inverse]
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(truth: Bools, scores: Floats) -> float:
    order = np.argsort(-scores, kind="stable")
    hits = truth[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean()) if hits.any() else float("nan")


def ece(truth: Bools, scores: Floats, weights: Floats | None = None, bins: int = 10) -> float:
    """Return the expected calibration error over equal-width bins."""
    weights = np.ones(len(scores)) if weights is None else weights
    place = np.minimum((scores * bins).astype(int), bins - 1)
    total = 0.0
    for number in range(bins):
        inside = place == number
        mass = weights[inside].sum()
        if mass:
            said = (weights[inside] * scores[inside]).sum() / mass
            true = (weights[inside] * truth[inside]).sum() / mass
            total += mass * abs(said - true)
    return float(total / weights.sum())


def shifted_ece(truth: Bools, scores: Floats, prevalence: float = 0.01) -> float:
    """Return the ECE after shifting both the rows and the scores to another prevalence."""
    base = float(truth.mean())
    if base in (0.0, 1.0):
        return float("nan")
    up, down = prevalence / base, (1 - prevalence) / (1 - base)
    moved = scores * up / (scores * up + (1 - scores) * down)
    return ece(truth, moved, np.where(truth, up, down))


def precision_at(prevalence: float, recall: float, false_flags: float) -> float:
    """Return the precision of a gate in a stream where `prevalence` of the posts are positive (SCREENING §4.2)."""
    caught = prevalence * recall
    said = caught + (1 - prevalence) * false_flags
    return caught / said if said else float("nan")

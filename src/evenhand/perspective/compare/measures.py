"""Measures of two scores on the same texts, and cut-offs carried over, each with a bootstrap interval. Pure numpy.

A cut-off is fitted on one half of the rows and checked on the other. Every draw has a fixed seed: the same rows
give the same figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BANDS: Final = ((0.0, 0.4), (0.4, 0.6), (0.6, 0.85), (0.85, 1.0))
AGREEMENT_AT: Final = (0.7, 0.8)
LEAST_ROWS: Final = 200
LEAST_FLAGGED: Final = 10  # under an old cut-off with fewer flagged rows nothing can be fitted
RESAMPLES: Final = 400
_SEED: Final = 20261231


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two scores go together on `rows` texts: rank correlation, same side of a cut-off, share per band."""

    rows: int
    spearman: float | None
    same_side: dict[str, float]
    bands: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Check:
    """What a suggested cut-off does on the half it was not fitted on.

    `old` is what the old cut-off does there (flag rate or precision), `new` what the suggested one does;
    `interval` is the 99 % bootstrap interval around `old` in which chance alone moves `new`; `holds` if `new` is in it.
    """

    rows: int
    old: float
    new: float
    interval: tuple[float, float]
    holds: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A new cut-off for an old one. `kind` is 'equal_flag_rate' or 'equal_precision'; the interval is 95 %."""

    kind: str
    old: float
    new: float
    interval: tuple[float, float]
    held_out: Check

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def agreement(old: Floats, new: Floats) -> Agreement:
    """Return how two scores of the same texts agree. Spearman is None where one of them never changes."""
    same = {f"{cut:g}": _share((old >= cut) == (new >= cut)) for cut in AGREEMENT_AT}
    return Agreement(len(old), spearman(old, new), same, {"old": bands(old), "new": bands(new)})


def bands(scores: Floats) -> dict[str, float]:
    """Return the share of scores in each band; the last one holds 1."""
    edges = [low for low, _ in BANDS] + [1.01]
    pairs = zip(BANDS, pairwise(edges), strict=True)
    return {f"{low:g}-{high:g}": _share((scores >= a) & (scores < b)) for (low, high), (a, b) in pairs}


def _share(said: Bools) -> float:
    return round(float(said.mean()), 4) if len(said) else 0.0


def spearman(one: Floats, other: Floats) -> float | None:
    """Return Spearman's rank correlation, ties sharing their mean rank; None if a column is constant."""
    if len(one) < 2:
        return None
    a, b = _ranks(one), _ranks(other)
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return round(float(a @ b) / size, 4) if size else None


def _ranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[inverse], np.float64)


@dataclass(frozen=True, slots=True)
class Half:
    """One half of the rows: old scores, new scores, and labels if there are any."""

    old: Floats
    new: Floats
    label: Bools | None = None

    def drawn(self, draw: np.random.Generator) -> Half:
        """Return as many rows, drawn with replacement."""
        at = draw.integers(0, len(self.old), len(self.old))
        return Half(self.old[at], self.new[at], None if self.label is None else self.label[at])


Fit = Callable[[Half, float], float | None]
Rate = Callable[[Half, Floats, float], float]


def equal_flag_rate(fit: Half, held: Half, cut: float) -> Suggestion | None:
    """Return our cut-off that flags as many as the old one; None if the old one flags too few to tell."""
    return _suggestion("equal_flag_rate", _same_rate, _flag_rate, (fit, held), cut)


def equal_precision(fit: Half, held: Half, cut: float) -> Suggestion | None:
    """Return our lowest cut-off at which flagged rows are right as often as under the old one; None if none is."""
    if fit.label is None or held.label is None:
        return None
    return _suggestion("equal_precision", _same_precision, _precision, (fit, held), cut)


def _suggestion(kind: str, find: Fit, rate: Rate, halves: tuple[Half, Half], cut: float) -> Suggestion | None:
    fit, held = halves
    new = find(fit, cut)
    if new is None:
        return None
    cuts, gaps = _drawn(find, rate, fit, held, cut)
    old_rate, new_rate = rate(held, held.old, cut), rate(held, held.new, new)
    if not np.isfinite([old_rate, new_rate]).all() or not len(gaps):
        return None
    # Around no difference at all: the draws say how far chance alone moves the two apart.
    low, high = old_rate + np.percentile(gaps - gaps.mean(), [0.5, 99.5])
    check = Check(len(held.old), _r(old_rate), _r(new_rate), (_r(max(0.0, low)), _r(min(1.0, high))),
                  bool(low <= new_rate <= high))  # fmt: skip
    around = np.percentile(cuts, [2.5, 97.5])
    return Suggestion(kind, cut, new, (_r(around[0]), _r(around[1])), check)


def _drawn(find: Fit, rate: Rate, fit: Half, held: Half, cut: float) -> tuple[Floats, Floats]:
    """Return the cut-offs that bootstrap draws of one half give, and new minus old rate on draws of the other."""
    draw = np.random.default_rng(_SEED)
    found = []
    for _ in range(RESAMPLES):
        again, there = find(fit.drawn(draw), cut), held.drawn(draw)
        if again is not None:
            found.append((again, rate(there, there.new, again) - rate(there, there.old, cut)))
    pairs = np.asarray(found, np.float64).reshape(-1, 2)
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    return pairs[:, 0], pairs[:, 1]


def _r(value: float) -> float:
    return round(float(value), 4)


def _flag_rate(_half: Half, scores: Floats, cut: float) -> float:
    return float((scores >= cut).mean())


def _precision(half: Half, scores: Floats, cut: float) -> float:
    flagged = scores >= cut
    if half.label is None or not flagged.any():
        return float("nan")
    return float(half.label[flagged].mean())


def _same_rate(half: Half, cut: float) -> float | None:
    wanted = int((half.old >= cut).sum())
    if wanted < LEAST_FLAGGED:
        return None
    ranked = np.sort(half.new)[::-1]
    below = ranked[wanted] if wanted < len(ranked) else 0.0
    return round(float((ranked[wanted - 1] + below) / 2), 6)


def _same_precision(half: Half, cut: float) -> float | None:
    if half.label is None or int((half.old >= cut).sum()) < LEAST_FLAGGED:
        return None
    wanted = _precision(half, half.old, cut)
    order = np.argsort(-half.new, kind="stable")
    ranked, right = half.new[order], half.label[order]
    reached = np.cumsum(right) / np.arange(1, len(right) + 1)
    # A cut-off cannot split rows of equal score.
    whole = np.append(np.diff(ranked) < 0, True)
    good = np.flatnonzero(whole & (reached >= wanted) & (np.arange(1, len(right) + 1) >= LEAST_FLAGGED))
    return float(ranked[good[-1]]) if len(good) else None

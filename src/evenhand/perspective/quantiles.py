"""The per-key quantile map: a monotone curve from our scores to the old ones' scale (PERSPECTIVE §10.1).

A mapped value gives the old flag rate at an old cut-off. It is no longer a calibrated probability.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from evenhand.errors import UsageError

LEAST_ROWS: Final = 200
KNOTS: Final = 201

Curve = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class QuantileMap:
    """Per attribute a curve: rising scores of ours, and the old scale's value at each. For one model version only."""

    model: str
    calibration: str
    curves: Mapping[str, Curve]

    @property
    def id(self) -> str:
        """Return the map's id: 'qmap-' and 12 hex digits of its content's SHA-256."""
        return "qmap-" + hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()[:12]

    def fits(self, model: str, calibration: str) -> bool:
        """Return whether the map was fitted on this version's scores."""
        return (self.model, self.calibration) == (model, calibration)

    def value(self, attribute: str, score: float) -> float:
        """Return the mapped score, 0 to 1, rising with `score`; the score itself for an attribute without a curve."""
        curve = self.curves.get(attribute)
        return score if curve is None else _on(curve, score)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        curves = {name: [list(ours), list(old)] for name, (ours, old) in sorted(self.curves.items())}
        return {"model": self.model, "calibration": self.calibration, "curves": curves}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> QuantileMap:
        """Return the map that to_dict wrote."""
        curves = {name: (tuple(ours), tuple(old)) for name, (ours, old) in raw["curves"].items()}
        return cls(raw["model"], raw["calibration"], curves)


def _on(curve: Curve, score: float) -> float:
    ours, old = curve
    right = bisect_right(ours, score)
    if right == 0:
        return old[0]
    if right == len(ours):
        return old[-1]
    share = (score - ours[right - 1]) / (ours[right] - ours[right - 1])
    return round(min(1.0, max(0.0, old[right - 1] + share * (old[right] - old[right - 1]))), 7)


def fit(pairs: Mapping[str, tuple[Sequence[float], Sequence[float]]], *, model: str, calibration: str) -> QuantileMap:
    """Return the map fitted on (our scores, old scores) per attribute: equal quantiles meet.

    Raises UsageError if an attribute has fewer than LEAST_ROWS rows. Cost: two sorts per attribute.
    """
    short = [f"{name} has {len(ours)}" for name, (ours, _) in pairs.items() if len(ours) < LEAST_ROWS]
    if short or not pairs:
        what = f"{', '.join(short)} scored rows" if short else "no attribute has old scores here"
        raise UsageError(f"{what}; a map needs {LEAST_ROWS}.", mend="Give a file with more rows, or no map.")
    return QuantileMap(model, calibration, {name: _curve(*both) for name, both in pairs.items()})


def _curve(ours: Sequence[float], old: Sequence[float]) -> Curve:
    steps = np.linspace(0.0, 1.0, KNOTS)
    low = np.quantile(np.asarray(ours, float), steps, method="inverted_cdf")
    high = np.maximum.accumulate(np.quantile(np.asarray(old, float), steps, method="inverted_cdf"))
    # Of equal scores of ours the highest quantile counts: a score says everything at or below it.
    last = np.append(np.flatnonzero(np.diff(low)), KNOTS - 1)
    xs, ys = low[last], high[last]
    if xs[0] > 0:
        xs, ys = np.insert(xs, 0, 0.0), np.insert(ys, 0, 0.0)
    if xs[-1] < 1:
        xs, ys = np.append(xs, 1.0), np.append(ys, 1.0)
    return tuple(float(x) for x in xs), tuple(float(y) for y in ys)

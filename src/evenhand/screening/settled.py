"""Everything about the full model that was fixed on dev rows, and on nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evenhand.categories import Category
from evenhand.screening.model import Platt


@dataclass(frozen=True, slots=True)
class Settled:
    """Calibrations, published thresholds and cut-offs of one model.

    heads: per category the logistic calibration of its raw score. thresholds: per category the published one.
    rules: what a rule's hit adds to the raw score of its category. span_cut: the raw span score from which a
    word is shown. frame_cut: the share of another frame than "asserted" from which scores are lowered by it.
    gate: per head of the linear gate the raw score under which bulk work reads a post no further.
    """

    heads: Mapping[Category, Platt]
    thresholds: Mapping[Category, float]
    rules: Mapping[str, float]
    span_cut: float
    frame_cut: float
    gate: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values with sorted keys."""
        return {
            "heads": {name.value: [platt.slope, platt.offset] for name, platt in sorted(self.heads.items())},
            "thresholds": {name.value: value for name, value in sorted(self.thresholds.items())},
            "rules": dict(sorted(self.rules.items())),
            "span_cut": self.span_cut,
            "frame_cut": self.frame_cut,
            "gate": dict(sorted(self.gate.items())),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Settled:
        """Return what to_dict wrote."""
        heads = {Category(name): Platt(float(a), float(b)) for name, (a, b) in raw["heads"].items()}
        thresholds = {Category(name): float(value) for name, value in raw["thresholds"].items()}
        plain = {name: float(value) for name, value in raw["rules"].items()}
        gate = {name: float(value) for name, value in raw["gate"].items()}
        return cls(heads, thresholds, plain, float(raw["span_cut"]), float(raw["frame_cut"]), gate)

    @property
    def id(self) -> str:
        """Return the calibration id: 'cal-' and 12 hex digits of its content's SHA-256."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return "cal-" + hashlib.sha256(text.encode()).hexdigest()[:12]

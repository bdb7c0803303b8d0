"""Everything about the full model that was fixed on dev rows, and on nothing else."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evenhand.categories import Category
from evenhand.screening.model import Platt


@dataclass(frozen=True, slots=True)
class Settled:
    """Calibrations, published thresholds and cut-offs of one model.

    heads: per category the logistic calibration of its raw score. thresholds: per category the published one.
    rules: what a rule's hit adds to the raw score of its category. span_cut: the raw span score from which a
    word is shown; span_near: how far below the strongest of its post it may be. frame_cut: the share of another
    frame than "asserted" from which scores are lowered by it.
    gate: per head of the linear gate the raw score under which bulk work reads a post no further.
    linear: per category what each raw score of the linear model adds, times this, to its logit; linear_model: that
    model's id ("" if none is asked).
    """

    heads: Mapping[Category, Platt]
    thresholds: Mapping[Category, float]
    rules: Mapping[str, float]
    span_cut: float
    frame_cut: float
    gate: Mapping[str, float]
    span_near: float = math.inf
    linear: Mapping[Category, Mapping[str, float]] = field(default_factory=dict)
    linear_model: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values with sorted keys; what a calibration does not use is no key, so that old ids stay."""
        near = {} if self.span_near == math.inf else {"span_near": self.span_near}
        asked = {name.value: dict(sorted(table.items())) for name, table in sorted(self.linear.items())}
        return {
            "heads": {name.value: [platt.slope, platt.offset] for name, platt in sorted(self.heads.items())},
            "thresholds": {name.value: value for name, value in sorted(self.thresholds.items())},
            "rules": dict(sorted(self.rules.items())),
            "span_cut": self.span_cut,
            "frame_cut": self.frame_cut,
            "gate": dict(sorted(self.gate.items())),
            **near,
            **({"linear": asked, "linear_model": self.linear_model} if asked else {}),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Settled:
        """Return what to_dict wrote."""
        heads = {Category(name): Platt(float(a), float(b)) for name, (a, b) in raw["heads"].items()}
        thresholds = {Category(name): float(value) for name, value in raw["thresholds"].items()}
        plain = {name: float(value) for name, value in raw["rules"].items()}
        gate = {name: float(value) for name, value in raw["gate"].items()}
        asked = {
            Category(name): {head: float(value) for head, value in table.items()}
            for name, table in raw.get("linear", {}).items()
        }
        return cls(
            heads, thresholds, plain, float(raw["span_cut"]), float(raw["frame_cut"]), gate,
            float(raw.get("span_near", math.inf)), asked, str(raw.get("linear_model", "")),
        )  # fmt: skip

    @property
    def id(self) -> str:
        """Return the calibration id: 'cal-' and 12 hex digits of its content's SHA-256."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return "cal-" + hashlib.sha256(text.encode()).hexdigest()[:12]

"""A refit as one file: `local-<id>.json`, with the report of the checks it passed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evenhand.categories import Category
from evenhand.errors import UsageError
from evenhand.screening.local.examples import FIXED

Floats = NDArray[np.float64]

VERSION: Final = 1
_ID: Final = re.compile(r"local-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class LocalHead:
    """One category refitted: logit' = slope * (logit + weights · features) + offset, with the shipped threshold."""

    slope: float
    offset: float
    threshold: float
    weights: Mapping[int, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values with sorted keys."""
        weights = {str(bucket): value for bucket, value in sorted(self.weights.items())}
        return {"slope": self.slope, "offset": self.offset, "threshold": self.threshold, "weights": weights}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> LocalHead:
        """Return what to_dict wrote; ValueError for a number that is none."""
        weights = {int(bucket): float(value) for bucket, value in raw["weights"].items()}
        head = cls(float(raw["slope"]), float(raw["offset"]), float(raw["threshold"]), weights)
        if not all(map(math.isfinite, [head.slope, head.offset, head.threshold, *weights.values()])):
            raise ValueError("a weight is not a number")
        return head


@dataclass(frozen=True, slots=True)
class LocalPackage:
    """The refitted heads, the model and calibration they were fitted on, and the report (plain JSON values)."""

    model: str
    calibration: str
    heads: Mapping[Category, LocalHead]
    report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return 'local-' and 12 hex digits of the SHA-256 of everything but the report."""
        text = json.dumps(self._content(), sort_keys=True, separators=(",", ":"))
        return "local-" + sha256(text.encode()).hexdigest()[:12]

    def to_dict(self) -> dict[str, Any]:
        """Return the whole package as plain values."""
        return {"id": self.id} | self._content() | {"report": dict(self.report)}

    def _content(self) -> dict[str, Any]:
        heads = {category.value: head.to_dict() for category, head in sorted(self.heads.items())}
        return {"version": VERSION, "model": self.model, "calibration": self.calibration, "heads": heads}


def save_local(package: LocalPackage, models: Path) -> Path:
    """Write `local-<id>.json` into the models folder, whole or not at all, and return where."""
    models.mkdir(parents=True, exist_ok=True)
    path = models / f"{package.id}.json"
    half = path.with_suffix(".half")
    half.write_text(json.dumps(package.to_dict(), sort_keys=True, indent=1) + "\n", "utf-8")
    half.replace(path)
    return path


def load_local(models: Path, name: str) -> LocalPackage:
    """Return a package of the models folder by its id; UsageError if it is not there, unreadable or altered."""
    if not _ID.fullmatch(name):
        raise UsageError(f"{name!r} is not the id of a refit.", mend="It looks like local-0123456789ab.")
    path = models / f"{name}.json"
    try:
        raw = json.loads(path.read_text("utf-8"))
        heads = {Category(category): LocalHead.from_dict(head) for category, head in raw["heads"].items()}
        package = LocalPackage(str(raw["model"]), str(raw["calibration"]), heads, dict(raw["report"]))
    except FileNotFoundError:
        raise UsageError("this refit is not on this machine.", where=str(path), mend="Make it again.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError("this is not a readable refit.", where=str(path), mend="Make it again.") from error
    if package.id != name or FIXED & set(heads):
        raise UsageError("this file is not the refit its name says.", where=str(path), mend="Make it again.")
    return package

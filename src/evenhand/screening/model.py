"""The linear model: one table of whole numbers, so that a sum is the same in any order and on any machine."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from evenhand.errors import UsageError
from evenhand.screening.features import Canon, Feature, Tokens, UInt, families

Floats = NDArray[np.float64]

BITS: Final = 18
HEADS: Final = ("abuse", "identity_attack", "incivility")
SPAN_COLUMN: Final = 3
NORM_COLUMN: Final = 4
COLUMNS: Final = 5
# The shipped one has a sixth: whether the full model would flag the post for any harm.
GATE_COLUMN: Final = 5
GATE: Final = "any_harm"
NORM_SCALE: Final = 2048
# Changes whenever the same weights would give another score: part of the model's id.
FEATURES_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Platt:
    """A logistic calibration: probability = 1 / (1 + exp(-(slope * z + offset)))."""

    slope: float
    offset: float

    def probability(self, z: float) -> float:
        """Return the calibrated probability of a raw score, rounded to six places."""
        value = max(-40.0, min(40.0, self.slope * z + self.offset))
        return round(1.0 / (1.0 + math.exp(-value)), 6)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything that was fixed on dev rows: calibrations, thresholds, the span cut-off, the threat table.

    `threat` holds the logistic weights of the rule kinds, of the abuse and identity scores and the constant.
    """

    heads: Mapping[str, Platt]
    thresholds: Mapping[str, float]
    span_cut: float
    threat: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values with sorted keys."""
        return {
            "heads": {name: [platt.slope, platt.offset] for name, platt in sorted(self.heads.items())},
            "thresholds": dict(sorted(self.thresholds.items())),
            "span_cut": self.span_cut,
            "threat": dict(sorted(self.threat.items())),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Calibration:
        """Return the calibration that to_dict wrote."""
        heads = {name: Platt(float(a), float(b)) for name, (a, b) in raw["heads"].items()}
        return cls(heads, dict(raw["thresholds"]), float(raw["span_cut"]), dict(raw["threat"]))

    @property
    def id(self) -> str:
        """Return the calibration id: 'cal-' and 12 hex digits of its content's SHA-256."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return "cal-" + hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights as int16: a row per bucket; columns are the heads, the span score and the norm.

    Raw score of head h = sum of its column / scale / sqrt(norm) + bias. `known` are the sorted hashes of
    the words the training text used often.
    """

    weights: NDArray[np.int16]
    scales: tuple[float, ...]
    biases: tuple[float, ...]
    known: UInt

    @property
    def id(self) -> str:
        """Return the model id: 'linear-' and 12 hex digits of the SHA-256 of weights, scales and version."""
        digest = hashlib.sha256(f"{FEATURES_VERSION}/{self.scales!r}/{self.biases!r}".encode())
        digest.update(np.ascontiguousarray(self.weights, "<i2").tobytes())
        digest.update(np.ascontiguousarray(self.known, "<u4").tobytes())
        return "linear-" + digest.hexdigest()[:12]

    def raw_scores(self, tokens: Tokens, found: Sequence[Feature] | None = None) -> Floats:
        """Return raw scores: a row per post, a column per head, then the gate's where the model has one.

        Cost: one look-up per feature.
        """
        sums = np.zeros((tokens.posts, self.weights.shape[1]), np.int64)
        for feature in families(tokens) if found is None else found:
            if len(feature.post):
                rows = self.weights[feature.hashes >> np.uint32(32 - BITS)]
                starts = np.flatnonzero(np.diff(feature.post, prepend=-1))
                sums[feature.post[starts]] += np.add.reduceat(rows, starts, axis=0, dtype=np.int64)
        norm = np.sqrt(np.maximum(sums[:, NORM_COLUMN] / NORM_SCALE, 1.0))
        given = [*range(len(HEADS)), *([GATE_COLUMN] if self.has_gate else [])]
        # Scales and biases: the heads', the span's, the gate's; the norm has none.
        own = [*range(len(HEADS)), *([SPAN_COLUMN + 1] if self.has_gate else [])]
        scaled = sums[:, given] / np.asarray(self.scales)[own]
        return np.asarray(scaled / norm[:, None] + np.asarray(self.biases)[own], np.float64)

    @property
    def has_gate(self) -> bool:
        """Return whether the model has the gate's column."""
        return bool(self.weights.shape[1] > GATE_COLUMN)

    def word_scores(self, tokens: Tokens) -> Floats:
        """Return per word: what it adds to each head (columns 0 to 2, raw score) and its span score (3).

        What a feature adds is shared equally by the words it covers.
        """
        sums = np.zeros((len(tokens.begin), COLUMNS))
        span = np.zeros((len(tokens.begin), 2))
        for feature in families(tokens):
            rows = self.weights[feature.hashes >> np.uint32(32 - BITS), :COLUMNS].astype(np.float64)
            for words in feature.words:
                _add(sums, words, rows / len(feature.words))
                _add(span, words, rows[:, [SPAN_COLUMN, NORM_COLUMN]])
        norm = np.bincount(tokens.post, sums[:, NORM_COLUMN] / NORM_SCALE, tokens.posts)
        out = sums[:, : SPAN_COLUMN + 1] / np.asarray(self.scales[: SPAN_COLUMN + 1])
        out[:, :SPAN_COLUMN] /= np.sqrt(np.maximum(norm, 1.0))[tokens.post][:, None]
        own = np.sqrt(np.maximum(span[:, 1] / NORM_SCALE, 1.0))
        out[:, SPAN_COLUMN] = span[:, 0] / self.scales[SPAN_COLUMN] / own + self.biases[SPAN_COLUMN]
        return np.asarray(out, np.float64)


def _add(sums: Floats, words: NDArray[np.int64], rows: Floats) -> None:
    """Add each row to the sums of its word. Word indices of a feature family come in rising order."""
    if len(words):
        starts = np.flatnonzero(np.diff(words, prepend=-1))
        sums[words[starts]] += np.add.reduceat(rows, starts, axis=0)


@dataclass(frozen=True, slots=True)
class Package:
    """A model with its calibration, as one folder of two files: weights.npz and calibration.json."""

    model: LinearModel
    calibration: Calibration


def save(package: Package, folder: Path) -> None:
    """Write the package into a folder: weights.npz and calibration.json."""
    folder.mkdir(parents=True, exist_ok=True)
    model = package.model
    np.savez_compressed(
        folder / "weights.npz",
        weights=model.weights,
        known=model.known,
        scales=np.asarray(model.scales),
        biases=np.asarray(model.biases),
    )
    text = json.dumps({"model": model.id, "calibration": package.calibration.to_dict()}, sort_keys=True, indent=1)
    (folder / "calibration.json").write_text(text + "\n", "utf-8")


def load(folder: Path | Traversable) -> Package:
    """Return the package of a folder.

    Raises UsageError if a file is missing or the weights are not those the calibration was fixed for.
    """
    try:
        raw = json.loads(folder.joinpath("calibration.json").read_text("utf-8"))
        with folder.joinpath("weights.npz").open("rb") as handle, np.load(handle, allow_pickle=False) as arrays:
            model = LinearModel(
                arrays["weights"],
                tuple(float(x) for x in arrays["scales"]),
                tuple(float(x) for x in arrays["biases"]),
                arrays["known"],
            )
        calibration = Calibration.from_dict(raw["calibration"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise UsageError(
            "this is not a readable detector package.", where=str(folder), mend="Restore or retrain it."
        ) from error
    if model.id != raw["model"]:
        raise UsageError(
            f"the weights are {model.id}, the calibration belongs to {raw['model']}.",
            where=str(folder),
            mend="Restore both files of one package.",
        )
    return Package(model, calibration)


@cache
def shipped() -> Package:
    """Return the package that comes with this version, loaded once per process."""
    return load(files("evenhand.screening") / "weights")


__all__ = ["BITS", "HEADS", "Calibration", "Canon", "LinearModel", "Package", "Platt", "load", "save", "shipped"]

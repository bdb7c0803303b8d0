"""The gate's own column: the linear model learns from the full model which posts that one would flag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.screening.encoder import EncoderPackage
from evenhand.screening.judges import HARMFUL, FullJudge
from evenhand.screening.model import COLUMNS, NORM_COLUMN, NORM_SCALE, Package
from evenhand.screening.scoring import score
from evenhand.screening.settled import Settled
from evenhand.screening.training.fit import STRENGTH, counts_matrix, logistic, normed, whole
from evenhand.screening.training.rows import Part, Row, digest_number
from evenhand.screening.training.settle import Floats, Looked, gate_table
from evenhand.screening.views import read, vocabulary
from evenhand.text import normalise

# Train rows of one set that the full model reads for this: a set of talk must not drown the others.
MOST: Final = 8000
CHUNK: Final = 512


def with_gate(gate: Package, full: EncoderPackage, rows: Sequence[Row], say: Callable[[str], None]) -> Package:
    """Return the linear package with its gate column fitted on what the full model flags among train rows.

    Cost: a millisecond or two a row for the full model, then a minute for the fit.
    """
    some = _sampled([row for row in rows if row.part is Part.TRAIN])
    flags = _flagged(gate, full, some, say)
    squared = gate.model.weights[:, NORM_COLUMN].astype(np.int64)
    matrix = normed(counts_matrix([normalise(row.text).text for row in some]), squared)
    coefficients, constant = logistic(matrix, flags, np.ones(len(some)), STRENGTH)
    column, scale = whole(coefficients * np.sqrt(squared / NORM_SCALE))
    own = gate.model
    weights = np.column_stack([own.weights[:, :COLUMNS], column]).astype(np.int16)
    # A gate column from before is left behind; the norm has neither scale nor constant.
    scales, biases = (*own.scales[: COLUMNS - 1], scale), (*own.biases[: COLUMNS - 1], constant)
    return Package(replace(own, weights=weights, scales=scales, biases=biases), gate.calibration)


def settled_gate(gate: Package, settled: Settled, dev: Looked, benign: Looked) -> Settled:
    """Return what was settled with the gate's table fixed anew for a gate that has its own column.

    Its other columns are those that the heads ask; the calibration names this gate.
    """
    dev, benign = (replace(seen, gate=_raw(gate, seen.rows)) for seen in (dev, benign))
    return replace(settled, gate=gate_table(settled, dev, benign), linear_model=gate.model.id)


def _sampled(rows: Sequence[Row]) -> list[Row]:
    by_set: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.dataset, digest_number(row.text))):
        by_set.setdefault(row.dataset, []).append(row)
    return [row for found in by_set.values() for row in found[:MOST]]


def _flagged(gate: Package, full: EncoderPackage, rows: Sequence[Row], say: Callable[[str], None]) -> NDArray[np.int64]:
    words, judge = vocabulary(gate.model), FullJudge(full, linear=gate if full.calibration.linear else None)
    flags: list[bool] = []
    for start in range(0, len(rows), CHUNK):
        views = [read(row.text, words).views for row in rows[start : start + CHUNK]]
        flags += [bool(set(one.flags) & set(HARMFUL)) for one in judge.judge(views, [None] * len(views))]
    say(f"the full model flags {sum(flags)} of {len(flags)} train rows")
    return np.asarray(flags, np.int64)


def _raw(gate: Package, rows: Sequence[Row]) -> Floats:
    words = vocabulary(gate.model)
    parts = [
        [one.raw for one in score(gate, [read(row.text, words).views for row in rows[start : start + CHUNK]])]
        for start in range(0, len(rows), CHUNK)
    ]
    return np.stack([raw for part in parts for raw in part])

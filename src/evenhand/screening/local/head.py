"""The arithmetic of a local head: hashed features, a logistic fit on top of the shipped score. Deterministic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.screening.features import families, tokenise
from evenhand.screening.words import canon
from evenhand.text import normalise

Floats = NDArray[np.float64]

BITS: Final = 12
BUCKETS: Final = 1 << BITS
MOST: Final = 3.0  # logits the words may add: a local head bends a verdict, it does not overrule a certain one
_SURE: Final = 1e-4
_STEPS: Final = 300
_RIDGE: Final = 1.0
_PRIOR: Final = 10.0  # examples' worth of trust in the shipped calibration
_SLOPES: Final = (0.5, 2.0)  # more evidence never means a lower probability
_LONGEST: Final = 40_000


def logit(scores: Sequence[float]) -> Floats:
    """Return the log odds of probabilities, those of 0 and 1 bounded."""
    share = np.clip(np.asarray(scores, np.float64), _SURE, 1 - _SURE)
    return np.asarray(np.log(share / (1 - share)), np.float64)


def sigmoid(z: Floats) -> Floats:
    """Return probabilities."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(z, -40.0, 40.0))), np.float64)


def rows_of(texts: Sequence[str]) -> list[dict[int, float]]:
    """Return per text its features, bucket -> value, of length 1. Group words and pronouns are one token each."""
    tokens = tokenise([normalise(text[:_LONGEST]).text for text in texts], canon())
    counted: list[dict[int, float]] = [{} for _ in texts]
    for feature in families(tokens):
        buckets = feature.hashes >> np.uint32(32 - BITS)
        for post, bucket in zip(feature.post.tolist(), buckets.tolist(), strict=True):
            counted[post][bucket] = 1.0
    return [{bucket: len(row) ** -0.5 for bucket in sorted(row)} for row in counted]


def shift(rows: Sequence[Mapping[int, float]], weights: Mapping[int, float]) -> Floats:
    """Return what the words add to each log odds, at most MOST either way."""
    sums = [sum(value * weights.get(bucket, 0.0) for bucket, value in row.items()) for row in rows]
    return np.clip(np.asarray(sums, np.float64), -MOST, MOST)


def fit_platt(z: Floats, truth: Floats) -> tuple[float, float]:
    """Return (slope, offset) of a logistic fit that starts from, and leans to, the shipped calibration (1, 0).

    Newton's method on the log loss with a ridge about (1, 0); 25 steps at most.
    """
    x = np.stack([z, np.ones_like(z)], axis=1)
    start = np.array([1.0, 0.0])
    found = start.copy()
    for _ in range(25):
        p = sigmoid(x @ found)
        gradient = x.T @ (p - truth) + _PRIOR * (found - start)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + _PRIOR * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        found = found - np.clip(step, -1.0, 1.0)
        if float(np.abs(step).max()) < 1e-9:
            break
    slope = float(np.clip(found[0], *_SLOPES))
    return round(slope, 6), round(float(np.clip(found[1], -MOST, MOST)), 6)


def fit_words(rows: Sequence[Mapping[int, float]], z: Floats, truth: Floats) -> dict[int, float]:
    """Return the weights of a ridge logistic fit of the words on top of the log odds z.

    Accelerated gradient descent, a fixed number of steps. Memory 32 KB per example; 2,000 take seconds.
    """
    matrix = np.zeros((len(rows), BUCKETS))
    for number, row in enumerate(rows):
        matrix[number, list(row)] = list(row.values())
    ridge = _RIDGE / len(rows)
    rate = 1.0 / (0.25 + ridge)
    weights = np.zeros(BUCKETS)
    ahead = weights
    for step in range(_STEPS):
        error = sigmoid(z + matrix @ ahead) - truth
        after = ahead - rate * (matrix.T @ error / len(rows) + ridge * ahead)
        ahead = after + step / (step + 3) * (after - weights)
        weights = after
    kept = np.flatnonzero(np.abs(weights) >= 1e-4)
    return {int(bucket): round(float(weights[bucket]), 4) for bucket in kept}


def log_loss(p: Floats, truth: Floats) -> float:
    """Return the mean log loss."""
    bounded = np.clip(p, _SURE, 1 - _SURE)
    return float(-np.mean(truth * np.log(bounded) + (1 - truth) * np.log(1 - bounded)))

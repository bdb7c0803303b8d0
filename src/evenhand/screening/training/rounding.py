"""A linear map in eight bits: how its input is evened out, and its weights as whole numbers.

Weights use seven of the eight bits: on processors without VNNI the 8-bit products are summed in pairs of 16
bits and a full-range weight would overflow there, so the same file would answer differently on another family.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky

Array = NDArray[Any]

WEIGHT_LIMIT: Final = 63
# How much of a channel's loudness the weights take. What is bent (the input of the outer map) is loudest in few.
STRENGTH: Final = {"outer": 0.7}
# A little of the mean product on the diagonal, so that channels that hardly speak do not decide.
DAMPING: Final = 0.01
BLOCK: Final = 128


@dataclass(frozen=True, slots=True)
class Seen:
    """What a map's input looked like on train rows: lowest and highest per channel, and the channels' products."""

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    products: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rounded:
    """A map in whole numbers. The input is divided by `smooth` per channel; weight = whole * scales / smooth.

    low, high: the range of the evened input.
    """

    smooth: NDArray[np.float32]
    whole: NDArray[np.int8]
    scales: NDArray[np.float32]
    low: float
    high: float


def rounded(name: str, weight: Array, seen: Seen) -> Rounded:
    """Return a map's weights [out, in] as whole numbers, chosen so that its answers on train rows hardly move."""
    smooth = smoothing(weight, seen.low, seen.high, STRENGTH.get(name.rsplit(".", 1)[-1], 0.5))
    whole, scales = whole_weights(weight * smooth, seen.products / np.outer(smooth, smooth))
    return Rounded(smooth, whole, scales, float((seen.low / smooth).min()), float((seen.high / smooth).max()))


def smoothing(weight: Array, low: Array, high: Array, strength: float) -> NDArray[np.float32]:
    """Return per channel what its input is divided by and its weights are multiplied with.

    A few channels are many times as loud as the rest; sharing their loudness with the weights leaves both
    easier to round (SmoothQuant, Xiao et al. 2023).
    """
    loud = np.maximum(np.maximum(np.abs(low), np.abs(high)), 1e-3)
    heavy = np.maximum(np.abs(weight).max(axis=0), 1e-5)
    smooth = loud**strength / heavy ** (1 - strength)
    return np.asarray(smooth / np.exp(np.log(smooth).mean()), np.float32)


def whole_weights(weight: Array, products: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return weights [out, in] as whole numbers with one scale per output row.

    Channel by channel, loudest first, what rounding takes from one channel is given back by those that speak
    along with it (GPTQ, Frantar et al. 2023). `products`: input channels times input channels, summed over rows.
    """
    scales = np.maximum(np.abs(weight).max(axis=1), 1e-8) / WEIGHT_LIMIT
    order = np.argsort(-np.diag(products), kind="stable")
    left = weight[:, order].astype(np.float64)
    upper = _upper(products[np.ix_(order, order)])
    whole = np.zeros_like(left)
    for start in range(0, left.shape[1], BLOCK):
        end = min(start + BLOCK, left.shape[1])
        errors = np.zeros((len(left), end - start))
        for at in range(start, end):
            whole[:, at] = np.clip(np.rint(left[:, at] / scales), -WEIGHT_LIMIT, WEIGHT_LIMIT)
            errors[:, at - start] = (left[:, at] - whole[:, at] * scales) / upper[at, at]
            left[:, at + 1 : end] -= np.outer(errors[:, at - start], upper[at, at + 1 : end])
        left[:, end:] -= errors @ upper[start:end, end:]
    out = np.zeros(whole.shape, np.int8)
    out[:, order] = whole
    return out, scales.astype(np.float32)


def _upper(products: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the upper root of the inverse of the damped products."""
    size = len(products)
    damped = products + np.eye(size) * max(DAMPING * float(np.mean(np.diag(products))), 1e-6)
    return np.asarray(cholesky(np.linalg.inv(damped)), np.float64)


def all_rounded(weights: Mapping[str, Array], seen: Mapping[str, Seen]) -> dict[str, Rounded]:
    """Return every map that was watched, rounded."""
    return {name: rounded(name, weights[name], one) for name, one in seen.items()}

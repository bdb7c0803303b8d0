"""A linear map in eight bits: its input turned so that no channel is loud, its weights as whole numbers.

On processors without VNNI the products of two neighbouring channels are summed in 16 bits. Two loud weights side by
side would overflow there, and the same file would answer wrongly on such a family: so two neighbours share one limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, hadamard

from evenhand.screening.training.layout import HEADS, WIDTH

Array = NDArray[Any]

# Channels that are turned together: those of one attention head, so that what value gives can be turned beforehand.
TURNED: Final = WIDTH // HEADS
# The highest sum of two neighbours, sign aside: 255 times as much still fits into 16 bits.
PAIR_LIMIT: Final = 128
WEIGHT_LIMIT: Final = 127
# A little of the mean product on the diagonal, so that channels that hardly speak do not decide.
DAMPING: Final = 0.01
BLOCK: Final = 128


@dataclass(frozen=True, slots=True)
class Rounded:
    """A map in whole numbers, [out, in]: answers = turned input @ (whole * scales).T, one scale a row."""

    whole: NDArray[np.int8]
    scales: NDArray[np.float32]


@cache
def turn() -> NDArray[np.float32]:
    """Return the square matrix by which TURNED neighbouring channels are turned; turning twice changes nothing.

    Of a few channels that are many times as loud as the rest it makes many of nearly one loudness, which eight bits
    hold better (QuaRot, Ashkboos et al. 2024).
    """
    return np.asarray(hadamard(TURNED) / np.sqrt(TURNED), np.float32)


def turned(rows: Array) -> Array:
    """Return rows of channels [rows, channels], turned. Raises ValueError unless TURNED divides the channels."""
    wide = np.asarray(rows, np.float64).reshape(len(rows), -1, TURNED)
    return (wide @ turn().astype(np.float64)).reshape(rows.shape)


def turned_out(weight: Array) -> Array:
    """Return a map's weights [out, in] or biases [out] by which what it gives comes turned."""
    return turned(weight.reshape(len(weight), -1).T).T.reshape(weight.shape)


def rounded(weight: Array, products: NDArray[np.float64]) -> Rounded:
    """Return a map's weights [out, in] for a turned input, rounded so that its answers on train rows hardly move.

    `products`: of its input's channels as they were before turning, summed over rows.
    """
    return Rounded(*whole_weights(turned(weight), turned(turned(products).T)))


def whole_weights(weight: Array, products: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return weights [out, in] as whole numbers with one scale per output row.

    Channel by channel, loudest first, what rounding takes from one channel is given back by those that speak
    along with it (GPTQ, Frantar et al. 2023). No two neighbouring channels, the first and second, third and fourth
    and so on, pass PAIR_LIMIT together. `products`: input channels times input channels, summed over rows.
    """
    scales = np.maximum(_loudest_pair(weight) / PAIR_LIMIT, np.abs(weight).max(axis=1) / WEIGHT_LIMIT)
    scales = np.maximum(scales, 1e-10)
    order = np.argsort(-np.diag(products), kind="stable")
    left = weight[:, order].astype(np.float64)
    upper = _upper(products[np.ix_(order, order)])
    out = np.zeros(weight.shape, np.int8)
    for start in range(0, left.shape[1], BLOCK):
        end = min(start + BLOCK, left.shape[1])
        errors = np.zeros((len(left), end - start))
        for at in range(start, end):
            # What the neighbour (0 as long as it is not rounded) leaves to this channel.
            room = np.minimum(PAIR_LIMIT - np.abs(out[:, order[at] ^ 1].astype(int)), WEIGHT_LIMIT)
            whole = np.clip(np.rint(left[:, at] / scales), -room, room)
            out[:, order[at]] = whole
            errors[:, at - start] = (left[:, at] - whole * scales) / upper[at, at]
            left[:, at + 1 : end] -= np.outer(errors[:, at - start], upper[at, at + 1 : end])
        left[:, end:] -= errors @ upper[start:end, end:]
    return out, scales.astype(np.float32)


def _loudest_pair(weight: Array) -> Array:
    """Return per row of weights [out, in] the highest sum of two neighbours, sign aside."""
    pairs: Array = np.abs(weight).reshape(len(weight), -1, 2).sum(axis=2).max(axis=1)
    return pairs


def _upper(products: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the upper root of the inverse of the damped products."""
    size = len(products)
    damped = products + np.eye(size) * max(DAMPING * float(np.mean(np.diag(products))), 1e-6)
    return np.asarray(cholesky(np.linalg.inv(damped)), np.float64)


def all_rounded(weights: Mapping[str, Array], products: Mapping[str, NDArray[np.float64]]) -> dict[str, Rounded]:
    """Return every map that was watched, rounded."""
    return {name: rounded(weights[name], one) for name, one in products.items()}

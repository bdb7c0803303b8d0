"""Weights as whole numbers: what a map answers moves less than if each weight were rounded by itself."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the [train] extra: scipy")

from evenhand.screening.training.rounding import WEIGHT_LIMIT, Seen, rounded, smoothing, whole_weights

DRAW = np.random.default_rng(2)
# Channels that speak together, as those of a network do; a few are many times as loud.
INPUT = DRAW.normal(0, 1, (2000, 16)) @ DRAW.normal(0, 1, (16, 64)) * np.geomspace(0.2, 20, 64)
WEIGHT = DRAW.normal(0, 1, (8, 64)).astype(np.float32)


def _seen() -> Seen:
    low, high = INPUT.min(axis=0).astype(np.float32), INPUT.max(axis=0).astype(np.float32)
    return Seen(low, high, INPUT.T @ INPUT)


def test_the_answers_move_less_than_by_rounding_each_weight() -> None:
    whole, scales = whole_weights(WEIGHT, _seen().products)
    plain = np.clip(np.rint(WEIGHT / scales[:, None]), -WEIGHT_LIMIT, WEIGHT_LIMIT)
    errors = [np.square(INPUT @ (given * scales[:, None] - WEIGHT).T).mean() for given in (whole, plain)]
    assert errors[0] < 0.5 * errors[1]
    assert np.abs(whole).max() <= WEIGHT_LIMIT


def test_a_map_that_is_put_together_again_answers_nearly_the_same() -> None:
    found = rounded("layers.0.inner", WEIGHT, _seen())
    back = found.whole * found.scales[:, None] / found.smooth
    exact, got = INPUT @ WEIGHT.T, INPUT @ back.T
    assert np.abs(got - exact).max() < 0.02 * np.abs(exact).max()
    assert found.low >= (INPUT / found.smooth).min() - 1e-3
    assert found.high <= (INPUT / found.smooth).max() + 1e-3


def test_smoothing_evens_out_what_is_loud() -> None:
    seen = _seen()
    smooth = smoothing(WEIGHT, seen.low, seen.high, 0.5)
    loud = np.abs(INPUT).max(axis=0)
    assert (loud / smooth).max() / (loud / smooth).min() < 0.5 * loud.max() / loud.min()

"""Weights as whole numbers: what a map answers moves less than if each weight were rounded by itself."""

from __future__ import annotations

from importlib.resources import as_file, files

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs the [train] extra: scipy")

from evenhand.screening.training.rounding import (
    TURNED,
    WEIGHT_LIMIT,
    rounded,
    turned,
    turned_out,
    whole_weights,
)

DRAW = np.random.default_rng(2)
# Channels that speak together, as those of a network do; a few are many times as loud.
INPUT = DRAW.normal(0, 1, (2000, 16)) @ DRAW.normal(0, 1, (16, 64)) * np.geomspace(0.2, 20, 64)
WEIGHT = DRAW.normal(0, 1, (8, 64)).astype(np.float32)
PRODUCTS = INPUT.T @ INPUT


def test_the_answers_move_less_than_by_rounding_each_weight() -> None:
    whole, scales = whole_weights(WEIGHT, PRODUCTS)
    plain = np.clip(np.rint(WEIGHT / scales[:, None]), -WEIGHT_LIMIT, WEIGHT_LIMIT)
    errors = [np.square(INPUT @ (given * scales[:, None] - WEIGHT).T).mean() for given in (whole, plain)]
    assert errors[0] < 0.5 * errors[1]


def test_a_map_that_is_put_together_again_answers_nearly_the_same() -> None:
    found = rounded(WEIGHT, PRODUCTS)
    exact, got = INPUT @ WEIGHT.T, turned(INPUT) @ (found.whole * found.scales[:, None]).T
    assert np.abs(got - exact).max() < 0.01 * np.abs(exact).max()


def test_no_input_overflows_sixteen_bits_where_eight_bit_products_are_summed_in_pairs() -> None:
    for whole in (rounded(WEIGHT, PRODUCTS).whole, whole_weights(WEIGHT, PRODUCTS)[0]):
        pairs = np.abs(whole.astype(np.int64)).reshape(len(whole), -1, 2).sum(axis=2)
        assert pairs.max() * 255 < 2**15
        assert (pairs.max(axis=1) > 120).all(), "what two neighbours may have is used"


def test_no_pair_of_the_shipped_weights_overflows() -> None:
    onnx = pytest.importorskip("onnx", reason="needs the [train] extra: onnx")
    with as_file(files("evenhand.screening") / "weights" / "encoder" / "encoder.onnx") as path:
        held = onnx.load(path).graph.initializer
    maps = [onnx.numpy_helper.to_array(one).astype(np.int64) for one in held if one.name.endswith(".whole")]
    assert len(maps) == 24, "four in each of six layers, in by out"
    assert max(np.abs(one).reshape(-1, 2, one.shape[1]).sum(axis=1).max() for one in maps) * 255 < 2**15


def test_a_loud_weight_takes_what_its_quiet_neighbour_leaves() -> None:
    weight = np.where(np.arange(64) % 2, 0.01, 1.0)[None].astype(np.float32)
    whole, scales = whole_weights(weight, np.eye(64))
    assert np.abs(whole).max() > 120
    assert np.abs(whole * scales[:, None] - weight).max() < 0.01


def test_turning_evens_out_what_is_loud_and_twice_changes_nothing() -> None:
    spiky = DRAW.normal(0, 1, (100, 2 * TURNED))
    spiky[:, 5] *= 40
    peak = [
        np.abs(rows).max(axis=1).mean() / np.sqrt(np.square(rows).mean(axis=1)).mean()
        for rows in (spiky, turned(spiky))
    ]
    assert peak[1] < 0.6 * peak[0]
    assert np.allclose(turned(turned(spiky)), spiky)


def test_what_a_map_gives_comes_turned() -> None:
    weight, bias = DRAW.normal(0, 1, (2 * TURNED, 64)), DRAW.normal(0, 1, 2 * TURNED)
    assert np.allclose(INPUT @ turned_out(weight).T + turned_out(bias), turned(INPUT @ weight.T + bias))

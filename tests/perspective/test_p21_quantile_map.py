"""PERSP-P21: a key's map is monotone, announced where it was used, and gone without a trace when removed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.perspective.keys import set_map
from evenhand.perspective.quantiles import LEAST_ROWS, QuantileMap, fit

HEADER = "Evenhand-Quantile-Map"
SCORES = st.lists(st.floats(0, 1).map(lambda x: round(x, 6)), min_size=LEAST_ROWS, max_size=260)


def squared(names=("TOXICITY",)) -> QuantileMap:
    ours = list(np.linspace(0, 1, 400))
    pairs = {name: (ours, [x**0.5 for x in ours]) for name in names}
    return fit(pairs, model="fake-1.0.0", calibration="cal-fake")


@pytest.mark.slow
@given(SCORES, SCORES, st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_p21_the_map_is_monotone_and_stays_in_bounds(ours, old, asked):
    curve = fit({"TOXICITY": (ours, old)}, model="m", calibration="c")
    values = [curve.value("TOXICITY", score) for score in sorted(asked)]
    assert values == sorted(values) and all(0 <= value <= 1 for value in values)


def test_p21_old_cut_offs_give_the_old_flag_rate():
    draw = np.random.default_rng(1)
    ours = draw.random(4_000)
    old = np.clip(draw.random(4_000) ** 3, 0, 1)
    curve = fit({"TOXICITY": (list(ours), list(old))}, model="m", calibration="c")
    mapped = np.asarray([curve.value("TOXICITY", score) for score in ours])
    for cut in (0.5, 0.7, 0.8, 0.85):
        assert (mapped >= cut).mean() == pytest.approx((old >= cut).mean(), abs=0.01)


def test_p21_the_header_is_there_only_when_the_map_was_used_and_removal_restores_the_bytes(world):
    other = world.new_key()[1]
    text = "a calm sentence about the harbour"
    raw, others = world.analyze(text), world.analyze(text, secret=other)
    curve = squared()
    set_map(world.service.store, world.key_id, curve)
    mapped = world.analyze(text)
    assert mapped.headers[HEADER] == curve.id and HEADER not in raw.headers
    assert mapped.value() == pytest.approx(raw.value() ** 0.5, abs=0.01) != raw.value()
    assert HEADER not in world.analyze(text, ("INSULT",)).headers
    assert world.analyze(text, ("INSULT",)).value("INSULT") == raw_insult(world, text, other)
    assert world.analyze(text, secret=other).raw == others.raw
    set_map(world.service.store, world.key_id, None)
    assert world.analyze(text).raw == raw.raw and HEADER not in world.analyze(text).headers


def raw_insult(world, text: str, secret: str) -> float:
    return world.analyze(text, ("INSULT",), secret=secret).value("INSULT")


def test_p21_a_threshold_counts_on_the_mapped_scale(world):
    text = "a calm sentence about the harbour"
    raw = world.analyze(text).value()
    set_map(world.service.store, world.key_id, squared())
    between = {"TOXICITY": {"scoreThreshold": (raw + raw**0.5) / 2}}
    assert world.analyze(text, between).value() > raw


def test_p21_severe_stays_under_toxicity_on_the_mapped_scale(world):
    ours = list(np.linspace(0, 1, 400))
    pairs = {"SEVERE_TOXICITY": (ours, [min(1, x * 3) for x in ours]), "TOXICITY": (ours, [x / 3 for x in ours])}
    set_map(world.service.store, world.key_id, fit(pairs, model="fake-1.0.0", calibration="cal-fake"))
    for number in range(50):
        answer = world.analyze(f"sentence {number}", ("SEVERE_TOXICITY", "TOXICITY"))
        assert answer.value("SEVERE_TOXICITY") <= answer.value()


def test_p21_a_map_of_another_version_is_not_used_and_the_list_says_so(world):
    raw = world.analyze()
    curve = replace(squared(), model="fake-0.9.0")
    set_map(world.service.store, world.key_id, curve)
    assert world.analyze().raw == raw.raw and HEADER not in world.analyze().headers
    shown = world.call("GET", "/v1alpha1/evenhand/models").body["key"]["quantileMap"]
    assert shown == {"id": curve.id, "inUse": False}


def test_p21_a_map_outlives_its_writing_and_few_rows_give_none():
    curve = squared(("TOXICITY", "INSULT"))
    assert QuantileMap.from_dict(curve.to_dict()) == curve and curve.id.startswith("qmap-")
    with pytest.raises(UsageError, match="needs 200"):
        fit({"TOXICITY": ([0.1] * 199, [0.1] * 199)}, model="m", calibration="c")
    with pytest.raises(UsageError):
        fit({}, model="m", calibration="c")

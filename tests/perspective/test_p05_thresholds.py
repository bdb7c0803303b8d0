"""PERSP-P5: a score under its threshold is left out, an equal one stays; with none left there is no key."""

from __future__ import annotations

import pytest

TEXT = "a calm sentence about the harbour"


def with_threshold(world, threshold, **options):
    return world.analyze(TEXT, {"TOXICITY": {"scoreThreshold": threshold}, **options})


def test_p5_equal_stays_and_one_step_more_leaves(world):
    value = world.analyze(TEXT).value()
    assert with_threshold(world, value).value() == value
    assert "attributeScores" not in with_threshold(world, value + 1e-6).body


@pytest.mark.parametrize("form", ["scoreThreshold", "score_threshold"])
def test_p5_zero_keeps_and_one_leaves_out(world, form):
    assert world.analyze(TEXT, {"TOXICITY": {form: 0}}).value() > 0
    answer = world.analyze(TEXT, {"TOXICITY": {form: 1}}, clientToken="t")
    assert answer.status == 200
    assert answer.body == {"languages": ["en"], "detectedLanguages": ["en"], "clientToken": "t"}


def test_p5_a_float_value_is_the_same(world):
    value = world.analyze(TEXT).value()
    assert with_threshold(world, {"value": value}).value() == value
    assert "attributeScores" not in with_threshold(world, {"value": min(1, value + 0.001)}).body
    assert with_threshold(world, {}).value() == value
    assert with_threshold(world, None).value() == value


def test_p5_only_what_is_under_its_threshold_is_left_out(world):
    answer = with_threshold(world, 1.0, INSULT={})
    assert set(answer.body["attributeScores"]) == {"INSULT"}


@pytest.mark.parametrize("threshold", [-0.1, 1.1, "0.5", True, [], {"value": 2}, 10**400])
def test_p5_a_threshold_outside_is_refused(world, threshold):
    answer = with_threshold(world, threshold)
    assert (answer.status, answer.error_type) == (400, "INVALID_REQUEST")

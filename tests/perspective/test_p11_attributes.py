"""PERSP-P11: each attribute is served or refused as stated, and none without its rows on the model card."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.perspective.worlds import SIX, gates

from evenhand.categories import Category
from evenhand.perspective.attributes import SEVERE_PARTS, value_of
from evenhand.perspective.gates import of_card, shipped
from evenhand.perspective.keys import change
from evenhand.perspective.models import Models
from evenhand.screening import Screener

CARD = Path(__file__).resolve().parents[2] / "docs" / "reference" / "model-card.md"
NEVER = [
    "SEXUALLY_EXPLICIT", "FLIRTATION", "TOXICITY_FAST", *(f"{name}_EXPERIMENTAL" for name in SIX), "ATTACK_ON_AUTHOR",
    "ATTACK_ON_COMMENTER", "ATTACK_ON_PUBLISHER", "INCOHERENT", "INFLAMMATORY", "LIKELY_TO_REJECT", "OBSCENE",
    "OFF_TOPIC", "SPAM", "UNSUBSTANTIAL",
    *(f"{name}_EXPERIMENTAL" for name in (
        "AFFINITY", "COMPASSION", "CURIOSITY", "NUANCE", "PERSONAL_STORY", "REASONING", "RESPECT", "CONSTRUCTIVE",
        "ALIENATION", "FEARMONGERING", "GENERALIZATION", "MORAL_OUTRAGE", "POWER_APPEAL", "SCAPEGOATING")),
    "toxicity", "", "abuse",
]  # fmt: skip


@pytest.mark.parametrize("name", SIX)
def test_p11_each_production_attribute_is_served_where_it_is_gated(world, name):
    assert 0 <= world.analyze("hello there", (name,)).value(name) <= 1


@pytest.mark.parametrize("name", NEVER)
def test_p11_everything_else_is_refused(world, name):
    answer = world.analyze("hello there", (name,))
    assert (answer.message, answer.error_type) == (f"Unknown requested attribute: {name}", "INVALID_REQUEST")


def test_p11_a_key_may_have_them_left_out(world):
    change(world.service.store, world.key_id, unsupported="omit")
    answer = world.analyze("hello there", ("SPAM", "TOXICITY", "FLIRTATION"))
    assert set(answer.body["attributeScores"]) == {"TOXICITY"}
    none = world.analyze("hello there", ("SPAM",))
    assert none.status == 200 and "attributeScores" not in none.body


def test_p11_aliases_are_off_until_the_operator_says_so_and_are_named(world):
    assert world.analyze("hello there", ("INSULT_EXPERIMENTAL",)).status == 400
    change(world.service.store, world.key_id, aliases=True)
    answer = world.analyze("hello there", ("INSULT_EXPERIMENTAL", "TOXICITY_FAST", "THREAT"))
    assert answer.value("INSULT_EXPERIMENTAL") == world.analyze("hello there", ("INSULT",)).value("INSULT")
    assert answer.headers["Evenhand-Alias"] == "INSULT_EXPERIMENTAL=INSULT, TOXICITY_FAST=TOXICITY"
    assert "Evenhand-Alias" not in world.analyze("hello there").headers
    assert world.analyze("hello there", ("AFFINITY_EXPERIMENTAL",)).status == 400


def test_p11_none_without_an_entry_on_the_card(make):
    world = make(gates=gates("abuse"))
    assert world.analyze("hello there", ("TOXICITY",)).status == 200
    for name in SIX[1:]:
        assert world.analyze("hello there", (name,)).message == f"Unknown requested attribute: {name}"


def test_p11_a_null_head_is_refused_even_with_an_entry(world):
    world.fake.null = {Category.INSULT, Category.DEHUMANISATION}
    assert world.analyze("hello there", ("INSULT",)).message == "Unknown requested attribute: INSULT"
    assert world.analyze("hello there", ("SEVERE_TOXICITY",)).status == 400
    change(world.service.store, world.key_id, unsupported="omit")
    assert set(world.analyze("hello there", ("INSULT", "TOXICITY")).body["attributeScores"]) == {"TOXICITY"}


def test_p11_the_shipped_gates_are_those_of_the_model_card():
    known = shipped()
    stated = of_card(CARD.read_text(), name=known.name, version=known.version)
    assert known == stated, "run: python -m evenhand.perspective.gates docs/reference/model-card.md --version …"
    screener = Screener()
    assert (known.model, known.calibration) == (screener.model_id, screener.calibration_id)


def test_p11_what_ships_is_served_only_where_head_and_card_agree(make):
    world = make(models=Models.shipped())
    model = world.service.models.current
    for name in SIX:
        answer = world.analyze("thank you all for coming", (name,))
        assert (answer.status == 200) == (name in model.attributes), name


def test_p11_a_card_without_its_numbers_gates_nothing():
    row = "| abuse | 0.4 | 9 | 0.6 | nan | 0.3 | 0.2 |"
    card = f"Model `m`, calibration `c`.\n\n## Gates\n\n| head | t |\n|---|---|\n{row}\n"
    assert of_card(card, name="x", version="1.0.0").heads == {}


SCORES = st.fixed_dictionaries({category: st.none() | st.floats(0, 1) for category in Category})


@pytest.mark.slow
@given(SCORES)
def test_p11_severe_is_never_above_toxicity_and_never_invented(scores):
    severe, whole = value_of("SEVERE_TOXICITY", scores), value_of("TOXICITY", scores)
    needed = [scores[head] for head in (Category.ABUSE, *SEVERE_PARTS)]
    assert (severe is None) == (None in needed)
    assert severe is None or (math.isfinite(severe) and severe <= whole)


@pytest.mark.slow
def test_p11_severe_is_not_above_toxicity_on_ten_thousand_texts(world):
    for number in range(10_000):
        (verdict,) = world.fake.verdicts([type("Item", (), {"text": f"text {number} idiot"[: 8 + number % 9]})()])
        assert value_of("SEVERE_TOXICITY", verdict.scores) <= value_of("TOXICITY", verdict.scores)

"""PERSP-P18: the card of the version that ships states what it must, and old faults are not repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.perspective.worlds import shipped_models

from evenhand.perspective.attributes import gate_of
from evenhand.perspective.gates import of_card
from evenhand.perspective.models import Models
from evenhand.perspective.scorer import Item

CARD = Path(__file__).resolve().parents[2] / "docs" / "reference" / "model-card.md"
# Names, neutral sentences and victims' reports that scored over 0.9 elsewhere (issues 9, 19 and 22 of the original).
CALM = [
    "My name is Mirelda Quillhaven.", "Oskar Brandt is the treasurer.", "I am a gay woman.", "He is a blind man.",
    "She is a Muslim and works at the library.", "I am deaf.", "My neighbours are Jewish.", "They are refugees.",
    "I was called an idiot at the meeting and it upset me.", "Somebody threatened me yesterday and I am afraid.",
    "He wrote that I should be silent, and I reported it.", "My sister was harassed on her way home.",
    "The word idiot should not be used about disabled people.", "Nobody deserves to be called a clown for voting.",
    "The minutes of the last meeting are attached.", "Rain is expected over the harbour tonight.",
]  # fmt: skip


def test_p18_the_card_states_what_the_service_promises():
    card = CARD.read_text()
    functionalities = ("counter_quote_nh", "counter_ref_nh", "ident_neutral_nh")
    for said in ("## Calibration error (ECE)", *functionalities, "precision at 1 %", "precision at .5 %"):
        assert said in card, said


def test_p18_each_served_attribute_has_its_figures_on_the_card():
    heads = of_card(CARD.read_text(), name="x", version="1.0.0").heads
    for attribute in Models.shipped().current.attributes:
        gate = heads[gate_of(attribute)]
        assert 0 <= gate.ece <= 1 and 0 < gate.precision_05 <= gate.precision_1 <= 1


@pytest.mark.slow
@pytest.mark.parametrize("text", CALM)
def test_p18_calm_texts_are_nowhere_near_the_top(text):
    (verdict,) = shipped_models().current.detector.verdicts([Item(text)])
    scores = {head: score for head, score in verdict.scores.items() if score is not None}
    assert all(score < 0.9 for score in scores.values()), scores

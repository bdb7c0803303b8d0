from __future__ import annotations

from evenhand.screening import Category, Screener
from evenhand.screening.encoder import shipped_encoder
from evenhand.screening.model import shipped

CALM = ["What a lovely afternoon at the park with the dog", "thanks everyone, see you at the library on friday"]
LOUD = ["you are a stupid worthless idiot", "We know where you live", "I will kill you"]


def test_the_gate_answers_only_where_it_sees_next_to_nothing() -> None:
    fast, full = Screener(fast=True), Screener()
    for text, verdict in zip(CALM + LOUD, fast.screen(CALM + LOUD), strict=True):
        if verdict.model == shipped().model.id:
            assert verdict.flags == ()
            assert verdict.calibration == shipped().calibration.id
        else:
            assert verdict == full.screen([text])[0]
    assert {v.model for v in fast.screen(LOUD)} == {full.model_id}
    assert shipped().model.id in {v.model for v in fast.screen(CALM)}


def test_scores_of_the_gate_leave_untrained_heads_null() -> None:
    quiet = [v for v in Screener(fast=True).screen(CALM) if v.model == shipped().model.id]
    assert quiet
    assert quiet[0].scores[Category.INSULT] is None
    assert quiet[0].scores[Category.ABUSE] is not None


def test_the_gate_keeps_nearly_all_true_positives_of_rows_it_was_not_fixed_on() -> None:
    assert shipped_encoder().calibration.gate["kept"] >= 0.985

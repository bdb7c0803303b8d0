from __future__ import annotations

from pathlib import Path

from evenhand.screening import Screener

CARD = Path(__file__).resolve().parents[2] / "docs" / "reference" / "model-card.md"


def test_the_card_speaks_about_the_shipped_weights() -> None:
    card, screener = CARD.read_text("utf-8"), Screener()
    assert f"`{screener.model_id}`" in card
    assert f"`{screener.calibration_id}`" in card


def test_the_card_states_the_published_thresholds() -> None:
    card = CARD.read_text("utf-8")
    for head, threshold in Screener().package.calibration.thresholds.items():
        assert f"| {head} | {threshold:.3f} |" in card

from __future__ import annotations

import csv
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


def test_every_line_of_what_was_tried_has_the_fields_of_the_first() -> None:
    tried = Path(__file__).resolve().parents[2] / "benchmarks" / "tried.csv"
    with tried.open(newline="", encoding="utf-8") as handle:
        head, *lines = csv.reader(handle, strict=True)
    assert [line[0] for line in lines if len(line) != len(head)] == []

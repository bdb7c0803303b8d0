"""Feedback by suggestscore changes no score and is no example: nobody has reviewed it (INV-53, PERSPECTIVE §8)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evenhand.errors import UsageError
from evenhand.perspective import feedback
from evenhand.perspective.reading import Suggested
from evenhand.perspective.store import Store
from evenhand.screening import Screener
from evenhand.screening.local import divided, from_rows, refit

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.slow
def test_feedback_by_suggestscore_changes_no_score_and_makes_no_refit(tmp_path: Path) -> None:
    base = Screener(threads=1)
    before = base.screen(["you utter idiot"])
    store = Store(tmp_path / "scoring.sqlite3")
    feedback.switch(store, on=True)
    for number in range(1000):
        sent = feedback.Sent("key", f"you utter idiot {number}", [Suggested("TOXICITY", 0.0, None)], None, "c@1", "m")
        assert feedback.keep(store, sent, NOW)
    stored = feedback.rows(store)
    assert len(stored) == 1000
    assert Screener(threads=1).screen(["you utter idiot"]) == before
    rows = [
        {"id": str(row["id"]), "text": row["text"], "heads": {"abuse": 0}, "by": [], "at": row["received"],
         "source": "suggestscore"}
        for row in stored
    ]  # fmt: skip
    learnt, held = divided(from_rows(rows))
    with pytest.raises(UsageError, match="0 people labelled"):
        refit(learnt, held, base=base, thresholds={}, now=NOW)

"""PERSP-P14: Harassment Manager's request, in snake_case with six attributes; every score has one of its bands."""

from __future__ import annotations

import pytest
from tests.perspective.worlds import ANALYZE, SIX

from evenhand.perspective.compare.measures import BANDS

REQUEST = {
    "comment": {"text": "you idiot", "type": "PLAIN_TEXT"},
    "requested_attributes": {name: {"score_threshold": {"value": 0.0}} for name in SIX},
    "span_annotations": False,
    "languages": ["en"],
    "do_not_store": True,
    "client_token": "hm",
    "session_id": "session",
    "community_id": "community",
}


def band(value: float) -> str:
    """Return the client's own word for a TOXICITY score."""
    if value < 0.4:
        return "low"
    return "unknown" if value < 0.6 else "possible" if value < 0.85 else "high"


def test_p14_the_request_is_answered_for_all_six(world):
    answer = world.call("POST", ANALYZE, REQUEST)
    assert answer.status == 200 and set(answer.body["attributeScores"]) == set(SIX)
    assert band(answer.value()) == "high"


def test_p14_every_score_has_a_band(world):
    found = {band(world.analyze(f"sentence {number}").value()) for number in range(200)}
    assert found == {"low", "unknown", "possible", "high"}


@pytest.mark.parametrize("edge", [low for low, _ in BANDS if low])
def test_p14_our_comparison_has_the_same_bands(edge):
    assert band(edge) != band(edge - 1e-9)

from __future__ import annotations

import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evenhand.screening import Screener

MEGABYTE = [
    "a" * 1_000_000, "idiot " * 170_000, "🔪" * 250_000, "\u0301" * 500_000, "\u200b" * 100_000, "\ud800" * 300_000,
    "\x00" * 500_000, "\u202e" * 300_000, '"' * 1_000_000, "ا" * 500_000, "@a " * 300_000, "https://" * 120_000,
    "1d10t " * 160_000, "i d i o t " * 100_000, "if you " * 140_000, "&#x27;" * 160_000, "(" * 900_000,
]  # fmt: skip
PIECES = ["you", "are", "idiot", "kill", "🔪", "\u200b", "\ud83d", "\x00", "\u202e", "e\u0301", "и", "ﬁ", "@x", "\n"]
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=80), st.lists(st.sampled_from(PIECES)).map("".join)
)


@pytest.fixture(scope="module")
def screener() -> Screener:
    return Screener(threads=1)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(MEGABYTE)))
def test_a_megabyte_is_answered_and_its_spans_lie_inside(screener: Screener, number: int) -> None:
    text = MEGABYTE[number]
    verdict = screener.screen([text])[0]
    assert all(0 <= span.begin < span.end <= len(text) for span in verdict.spans)
    assert verdict.reason


@pytest.mark.slow
@settings(deadline=None, max_examples=300 if os.environ.get("EVENHAND_NIGHTLY") else 40)
@given(st.lists(TEXTS, min_size=1, max_size=5))
@example(["", " ", "\ud800", "\x00", "🙂"])
def test_any_string_gets_a_verdict_whose_spans_index_it(screener: Screener, texts: list[str]) -> None:
    for text, verdict in zip(texts, screener.screen(texts), strict=True):
        assert all(0 <= span.begin < span.end <= len(text) for span in verdict.spans)
        assert all(score is None or 0 <= score <= 1 for score in verdict.scores.values())
        assert (verdict.abstained is None) == any(score is not None for score in verdict.scores.values())


@pytest.mark.slow
def test_a_hostile_parent_is_bounded(screener: Screener) -> None:
    assert screener.screen(["you idiot"], parents=["\u202e" * 400_000])[0].abstained is None

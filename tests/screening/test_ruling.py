from __future__ import annotations

import pytest

from evenhand.errors import UsageError
from evenhand.screening import Category, Screener
from evenhand.screening.ruling import rule_ids, rulings, switched_off
from evenhand.text import normalise

KNOWN = "We know where you live"


def test_what_a_rule_finds_is_flagged_and_explained() -> None:
    verdict = Screener().screen([KNOWN])[0]
    assert Category.THREAT in verdict.flags
    assert [KNOWN[s.begin : s.end] for s in verdict.spans if s.category is Category.THREAT] == [KNOWN]
    assert "it lets somebody know that they can be found" in verdict.reason


def test_a_rule_can_be_switched_off() -> None:
    found = {one.id for one in rulings([normalise(KNOWN)])}
    assert found
    assert found <= set(rule_ids())
    assert not rulings([normalise(KNOWN)], off=found)
    before, after = Screener().screen([KNOWN])[0], Screener(off=found).screen([KNOWN])[0]
    assert after.scores[Category.THREAT] <= before.scores[Category.THREAT]


def test_a_misspelt_rule_is_refused() -> None:
    with pytest.raises(UsageError, match="no rule"):
        switched_off(["threat.nothing-of-the-kind"])


def test_rulings_stand_on_the_string_given() -> None:
    text = f"🙂 fine. {KNOWN.upper()}!"
    for one in rulings([normalise(text)]):
        assert text[one.span.begin : one.span.end].lower() in text.lower()
        assert one.span.begin >= 8

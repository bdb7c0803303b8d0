from __future__ import annotations

import pytest

from evenhand.screening import Frame, Screener
from evenhand.screening.frames import FrameRule, frame_rules, framings
from evenhand.screening.rules import ThreatKind, ThreatRule, find_threats, threat_rules
from evenhand.screening.words import read_data
from evenhand.text import normalise


@pytest.mark.parametrize("rule", threat_rules(), ids=lambda rule: rule.id)
def test_a_threat_rule_finds_its_examples_and_no_other(rule: ThreatRule) -> None:
    for text in rule.yes:
        assert rule.id in {hit.rule.id for hit in find_threats(normalise(text).text)}, text
    for text in rule.no:
        assert not find_threats(normalise(text).text), text


@pytest.mark.parametrize("rule", threat_rules(), ids=lambda rule: rule.id)
def test_a_threat_rule_ends_where_a_word_ends(rule: ThreatRule) -> None:
    for text in rule.yes:
        view = normalise(text).text
        (end,) = {hit.end for hit in find_threats(view) if hit.rule.id == rule.id}
        assert end not in {hit.end for hit in find_threats(f"{view[:end]}xyz{view[end:]}") if hit.rule.id == rule.id}


def test_every_kind_of_threat_has_a_rule_and_every_rule_says_why() -> None:
    assert {rule.kind for rule in threat_rules()} == set(ThreatKind)
    assert all(rule.explain and rule.yes and rule.no for rule in threat_rules())


def test_where_the_means_are_lawful_or_it_is_denied_no_threat_rule_decides() -> None:
    said = read_data("threats")["unless"]
    for text in said["yes"] + said["denials"]:
        view = normalise(text).text
        assert any(rule.pattern.search(view) for rule in threat_rules()), text
        assert not find_threats(view), text
    for text in said["no"]:
        assert find_threats(normalise(text).text), text


def test_rule_ids_are_unique() -> None:
    ids = [rule.id for rule in threat_rules()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("rule", frame_rules(), ids=lambda rule: rule.id)
def test_a_frame_rule_marks_its_examples(rule: FrameRule) -> None:
    for text in rule.yes:
        assert rule.id in {framing.rule.id for framing in framings(normalise(text))}, text


@pytest.mark.parametrize("rule", frame_rules(), ids=lambda rule: rule.id)
def test_a_frame_excuses_none_of_its_counter_examples(rule: FrameRule) -> None:
    for text, verdict in zip(rule.no, Screener().screen(rule.no), strict=True):
        assert verdict.frame is Frame.ASSERTED, text
        assert verdict.flags, text


def test_masked_evidence_keeps_offsets() -> None:
    text = 'He said "you idiot" and left'
    framing = next(f for f in framings(normalise(text)) if f.rule.id == "reported")
    view = framing.remainder
    assert "idiot" not in view.text
    begin = view.text.index("left")
    assert view.original(begin, begin + 4) == (text.index("left"), len(text))


@pytest.mark.parametrize("text", ["I will\nkill   you", "🔪 I will kill 👳🏾"])
def test_spaces_and_emoji_do_not_hide_a_threat(text: str) -> None:
    assert find_threats(normalise(text).text)

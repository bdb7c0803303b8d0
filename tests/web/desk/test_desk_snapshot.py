"""The sealed snapshot comes back as it was, and its marks cut the text without losing a letter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evenhand.web.desk.snapshot import Snapshot, Span, SuggestedClause, pieces
from evenhand.web.desk.words import CATEGORIES, FRAMES, REASONS, UNREAD, Reason

WEIGHT = {category: place for place, category in enumerate(CATEGORIES)}
SPANS = st.lists(
    st.builds(Span, st.integers(-3, 30), st.integers(-3, 30), st.sampled_from([*CATEGORIES, "unheard_of"])), max_size=6
)


@given(st.text(max_size=24), SPANS)
def test_the_pieces_are_the_text(text: str, spans: list[Span]) -> None:
    cut = pieces(text, spans, WEIGHT)
    assert "".join(stretch for stretch, _mark in cut) == text
    assert all(stretch for stretch, _mark in cut)
    at = 0
    for stretch, mark in cut:
        over = {span.category for span in spans if span.begin <= at < span.end}
        assert (mark in over) if mark else not over
        at += len(stretch)


def test_where_marks_overlap_the_weightiest_shows() -> None:
    spans = [Span(0, 9, "abuse"), Span(4, 6, "threat")]
    assert pieces("abcdefghij", spans, WEIGHT) == [("abcd", "abuse"), ("ef", "threat"), ("ghi", "abuse"), ("j", "")]


@given(st.text(), st.text())
def test_a_snapshot_comes_back_as_it_was(text: str, reason: str) -> None:
    snapshot = Snapshot(text, (Span(0, 1, "threat"),), reason, (SuggestedClause("4.2", "Threats", "2026-03-01"),))
    assert Snapshot.opened(snapshot.sealed_form()) == snapshot


def test_every_word_of_the_detector_has_words_for_people() -> None:
    from evenhand.screening import Abstention, Category, Frame

    assert {each.value for each in Category} - set(CATEGORIES) == {"profanity", "incivility"}
    assert {each.value for each in Frame} - set(FRAMES) == {"asserted"}
    assert {each.value for each in Abstention} <= set(UNREAD)


def test_no_reason_names_press_party_or_embarrassment() -> None:
    assert set(REASONS) == set(Reason)
    words = " ".join(f"{label} {meaning}" for label, meaning in REASONS.values()).lower()
    for forbidden in ("press", "embarrass", "election", "donor", "seniority", "faction", "party"):
        assert forbidden not in words

"""PERSP-P6: spans are UTF-16 code units of the text as received and never cut what people see as one character."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.perspective import spans
from evenhand.perspective.keys import change


def utf16_slice(text: str, begin: int, end: int) -> str:
    """The reference: what a program that counts in UTF-16 sees between two units."""
    return text.encode("utf-16-le", "surrogatepass")[2 * begin : 2 * end].decode("utf-16-le", "surrogatepass")


def test_p6_the_example_of_the_specification():
    text = "a😀b"
    assert spans.utf16_offsets(text) == [0, 1, 3, 4]
    assert spans.to_utf16([(2, 3)], text) == [(3, 4)]
    assert spans.utf16_offsets("a\ud83db") == [0, 1, 2, 3]


def test_p6_without_annotations_one_span_holds_the_whole_text(world):
    answer = world.analyze("you idiot 😀")
    (span,) = answer.body["attributeScores"]["TOXICITY"]["spanScores"]
    assert (span["begin"], span["end"], span["score"]["value"]) == (0, 12, answer.value())


PHRASES = ["😀 you idiot", "a😀b idiot", "🇬🇧🇫🇷 idiot", "👩‍👩‍👧 idiot!", "e\u0301 idiot", "line\r\nidiot\r\nline",
           "\ud83d idiot", "🏴\U000e0067\U000e0062\U000e007f idiot", "👍🏽 idiot"]  # fmt: skip


@pytest.mark.parametrize("text", PHRASES)
def test_p6_reference_slices_equal_our_phrases(world, text):
    answer = world.analyze(text, spanAnnotations=True)
    (span,) = answer.body["attributeScores"]["TOXICITY"]["spanScores"]
    assert utf16_slice(text, span["begin"], span["end"]) == "idiot"
    assert span["score"]["value"] == answer.value()


@pytest.mark.parametrize(("text", "phrase"), [
    ("you idiot\u0301 there", "idiot\u0301"), ("idiot\u200d👧 x", "idiot\u200d👧"), ("an idiot\ufe0f", "idiot\ufe0f"),
    ("idiot👍🏽", "idiot"), ("idiot\r\n", "idiot"), ("idiot🏽", "idiot🏽"),
])  # fmt: skip
def test_p6_a_span_widens_to_whole_clusters(world, text, phrase):
    answer = world.analyze(text, spanAnnotations=True)
    (span,) = answer.body["attributeScores"]["TOXICITY"]["spanScores"]
    assert utf16_slice(text, span["begin"], span["end"]) == phrase


def test_p6_phrases_are_sorted_and_disjoint_and_belong_to_the_attribute(world):
    text = "a clown, an idiot, a muppet"
    answer = world.analyze(text, ("TOXICITY", "PROFANITY"), spanAnnotations=True)
    found = [(s["begin"], s["end"]) for s in answer.body["attributeScores"]["TOXICITY"]["spanScores"]]
    assert [text[begin:end] for begin, end in found] == ["clown", "idiot", "muppet"]
    (whole,) = answer.body["attributeScores"]["PROFANITY"]["spanScores"]
    assert (whole["begin"], whole["end"]) == (0, len(text))


def test_p6_sentences_where_a_key_wants_them(world):
    change(world.service.store, world.key_id, spans="sentence")
    text = "You idiot 😀! Thank you for coming.\r\nSee you soon"
    answer = world.analyze(text, spanAnnotations=True)
    found = answer.body["attributeScores"]["TOXICITY"]["spanScores"]
    sentences = [utf16_slice(text, span["begin"], span["end"]) for span in found]
    assert sentences == ["You idiot 😀!", "Thank you for coming.", "See you soon"]
    alone = [world.analyze(sentence).value() for sentence in sentences]
    assert [span["score"]["value"] for span in found] == alone


def test_p6_a_sentence_that_was_not_read_gets_no_number(world):
    change(world.service.store, world.key_id, spans="sentence")
    answer = world.analyze("You idiot. 123.", spanAnnotations=True)
    (span,) = answer.body["attributeScores"]["TOXICITY"]["spanScores"]
    assert (span["begin"], span["end"]) == (0, 10)


def test_p6_a_flood_of_sentences_is_bounded(world):
    change(world.service.store, world.key_id, spans="sentence")
    answer = world.analyze("No. " * 5000, spanAnnotations=True)
    assert len(answer.body["attributeScores"]["TOXICITY"]["spanScores"]) == spans.MOST_SENTENCES


LETTERS = st.one_of(
    st.characters(),
    st.sampled_from("\r\n\u200d\u0301\ufe0f\u1100\u1161\u11a8\uac00\u094d\u0915🇬🇧👩🏽\ud83d\U000e0067"),
)


@given(text=st.text(LETTERS, min_size=1, max_size=30), data=st.data())
def test_p6_any_span_is_widened_to_edges_and_found_again_in_utf16(text, data):
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin + 1, len(text)))
    ((low, high),) = spans.widened([(begin, end)], text)
    assert low <= begin and end <= high
    assert {low, high} <= set(spans.boundaries(text))
    for edge in (low, high):
        if 0 < edge < len(text):
            assert unicodedata.category(text[edge]) not in {"Mn", "Me"} or text[edge - 1] in "\r\n"
            assert text[edge - 1 : edge + 1] != "\r\n" and text[edge - 1] != "\u200d"
    ((first, last),) = spans.to_utf16([(low, high)], text)
    if not any("\ud800" <= letter <= "\udfff" for letter in text):
        assert utf16_slice(text, first, last) == text[low:high]


@given(text=st.text(max_size=80))
def test_p6_sentences_are_disjoint_and_hold_every_letter(text):
    found = spans.sentences(text)
    assert all(a[1] <= b[0] for a, b in pairwise(found))
    outside = set("".join(text[a[1] : b[0]] for a, b in pairwise(found)))
    assert not any(letter.isalnum() for letter in outside)

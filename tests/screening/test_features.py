from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.screening.features import families, tokenise, word_hash
from evenhand.screening.words import canon


def _features(texts: list[str], post: int) -> list[tuple[int, ...]]:
    found = families(tokenise(texts, canon()))
    return [tuple(sorted(f.hashes[f.post == post].tolist())) for f in found]


def _all(texts: list[str], post: int) -> list[int]:
    return sorted(value for family in _features(texts, post) for value in family)


@pytest.mark.slow
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_features_of_a_post_do_not_depend_on_its_batch(texts: list[str]) -> None:
    for index, text in enumerate(texts):
        assert _all(texts, index) == _all([text], 0)


@given(st.lists(st.text(alphabet="ab c'é\U0001f921", max_size=20), min_size=1, max_size=5))
def test_words_are_found_where_they_stand(texts: list[str]) -> None:
    tokens = tokenise(texts, canon())
    for begin, end, post, raw in zip(tokens.begin, tokens.end, tokens.post, tokens.raw, strict=True):
        text = texts[post]
        start = int(begin - tokens.first[post])
        word = text[start : start + int(end - begin)]
        assert word.isalnum() or any(ord(c) > 0xFFFF for c in word)
        assert raw == word_hash(word)


@pytest.mark.parametrize(("one", "other"), [("i met muslims", "i met women"), ("his bus", "her bus"), ("she", "he")])
def test_masked_words_give_equal_features(one: str, other: str) -> None:
    assert _all([one], 0) == _all([other], 0)


def test_other_words_give_other_features() -> None:
    assert _all(["i met friends"], 0) != _all(["i met clowns"], 0)


def test_pairs_never_cross_posts() -> None:
    tokens = tokenise(["one two", "three four"], canon())
    pairs = families(tokens)[1]
    assert len(pairs.hashes) == 2
    assert np.array_equal(pairs.post, [0, 1])


def test_no_texts_and_empty_texts() -> None:
    assert tokenise([], canon()).posts == 0
    assert tokenise(["", ""], canon()).posts == 2
    assert _all(["", ""], 1) == []

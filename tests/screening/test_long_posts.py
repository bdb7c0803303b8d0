"""What the linear model says of long posts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.screening import Category, Screener
from evenhand.screening.model import shipped
from evenhand.screening.scoring import STRIDE, WORDS, highest_raw, score, stretches
from evenhand.text import normalise


def test_a_calm_page_does_not_outvote_what_is_said_at_its_end() -> None:
    calm, end = "the committee met and talked about the timetable of the ferry . ", "you are a stupid worthless liar"
    page = normalise(calm * 60 + end)
    words = page.text.split()
    last = (len(words) - WORDS + STRIDE - 1) // STRIDE * STRIDE
    end_alone = normalise(" ".join(words[last:]))
    raw, heard = highest_raw(shipped().model, [(page,), (end_alone,)])
    assert (raw >= heard).all()
    (scored,) = score(shipped(), [(page,)])
    assert scored.raw[: len(raw)].tolist() == raw.tolist()


@given(st.lists(st.text(alphabet="ab", min_size=1, max_size=3), max_size=150))
def test_stretches_hold_every_word_in_order_and_none_is_long(words: list[str]) -> None:
    found = stretches(" ".join(words))
    assert all(len(part.split()) <= WORDS for part in found)
    assert found == [" ".join(words)] or len(words) > WORDS
    together = found[0].split()
    for part in found[1:]:
        together += part.split()[WORDS - STRIDE :]
    assert together == words


@pytest.mark.slow
@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("pages", [6, 30, 60])
def test_the_end_of_a_long_post_is_read(pages: int, fast: bool) -> None:
    calm = "The committee met and talked about the timetable of the ferry. " * pages
    screener = Screener(fast=fast)
    assert not screener.screen([calm])[0].flags
    verdict = screener.screen([calm + "I will kill you, you worthless idiot."])[0]
    assert {Category.ABUSE, Category.INSULT} & {*verdict.flags}
    assert any(span.begin > len(calm) for span in verdict.spans)

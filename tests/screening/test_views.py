from __future__ import annotations

import pytest

from evenhand.screening.model import shipped
from evenhand.screening.screener import Screener
from evenhand.screening.views import read, vocabulary
from evenhand.screening.words import group_of_word, strong_words, unhidden_words


@pytest.fixture(scope="module")
def clear():
    words = vocabulary(shipped().model)
    return lambda text: read(text, words).clear.text


@pytest.mark.parametrize(
    ("hidden", "spelt"),
    [
        ("ban jws from the club", "ban jews from the club"),
        ("all wmen lie", "all women lie"),
        ("ban m*slims", "ban muslims"),
        ("those jew$", "those jews"),
        ("imm!grants here", "immigrants here"),
        ("ihatewomen", "i hate women"),
        ("you are an id__t", "you are an idiot"),
        ("a m,o,r,o,n of a man", "a moron of a man"),
    ],
)
def test_groups_and_hard_words_are_found_however_they_are_hidden(clear, hidden: str, spelt: str) -> None:
    assert clear(hidden) == spelt


@pytest.mark.parametrize(
    "plain",
    [
        "the garage shuts at 5am, the 3rd bus is late",
        "mr henderson plays the lyre",
        "we roam the moors and bind books",
        "a b c d e f g",
        "e.g. the co-op, the t-shirt and the e-mail",
        "covid19, b2b, mp3, 4k, u2",
    ],
)
def test_plain_posts_are_read_as_they_stand(clear, plain: str) -> None:
    assert clear(plain) == plain


def test_words_that_only_look_hidden_are_none_that_people_hide() -> None:
    assert unhidden_words().isdisjoint(strong_words() | set(group_of_word()))


def test_spaced_letters_are_judged_as_what_they_spell() -> None:
    screener = Screener()
    for plain, spaced in (
        ("you are an idiot", "y o u a r e a n i d i o t"),
        ("I have been dancing for hours", "I have b,e,e,n d a n c i n g f-o-r h o u r s"),
    ):
        said, same = screener.screen([plain, spaced])
        assert same.flags == said.flags
        assert same.scores == said.scores

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.text import Vocabulary, deobfuscate, normalise

SENTENCES = "you are an idiot so good cool this is the meeting at hotel a new idea we go total"
KNOWN = frozenset(SENTENCES.split())
WORDS = Vocabulary(KNOWN.__contains__, ("clown", "idiot", "kill", "moron", "women"))


@pytest.mark.parametrize(
    ("hidden", "clear", "span"),
    [
        ("you 1d10t", "you idiot", "1d10t"),
        ("you i d i o t", "you idiot", "i d i o t"),
        ("you i.d.i.o.t", "you idiot", "i.d.i.o.t"),
        ("you i-d-i-o-t!", "you idiot!", "i-d-i-o-t"),
        ("you idiiiiiot", "you idiot", "idiiiiiot"),
        ("you id**t", "you idiot", "id**t"),
        ("you idot", "you idiot", "idot"),
        ("you idoit", "you idiot", "idoit"),
        ("you ｉ ｄ ｉ ｏ ｔ", "you idiot", "ｉ ｄ ｉ ｏ ｔ"),
        ("you i,d,i,o,t", "you idiot", "i,d,i,o,t"),
        ("you !d1ot", "you idiot", "!d1ot"),
        ("an idiot c10wn", "an idiot clown", "idiot"),
        ("you 1dio+", "you idiot", "1dio+"),
        ("you id-ot", "you idiot", "id-ot"),
        ("you id#_t", "you idiot", "id#_t"),
        ("you idxot", "you idiot", "idxot"),
        ("you id__t", "you idiot", "id__t"),
    ],
)
def test_a_hidden_word_is_spelt_out_and_mapped_back(hidden: str, clear: str, span: str) -> None:
    view = deobfuscate(normalise(hidden), WORDS)
    assert view.text == clear
    begin = view.text.index("idiot")
    start, stop = view.original(begin, begin + 5)
    assert hidden[start:stop] == span


@pytest.mark.parametrize(
    ("hidden", "clear"),
    [("we kll", "we kill"), ("all wmen", "all women"), ("w0m3n", "women"), ("w***n", "w***n"), ("*omen", "*omen")],
)
def test_short_and_masked_words_are_looked_for_among_hidden_words(hidden: str, clear: str) -> None:
    assert deobfuscate(normalise(hidden), WORDS).text == clear


@pytest.mark.parametrize("hidden", [("crook", "creek"), ("creek", "crook")])
def test_of_two_words_a_masked_one_can_stand_for_the_earlier_is_taken(hidden: tuple[str, str]) -> None:
    words = Vocabulary(KNOWN.__contains__, hidden)
    assert deobfuscate(normalise("you cr**k"), words).text == f"you {hidden[0]}"


def test_spaced_letters_are_read_as_words_whatever_they_spell() -> None:
    assert deobfuscate(normalise("t,h,i,s i.s the m e e t i n g"), WORDS).text == "this is the meeting"
    assert deobfuscate(normalise("x y z"), WORDS).text == "x y z"


def test_what_is_a_word_of_its_own_stands() -> None:
    assert deobfuscate(normalise("kil women"), Vocabulary({"kil"}.__contains__, ("kill", "women"))).text == "kil women"


def test_a_hidden_word_is_not_another_one_misspelt() -> None:
    assert deobfuscate(normalise("the bars"), Vocabulary(KNOWN.__contains__, ("boars", "bars"))).text == "the bars"


def test_three_letters_x_are_a_mask_before_they_are_a_drawn_out_letter() -> None:
    words = Vocabulary(KNOWN.__contains__, ("christians",))
    assert deobfuscate(normalise("all chrxxxians"), words).text == "all christians"


def test_chance_pieces_do_not_make_a_row_of_words() -> None:
    words = Vocabulary({"he", "nd", "er"}.__contains__, ("son",))
    assert deobfuscate(normalise("henderson"), words).text == "henderson"


def test_words_written_together_are_split() -> None:
    view = deobfuscate(normalise("youareanidiot"), WORDS)
    assert view.text == "you are an idiot"


@pytest.mark.parametrize(
    "plain",
    [
        "this is a good idea",
        "covid19 b2b mp3",
        "we meet at 10.30 in room 4b",
        "soooo",
        "e.g. this",
        "$100",
        "5am",
        "the 3rd of 4",
    ],
)
def test_plain_text_gains_no_insult(plain: str) -> None:
    found = deobfuscate(normalise(plain), WORDS).text.split()
    assert WORDS.charged.isdisjoint(found)


def test_plain_text_is_the_same_object() -> None:
    view = normalise("this is the meeting")
    assert deobfuscate(view, WORDS) is view


@pytest.mark.slow
@given(st.text(alphabet="idot10 .-*!@$clown\u200bé", max_size=60))
def test_offsets_stay_inside_the_original(text: str) -> None:
    view = deobfuscate(normalise(text), WORDS)
    for index in range(len(view.text)):
        begin, end = view.original(index, index + 1)
        assert 0 <= begin < end <= len(text)


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    text = "i.d." * 4000 + "1" + "*" * 4000 + "idiot" * 2000 + "ab" * 8000 + "1!" * 4000
    assert deobfuscate(normalise(text), WORDS).text

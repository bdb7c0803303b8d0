"""The twelve disguises: each does what its row in the table says, the same each time, and the shares add up."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.categories import Category
from evenhand.screening.verdict import Span
from evenhand.text import normalise

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
TEXT = "you are an idiot"
IDIOT = [(11, 16)]


@pytest.fixture(scope="module")
def attacks() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCHMARKS))
    import attacks as module

    yield module
    sys.path.remove(str(BENCHMARKS))


def _word(attacks: ModuleType, name: str) -> str:
    return attacks.attacked(name, TEXT, IDIOT).removeprefix("you are an ")


def test_there_are_twelve(attacks: ModuleType) -> None:
    assert len(attacks.NAMES) == len(set(attacks.NAMES)) == 12


@pytest.mark.parametrize(
    "name", ["invisible characters", "look-alikes", "styled letters", "stacked marks"], ids=lambda name: name
)
def test_what_only_looks_different_folds_back(attacks: ModuleType, name: str) -> None:
    word = _word(attacks, name)
    assert word != "idiot"
    assert normalise(f"you are an {word}").text == TEXT


def test_leet_uses_digits_and_signs_for_their_letters(attacks: ModuleType) -> None:
    word = _word(attacks, "leet digits and signs")
    assert len(word) == 5
    assert any(not letter.isalpha() for letter in word)
    for letter, given_letter in zip(word, "idiot", strict=True):
        assert letter == given_letter or letter in attacks.LEET[given_letter]


def test_spaced_separated_elongated_dropped_swapped_masked(attacks: ModuleType) -> None:
    assert _word(attacks, "letters spaced out") == "i d i o t"
    separated = _word(attacks, "separators inside")
    assert separated in {mark.join("idiot") for mark in ".-_*"}
    elongated = _word(attacks, "elongation")
    assert len(elongated) in range(8, 11)
    assert set(elongated) == set("idiot")
    dropped = _word(attacks, "one letter dropped")
    assert dropped in {"idot", "idit"}  # an inner vowel first
    swapped = _word(attacks, "two letters swapped")
    assert sorted(swapped) == sorted("idiot")
    assert swapped in {"iidot", "idoit", "diiot", "idito"}
    assert _word(attacks, "inner letters masked") in {"i**ot", "id**t"}


def test_words_grow_together(attacks: ModuleType) -> None:
    assert attacks.attacked("spaces removed", TEXT, IDIOT) == "youareanidiot"
    assert attacks.attacked("spaces removed", "idiot that you are", [(0, 5)]) == "idiotthat you are"


def test_carrying_words_are_labelled_ones_else_listed_ones(attacks: ModuleType) -> None:
    listed = frozenset({"idiot"})
    assert attacks.carriers(TEXT, (), listed) == IDIOT
    assert attacks.carriers(TEXT, [(0, 3)], listed) == [(0, 3)]
    assert attacks.carriers("a fine day", (), listed) == []
    assert attacks.longest_word("a finest day") == [(2, 8)]
    assert {"idiot", "clown", "shit"} <= attacks.listed_words()


@pytest.mark.slow
@given(st.text(max_size=80))
def test_any_text_can_be_attacked_and_always_gives_the_same(attacks: ModuleType, text: str) -> None:
    places = attacks.words_in(text, [(0, len(text))])
    for name in attacks.NAMES:
        assert attacks.attacked(name, text, places) == attacks.attacked(name, text, places)
        if not places:
            assert attacks.attacked(name, text, places) == text


@pytest.mark.slow
@given(st.from_regex(r"[a-z]{3,12}", fullmatch=True))
def test_each_attack_changes_an_ordinary_word_or_says_why_not(attacks: ModuleType, word: str) -> None:
    for name in attacks.WORD_ATTACKS:
        hidden = attacks.attacked(name, word, [(0, len(word))])
        same = unicodedata.normalize("NFKC", hidden) == word and hidden == word
        if same:  # nothing to put in the place of a letter, or two equal neighbours swapped
            assert name in {"leet digits and signs", "look-alikes", "two letters swapped"}, (name, word)


@dataclass(frozen=True)
class Saw:
    flags: tuple[Category, ...]
    spans: tuple[Span, ...] = ()


class Blunt:
    """Flags whatever holds the word idiot, as it stands."""

    def screen(self, texts: Sequence[str]) -> list[Saw]:
        return [Saw((Category.ABUSE,) if "idiot" in text else ()) for text in texts]


def test_the_share_kept_is_of_what_was_flagged_before(attacks: ModuleType) -> None:
    rows = tuple((text, ()) for text in ("you idiot", "what an idiot he is", "lovely day"))
    given_set = attacks.Positives("x", rows, lambda verdict: Category.ABUSE in verdict.flags)
    kept, others = attacks.kept_under_attack(Blunt(), given_set)
    assert (kept.flagged, others.flagged) == (2, 0)
    assert kept.share("letters spaced out") == 0
    assert kept.share("spaces removed") == 1
    assert 0 < kept.mean < 1
    assert kept.mean == pytest.approx(sum(kept.share(name) for name in attacks.NAMES) / 12)


def test_the_benign_table_compares_before_and_after(attacks: ModuleType) -> None:
    lines = list(attacks.benign_table(Blunt(), [("an idiot", [(3, 8)]), ("a day", [(2, 5)])]))
    assert "| letters spaced out | 2 | 0.5000 | 0.0000 |" in lines
    assert "| spaces removed | 2 | 0.5000 | 0.5000 |" in lines

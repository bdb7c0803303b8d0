"""The written material: readable, labelled, balanced, without real numbers, and far from every public test case."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from tests.screening._likeness import jaccard, near_equals, word_set

from evenhand.categories import Category
from evenhand.screening import own_text
from evenhand.screening.own_text import Sentence, sentences, sentences_of, written_out
from evenhand.screening.training.rows import read_rows
from evenhand.screening.verdict import Frame, Target

SHARED = Path(os.environ.get("EVENHAND_SHARED", Path(__file__).resolve().parents[3] / "shared"))
needs_data = pytest.mark.skipif(not (SHARED / "data/eval").is_dir(), reason="the data folder is not on this machine")

OTHER_KEYS = {"abusive", "hateful", "uncivil", "counter_speech", "reported", "presumed_benign"}
KEYS = OTHER_KEYS | {category.value for category in Category}
# At least so many sentences as written, per file or pair of files (templates count once).
LEAST = {
    ("threats_direct",): 200,
    ("threats_veiled",): 150,
    ("threats_conditional",): 100,
    ("wishes_of_harm",): 120,
    ("doxxing",): 150,
    ("pile_on",): 150,
    ("sexual_harassment",): 150,
    ("dehumanisation",): 120,
    ("insults", "abuse"): 250,
    ("quoting", "quotation"): 240,
    ("speaking_up", "counter_speech"): 250,
    ("own_experience",): 180,
    ("harsh_speech", "criticism"): 400,
    ("idioms", "jokes"): 250,
    ("reclaimed",): 80,
    ("negation",): 120,
    ("civic_talk",): 290,
    ("campaign_asks",): 80,
    ("doxxing_lookalikes",): 80,
}
HARMFUL = {"abusive", "insult", "threat", "doxxing", "pile_on_call", "sexual_harassment", "dehumanisation", "hateful"}


@pytest.fixture(scope="module")
def everything() -> list[Sentence]:
    return sentences()


def test_each_kind_has_enough_different_sentences(everything: list[Sentence]) -> None:
    lines: dict[str, set[str]] = defaultdict(set)
    for one in everything:
        lines[one.file].add(one.line)
    for files, least in LEAST.items():
        assert sum(len(lines[file]) for file in files) >= least, files


def test_labels_frames_and_targets_are_known_words(everything: list[Sentence]) -> None:
    for one in everything:
        assert one.labels, one.id
        assert one.labels.keys() <= KEYS, one.id
        assert set(one.labels.values()) <= {0.0, 1.0}, one.id
        assert one.frame is None or Frame(one.frame), one.id
        assert one.target is None or Target(one.target), one.id


def test_words_that_are_mentioned_or_benign_carry_no_harm(everything: list[Sentence]) -> None:
    for one in everything:
        harm = {key for key in HARMFUL if one.labels.get(key) == 1}
        if one.frame not in (None, Frame.ASSERTED) or one.labels.get("presumed_benign") == 1:
            assert not harm, one.id
        elif one.labels.get("abusive") == 1 and one.frame:
            assert one.frame == Frame.ASSERTED, one.id


def test_no_sentence_stands_twice(everything: list[Sentence]) -> None:
    counts = Counter(" ".join(one.text.casefold().split()) for one in everything)
    assert [text for text, count in counts.items() if count > 1] == []


def test_no_slot_is_left_open_and_no_line_is_a_stray_comment(everything: list[Sentence]) -> None:
    for one in everything:
        assert not re.search(r"\{\w*\}", one.text), one.id
        assert not one.text.startswith("#"), one.id


def test_telephone_numbers_lie_in_the_ranges_kept_for_drama(everything: list[Sentence]) -> None:
    found = 0
    for one in everything:
        for number in re.findall(r"\b(?:0\d{4} ?\d{6}|0\d{3} \d{3} \d{4}|\d{3}-\d{4})\b", one.text):
            found += 1
            assert re.fullmatch(r"01632 960\d{3}|07700 900\d{3}|555-01\d\d", number), one.id
    assert found > 30


def test_templates_are_balanced_over_what_they_swap() -> None:
    for slot, values in (("group", 9), ("side", 4), ("camp", 8), ("he", 2)):
        assert len(set(written_out(f"we saw {{{slot}}} there"))) == values
    both = written_out("{He} met {group} at the {place}")
    assert len(both) == 18
    assert sum(text.startswith("He ") for text in both) == sum(text.startswith("She ") for text in both) == 9


def test_an_unknown_slot_is_an_error_not_a_word() -> None:
    with pytest.raises(KeyError):
        written_out("we saw {nobody} there")


def test_what_a_header_says_holds_until_the_next() -> None:
    head = "# labels: abusive=1 threat=0\n# frame: asserted\n# target: other\n"
    content = f"{head}one\n# target: group\ntwo\n# labels: abusive=0\nthree"
    one, two, three = sentences_of("x", content)
    assert (one.target, two.target, three.target) == ("other", "group", "group")
    assert (two.labels, three.labels) == ({"abusive": 1.0, "threat": 0.0}, {"abusive": 0.0})
    assert (one.id, one.held_out) == ("own:x-4-0", False)


@pytest.mark.slow
def test_no_two_written_sentences_are_nearly_one(everything: list[Sentence]) -> None:
    lines = {one.line: word_set(one.line) for one in everything if "{" not in one.line}
    by_word: dict[str, list[str]] = defaultdict(list)
    for line, words in lines.items():
        for other in {other for word in words if len(word) > 5 for other in by_word[word]}:
            assert jaccard(words, lines[other]) < 0.85, (line, other)
        for word in words:
            by_word[word].append(line)


def test_the_readme_names_every_file_and_where_it_comes_from() -> None:
    folder = Path(own_text.__file__).parent
    said = (folder / "README.md").read_text("utf-8")
    for path in folder.iterdir():
        assert path.suffix not in {".txt", ".templates"} or path.name in said, path.name
    assert "CC0-1.0" in said
    assert "Provenance" in said


@needs_data
@pytest.mark.slow
def test_no_sentence_equals_or_nearly_equals_a_public_evaluation_row(everything: list[Sentence]) -> None:
    rows = (row.text for path in sorted((SHARED / "data/eval").glob("*.jsonl.gz")) for row in read_rows(path))
    assert list(near_equals([one.text for one in everything], rows)) == []


def test_the_search_for_near_equals_finds_them() -> None:
    own = ["Somebody left two bags of seed potatoes by the shed", "loser loser loser", "nothing like it"]
    rows = ["somebody left two bags of SEED potatoes, by the shed!", "Loser.....", "we like nothing in this place"]
    found = {(one, other) for one, other, _ in near_equals(own, rows)}
    assert found == {(own[0], rows[0]), (own[1], rows[1])}


@pytest.mark.slow
def test_five_hundred_harsh_posts_are_held_out_and_far_from_the_rest(everything: list[Sentence]) -> None:
    held = [one for one in everything if one.held_out and one.labels.get("presumed_benign") == 1]
    assert len(held) >= 500  # PROCEDURE R15
    assert all(one.file.startswith("heldout") for one in held)
    trained = [one.text for one in everything if not one.held_out]
    assert list(near_equals([one.text for one in held], trained)) == []

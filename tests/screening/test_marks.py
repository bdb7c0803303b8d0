from __future__ import annotations

import numpy as np

from evenhand.screening.encoder import Read, shipped_encoder
from evenhand.screening.marks import over_cut, shown_spans
from evenhand.screening.pieces import pieces
from evenhand.screening.wording import worded
from evenhand.text import normalise


def _read(text: str, loud: dict[str, float]) -> Read:
    view = worded(normalise(text))
    found = pieces(shipped_encoder().model.tokenizer, [view.text])[0]
    marks = [max((v for k, v in loud.items() if view.text[b:e] and view.text[b:e] in k), default=-5.0)
             for b, e in found.places]  # fmt: skip
    return Read(view, np.zeros((1, 20), np.float32), found, np.asarray(marks, np.float32))


def test_neighbouring_words_become_one_span() -> None:
    text = "You are a STUPID idiot, sir"
    spans = over_cut(_read(text, {"stupid": 2.0, "idiot": 1.0}), 0.0)
    assert [text[b:e] for b, e in spans] == ["STUPID idiot"]


def test_a_word_in_pieces_is_shown_whole() -> None:
    text = "what a blatherskite he is"
    read = _read(text, {})
    first = next(at for at, (b, _) in enumerate(read.pieces.places) if b == 7)
    read.marks[first] = 3.0
    assert [text[b:e] for b, e in over_cut(read, 0.0)] == ["blatherskite"]


def test_without_a_word_over_the_cut_the_strongest_is_shown() -> None:
    text = "you muppet"
    read = _read(text, {"muppet": -1.0})
    assert over_cut(read, 0.0) == []
    assert [text[b:e] for b, e in shown_spans(read, 0.0)] == ["muppet"]


def test_signs_for_people_and_links_are_never_shown() -> None:
    read = _read("@somebody muslims https://example.org", {"@": 9.0, "‡": 9.0, "→": 9.0})
    assert over_cut(read, 0.0) == []
    assert shown_spans(read, 0.0) == []


def test_what_stands_far_below_the_strongest_word_is_not_shown() -> None:
    text = "you muppet, you clown, you neighbour"
    read = _read(text, {"muppet": 3.0, "clown": 2.4, "neighbour": 0.5})
    for shown in (over_cut(read, 0.0, 1.0), shown_spans(read, 0.0, 1.0)):
        assert [text[b:e] for b, e in shown] == ["muppet", "clown"]
    assert [text[b:e] for b, e in over_cut(read, 0.0)] == ["muppet", "clown", "neighbour"]

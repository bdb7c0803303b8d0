from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from evenhand.categories import Category
from evenhand.screening.encoder import shipped_encoder
from evenhand.screening.model import shipped
from evenhand.screening.training.examples import LINE_PASSES, PASSES, drawn, example, marked, one_pass, wording
from evenhand.screening.training.feeding import batches
from evenhand.screening.training.rows import Part, Row
from evenhand.screening.views import vocabulary

WORDS = vocabulary(shipped().model)


def _row(number: int, dataset: str, part: Part = Part.TRAIN, **orig: object) -> Row:
    return Row(str(number), dataset, f"You are an idiot {number}", part, {"abusive": 1, "spans": [[11, 16]]}, orig)


def test_a_pass_shows_train_rows_alone_and_each_set_at_its_rate() -> None:
    rows = [_row(n, name) for name in ("edos", "goemotions", "reddit_bias") for n in range(400)]
    rows += [_row(n, "edos", part) for part in (Part.DEV, Part.TEST) for n in range(50)]
    shown = one_pass(rows, random.Random(1))
    counts = Counter(row.dataset for row in shown)
    assert {row.part for row in shown} == {Part.TRAIN}
    assert counts["edos"] == 400
    assert abs(counts["goemotions"] - 400 * PASSES["goemotions"]) < 60
    assert counts["reddit_bias"] == 0


def test_a_template_counts_by_itself_however_many_sentences_it_gives() -> None:
    rows = [_row(n, "own", line="one") for n in range(90)] + [_row(1, "own", line="two")]
    counts = Counter(row.orig["line"] for row in one_pass(rows, random.Random(1)))
    assert counts["one"] <= LINE_PASSES * 2
    assert counts["two"] == PASSES["own"]


def test_the_same_draw_gives_the_same_showing() -> None:
    row = _row(3, "toxic_spans_typed")
    first, second = (drawn(row, WORDS, ["you fool"], random.Random(9)) for _ in range(2))
    assert first.view.text == second.view.text
    assert first.parent == second.parent


def test_marks_follow_the_words_through_the_wording() -> None:
    row = Row("1", "toxic_spans_typed", "The Muslims said YOU id\u200biot", Part.TRAIN, {"abusive": 1}, {})
    one = example(row, wording(row.text, WORDS), "", [(21, 27)], WORDS)
    batch = batches(shipped_encoder().model.tokenizer, [one])[0]
    tokens = [shipped_encoder().model.tokenizer.id_to_token(int(i)) for i in batch.ids[0]]
    spoken = {token: mark for token, mark in zip(tokens, batch.spans[0], strict=True) if not np.isnan(mark)}
    assert spoken["idiot"] == 1
    assert spoken["you"] == 0
    assert np.isnan(batch.spans[0][0])


def test_a_teacher_may_answer_in_place_of_the_labels() -> None:
    row = _row(3, "edos")
    said = [number / 10 for number in range(len(Category))]
    one = drawn(row, WORDS, [], random.Random(9), lambda _row: said)
    assert one.wanted.tolist() == pytest.approx(said)
    assert drawn(row, WORDS, [], random.Random(9)).wanted.tolist() != pytest.approx(said)


def test_rows_without_marks_train_no_span() -> None:
    row = _row(1, "edos")
    one = example(row, wording(row.text, WORDS), "", None, WORDS)
    assert np.isnan(marked(one, [(0, 3)], 0, 1)).all()
    assert np.isnan(batches(shipped_encoder().model.tokenizer, [one])[0].spans).all()

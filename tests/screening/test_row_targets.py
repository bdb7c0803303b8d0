from __future__ import annotations

import math

import pytest

from evenhand.categories import Category
from evenhand.screening.outputs import CATEGORIES, FRAMES, OUTPUTS, TARGETS
from evenhand.screening.training.own import own_rows
from evenhand.screening.training.rows import Part, Row
from evenhand.screening.training.targets import CATEGORY, INFERRED, categories, frame, target
from evenhand.screening.verdict import Frame, Target


def _row(dataset: str, text: str = "some words", orig: dict | None = None, **labels: object) -> Row:
    return Row("id", dataset, text, Part.TRAIN, labels, orig or {})


def test_one_output_per_category_frame_and_target() -> None:
    assert OUTPUTS == len(CATEGORIES) + len(FRAMES) + len(TARGETS) == 20
    assert set(CATEGORY) == set(Category)


@pytest.mark.parametrize("dataset", ["edos", "misogyny_eacl21"])
def test_missing_means_no_only_in_two_sets(dataset: str) -> None:
    assert CATEGORY[Category.IDENTITY_ATTACK](_row(dataset)) == 0
    assert CATEGORY[Category.IDENTITY_ATTACK](_row("davidson")) is None


def test_what_nobody_labelled_is_unknown_not_zero() -> None:
    wanted = categories(_row("measuring_hate_speech_sub", hateful=1))
    assert math.isnan(wanted[CATEGORIES.index(Category.DOXXING)])
    assert wanted[CATEGORIES.index(Category.IDENTITY_ATTACK)] == 1


def test_graded_sets_keep_their_shares() -> None:
    assert CATEGORY[Category.ABUSE](_row("toxic_spans_typed", abusive=0.667)) == 0.667
    assert CATEGORY[Category.ABUSE](_row("davidson", abusive=0.667)) == 1


def test_a_civil_political_post_is_no_abuse() -> None:
    assert CATEGORY[Category.ABUSE](_row("mupid_political", uncivil=0)) == 0
    assert CATEGORY[Category.ABUSE](_row("mupid_political", uncivil=1)) is None


def test_profanity_is_read_from_the_words() -> None:
    assert CATEGORY[Category.PROFANITY](_row("goemotions", "that was damn good")) == 1
    assert CATEGORY[Category.PROFANITY](_row("goemotions", "the cocktail class was assessed")) == 0


def test_frames_and_targets() -> None:
    assert frame(_row("own", frame="reclaimed", abusive=0)) == (FRAMES.index(Frame.RECLAIMED), 1.0)
    assert frame(_row("own", reported=1)) == (FRAMES.index(Frame.QUOTED), 1.0)
    assert frame(_row("edos")) == (FRAMES.index(Frame.ASSERTED), INFERRED)
    assert target(_row("own", target="addressee")) == (TARGETS.index(Target.ADDRESSEE), 1.0)
    assert target(_row("implicit_hate", hateful=1))[0] == TARGETS.index(Target.GROUP)
    assert target(_row("davidson"))[1] == 0


def test_own_material_teaches_every_head_both_ways() -> None:
    rows = [row for row in own_rows() if row.part is Part.TRAIN]
    for category in Category:
        if category in {Category.PROFANITY, Category.INCIVILITY}:
            continue
        said = {CATEGORY[category](row) for row in rows}
        assert {0.0, 1.0} <= said, category
    assert {FRAMES[frame(row)[0]] for row in rows} == set(Frame)

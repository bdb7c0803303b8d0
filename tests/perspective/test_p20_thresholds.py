"""PERSP-P20: suggested cut-offs do on rows they never saw what the old ones did; with few rows there are none."""

from __future__ import annotations

import numpy as np
import pytest
from tests.perspective.worlds import Fake, gates

from evenhand.perspective.attributes import value_of
from evenhand.perspective.compare.report import OLD_CUTS, compare, map_from, score
from evenhand.perspective.compare.rows import Row, read_table
from evenhand.perspective.models import Model
from evenhand.perspective.scorer import Item

MODEL = Model(gates("abuse", "insult", "threat"), Fake(), "0" * 64)
NAMES = ("TOXICITY", "INSULT", "THREAT")


def rows_of(count: int, seed: int = 0) -> list[Row]:
    """Return rows whose old scores follow ours on another scale, with noise; labels follow the old score."""
    draw = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        text = f"sentence {seed} {number}"
        (verdict,) = MODEL.detector.verdicts([Item(text)])
        ours = {name: float(value_of(name, verdict.scores) or 0) for name in NAMES}
        old = {name: round(float(np.clip(v**0.5 + draw.normal(0, 0.1), 0, 1)), 6) for name, v in ours.items()}
        rows.append(Row(f"id-{number}", text, old, {name: bool(draw.random() < v) for name, v in old.items()}))
    return rows


@pytest.mark.slow
def test_p20_two_thousand_rows_reproduce_the_old_flag_rate_on_the_other_half():
    found = compare(score(rows_of(2_000), MODEL), cuts=OLD_CUTS)
    assert [one.attribute for one in found] == list(NAMES)
    for one in found:
        rates = {s.old: s for s in one.suggestions if s.kind == "equal_flag_rate"}
        assert set(rates) == set(OLD_CUTS)
        for cut, suggestion in rates.items():
            check = suggestion.held_out
            assert check.interval[0] <= check.new <= check.interval[1] and check.holds
            assert check.interval[0] <= check.old <= check.interval[1]
            assert suggestion.interval[0] <= suggestion.new <= suggestion.interval[1]
            assert suggestion.new != pytest.approx(cut, abs=0.03)  # the same cut-off would be another queue


@pytest.mark.slow
def test_p20_equal_precision_where_there_are_labels():
    (one, *_) = compare(score(rows_of(2_000), MODEL), cuts=(0.7,))
    same = next(s for s in one.suggestions if s.kind == "equal_precision")
    assert same.held_out.new == pytest.approx(same.held_out.old, abs=0.08)
    bare = [Row(row.id, row.text, row.old) for row in rows_of(400)]
    (without, *_) = compare(score(bare, MODEL), cuts=(0.7,))
    assert {s.kind for s in without.suggestions} == {"equal_flag_rate"}


def test_p20_a_wrong_cut_off_is_caught_on_the_other_half():
    rows = rows_of(2_000)
    crooked = [Row(r.id, r.text, {"TOXICITY": r.old["TOXICITY"] * (1 if r.first_half else 0.8)}) for r in rows]
    ((suggestion, *_),) = [one.suggestions for one in compare(score(crooked, MODEL), cuts=(0.7,))]
    assert not suggestion.held_out.holds


def test_p20_with_a_hundred_and_fifty_rows_none_is_given():
    for one in compare(score(rows_of(150), MODEL), cuts=OLD_CUTS):
        assert one.suggestions == () and "150 rows: a cut-off needs 200" in str(one.note)


def test_p20_an_old_cut_off_that_flags_next_to_nothing_is_left_out():
    rows = [Row(row.id, row.text, {"TOXICITY": row.old["TOXICITY"] / 2}) for row in rows_of(400)]
    (one,) = compare(score(rows, MODEL), cuts=(0.85,))
    assert one.suggestions == () and one.note


def test_p20_the_same_rows_give_the_same_figures_and_halves():
    one, other = (compare(score(rows_of(300), MODEL), cuts=(0.7,)) for _ in range(2))
    assert [a.to_dict() for a in one] == [b.to_dict() for b in other]
    halves = [row.first_half for row in rows_of(1_000)]
    assert 400 < sum(halves) < 600


def test_p20_a_map_needs_as_many_rows():
    from evenhand.errors import UsageError

    with pytest.raises(UsageError, match="TOXICITY has 150"):
        map_from(score(rows_of(150), MODEL))


def test_p20_labels_are_read_from_their_columns(tmp_path):
    path = tmp_path / "old.csv"
    path.write_text(
        "id,comment_text,TOXICITY@6,INSULT,label,INSULT_label\n1,hello,0.5,0.6,1,no\n2,hello,0.5,0.6,,yes\n"
    )
    one, other = read_table(path)
    assert one.labels == {"TOXICITY": True, "INSULT": False}
    assert other.labels == {"INSULT": True}
    (only, *_) = read_table(path, "INSULT_label")
    assert only.labels == {"TOXICITY": False, "INSULT": False}

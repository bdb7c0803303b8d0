"""PERSP-P17: old scores beside ours, on a synthetic file: correlation, agreement, bands; bad rows are listed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.perspective.worlds import Fake, gates

from evenhand.errors import UsageError
from evenhand.perspective.attributes import value_of
from evenhand.perspective.compare import measures
from evenhand.perspective.compare.report import compare, score
from evenhand.perspective.compare.rows import Refused, Row, read_table
from evenhand.perspective.models import Model
from evenhand.perspective.scorer import Item

MODEL = Model(gates("abuse", "insult"), Fake(), "0" * 64)


def own(text: str, attribute: str = "TOXICITY") -> float:
    (verdict,) = MODEL.detector.verdicts([Item(text)])
    return float(value_of(attribute, verdict.scores) or 0)


def write(path, rows, header="id,comment_text,TOXICITY@6,INSULT@6,SEXUALLY_EXPLICIT@2"):
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def test_p17_equal_scores_agree_in_everything(tmp_path):
    texts = [f"sentence {number}" for number in range(60)]
    rows = [f"{n},{text},{own(text)},{own(text, 'INSULT')},0.5" for n, text in enumerate(texts)]
    found = read_table(write(tmp_path / "old.csv", rows))
    by_name = {one.attribute: one.agreement for one in compare(score(found, MODEL))}
    assert set(by_name) == {"TOXICITY", "INSULT"}
    for agreed in by_name.values():
        assert (agreed.rows, agreed.spearman, agreed.same_side) == (60, 1.0, {"0.7": 1.0, "0.8": 1.0})
        assert agreed.bands["old"] == agreed.bands["new"]
        assert sum(agreed.bands["old"].values()) == pytest.approx(1, abs=0.001)


def test_p17_figures_worked_by_hand():
    old = np.asarray([0.1, 0.5, 0.75, 0.9])
    new = np.asarray([0.2, 0.75, 0.6, 1.0])
    agreed = measures.agreement(old, new)
    assert agreed.same_side == {"0.7": 0.5, "0.8": 1.0}
    assert agreed.bands["old"] == {"0-0.4": 0.25, "0.4-0.6": 0.25, "0.6-0.85": 0.25, "0.85-1": 0.25}
    assert agreed.bands["new"] == {"0-0.4": 0.25, "0.4-0.6": 0.0, "0.6-0.85": 0.5, "0.85-1": 0.25}
    assert agreed.spearman == 0.8
    assert measures.spearman(np.asarray([1.0, 1.0]), new[:2]) is None


def test_p17_ties_share_their_rank_as_in_a_second_opinion():
    scipy_stats = pytest.importorskip("scipy.stats")
    draw = np.random.default_rng(3)
    one, other = draw.integers(0, 5, 200) / 5, draw.integers(0, 4, 200) / 4
    assert measures.spearman(one, other) == pytest.approx(scipy_stats.spearmanr(one, other).statistic, abs=1e-4)


def test_p17_rows_that_cannot_be_used_are_listed_and_the_rest_is_compared(tmp_path):
    rows = ["a,hello there,0.5,0.5,0", "b,,0.5,0.5,0", "c,hello,seven,0.5,0", "d,hello,1.5,,0", "e,hello,,,",
            "f,hello again,,0.2,"]  # fmt: skip
    lines = read_table(write(tmp_path / "old.csv", rows))
    assert [line.id for line in lines if isinstance(line, Row)] == ["a", "f"]
    assert [line.where for line in lines if isinstance(line, Refused)] == ["line 3", "line 4", "line 5", "line 6"]


@pytest.mark.parametrize("header", ["id,text,other", "id,TOXICITY@6", "", "a;b"])
def test_p17_a_table_without_its_columns_is_refused(tmp_path, header):
    with pytest.raises(UsageError, match="there is no"):
        read_table(write(tmp_path / "old.csv", [], header))


def test_p17_what_we_do_not_serve_and_could_not_read_is_said(tmp_path):
    rows = ["1,hello there,0.5,0.5,0.9", "2,12345,0.5,0.5,0.9"]
    scored = score(read_table(write(tmp_path / "old.csv", rows)), MODEL)
    assert scored.not_served() == []  # SEXUALLY_EXPLICIT is no attribute of ours at all: its column is not read
    assert dict(scored.unread) == {"too_short": 1}
    assert [one.agreement.rows for one in compare(scored)] == [1, 1]


def test_p17_a_file_in_another_encoding_is_read_without_a_traceback(tmp_path):
    path = tmp_path / "old.csv"
    path.write_bytes(b"id,comment_text,TOXICITY@6\n1,caf\xe9 in the harbour,0.5\n\xff\xfe,\x00,0.5\n")
    rows = read_table(path)
    assert len(score([row for row in rows if isinstance(row, Row)], MODEL).pairs) >= 1


def test_p17_plain_values_can_be_written_as_json(tmp_path):
    rows = [f"{n},sentence {n},0.{n % 10},0.5,0" for n in range(30)]
    found = compare(score(read_table(write(tmp_path / "old.csv", rows)), MODEL), cuts=(0.7,))
    assert json.loads(json.dumps([one.to_dict() for one in found]))[0]["attribute"] == "TOXICITY"

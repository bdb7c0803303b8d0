"""From the data folder to a model package, the same one each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evenhand.screening.model import Package
from evenhand.screening.training.calibrate import calibrate
from evenhand.screening.training.fit import fit_model
from evenhand.screening.training.labels import thinned
from evenhand.screening.training.own import own_rows
from evenhand.screening.training.rows import BENIGN_SET, Part, Row, read_folder, without_evaluation_rows


@dataclass(frozen=True, slots=True)
class Material:
    """The rows a training uses: labelled rows (train, dev and test parts) and benign threshold rows."""

    rows: list[Row]
    benign: list[Row]


def gather(data: Path) -> Material:
    """Return the rows of a data folder (train/ and eval/) and our own sentences, divided once.

    Evaluation texts are read only to drop equal rows; of the benign tweets only the threshold rows are kept.
    """
    evaluation = read_folder(data / "eval")
    rows = thinned(without_evaluation_rows(read_folder(data / "train") + own_rows(), [row.text for row in evaluation]))
    benign = [row for row in evaluation if row.dataset == BENIGN_SET and row.part is Part.DEV]
    return Material(rows, [row for row in benign if row.share("presumed_benign") == 1])


def train(data: Path, say: Callable[[str], None] = lambda line: None) -> Package:
    """Return the package trained on a data folder. Deterministic. Raises UsageError for unreadable data.

    Cost: a few minutes and 3 GB on one core for the full folder.
    """
    material = gather(data)
    counts = {part: sum(row.part is part for row in material.rows) for part in Part}
    say(f"{counts[Part.TRAIN]} train rows, {counts[Part.DEV]} dev rows, {len(material.benign)} benign threshold rows")
    model = fit_model(material.rows, say)
    say("calibrating on dev rows")
    return Package(model, calibrate(model, material.rows, material.benign))

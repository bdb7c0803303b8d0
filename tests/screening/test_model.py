from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import evenhand.screening
from evenhand.errors import UsageError
from evenhand.screening import Screener
from evenhand.screening.model import Calibration, Platt, load, save, shipped

WEIGHTS = Path(evenhand.screening.__file__).parent / "weights"


def test_the_weights_are_small() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir() if path.is_file()) <= 4_000_000


@pytest.mark.slow
def test_a_package_is_written_and_read_the_same(tmp_path: Path) -> None:
    save(shipped(), tmp_path)
    again = load(tmp_path)
    assert again.model.id == shipped().model.id
    assert again.calibration == shipped().calibration
    assert (tmp_path / "weights.npz").read_bytes() == (WEIGHTS / "weights.npz").read_bytes()


def test_one_changed_weight_changes_the_id() -> None:
    model = shipped().model
    weights = model.weights.copy()
    weights[7, 0] += 1
    assert replace(model, weights=weights).id != model.id


def test_one_changed_threshold_changes_the_calibration_id() -> None:
    fixed = shipped().calibration
    moved = replace(fixed, thresholds={**fixed.thresholds, "abuse": 0.5001})
    assert moved.id != fixed.id
    assert Calibration.from_dict(json.loads(json.dumps(fixed.to_dict()))).id == fixed.id


@pytest.mark.slow
def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    save(shipped(), tmp_path)
    model = shipped().model
    np.savez_compressed(
        tmp_path / "weights.npz",
        weights=model.weights + np.int16(1),
        known=model.known,
        scales=np.asarray(model.scales),
        biases=np.asarray(model.biases),
    )
    with pytest.raises(UsageError, match="calibration belongs"):
        load(tmp_path)


@pytest.mark.parametrize("damage", ["weights.npz", "calibration.json"])
def test_a_damaged_package_is_one_line(tmp_path: Path, damage: str) -> None:
    save(shipped(), tmp_path)
    (tmp_path / damage).write_bytes(b"PK\x03\x04 not this")
    with pytest.raises(UsageError, match="not a readable detector package"):
        load(tmp_path)


@pytest.mark.slow
def test_a_local_package_is_used_by_its_id(tmp_path: Path) -> None:
    package = shipped()
    weights = package.model.weights.copy()
    weights[7, 0] += 1
    older = replace(package, model=replace(package.model, weights=weights))
    save(older, tmp_path / older.model.id)
    assert Screener(older.model.id, models=tmp_path).screen(["You idiot"])[0].model == older.model.id


@pytest.mark.slow
def test_a_package_under_another_name_is_refused(tmp_path: Path) -> None:
    save(shipped(), tmp_path / "linear-000000000000")
    with pytest.raises(UsageError, match="this folder holds"):
        Screener("linear-000000000000", models=tmp_path)


def test_platt_is_a_probability_at_any_size() -> None:
    platt = Platt(2.0, -1.0)
    assert platt.probability(-1e9) == 0.0
    assert platt.probability(1e9) == 1.0
    assert platt.probability(0.5) == 0.5


@pytest.mark.slow
def test_screening_needs_no_training_tools() -> None:
    code = "import sys, evenhand.cli.screen; assert not {'sklearn', 'scipy', 'django'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)

"""PERSP-P16: every answer says which version made it; a pin is answered by that version or not at all."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from tests.perspective.worlds import START, gates, shipped_models

from evenhand.perspective.keys import create
from evenhand.perspective.models import PACKAGE_FILE, Detecting, Models
from evenhand.screening import Screener


def test_p16_every_answer_names_its_version(world):
    for answer in (world.analyze(), world.suggest()):
        assert answer.headers["Evenhand-Model"] == "fake@1.0.0"
        assert answer.headers["Evenhand-Model-SHA256"] == "0" * 64
        assert answer.headers["Evenhand-Calibration"] == "cal-fake"
        assert answer.headers["Evenhand-Ruleset"] == "none@0"


def test_p16_pinning_the_current_version_is_that_version(world):
    plain = world.analyze()
    assert world.analyze(headers={"evenhand-pin": "fake@1.0.0"}).raw == plain.raw


@pytest.mark.parametrize("pin", ["fake@1.0.1", "other@1.0.0", "fake", "", "fake@1", "../../etc@1.0.0", "x" * 999])
def test_p16_an_unknown_pin_is_400_and_never_a_substitute(world, pin):
    answer = world.analyze(headers={"evenhand-pin": pin})
    assert (answer.status, answer.body["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert "attributeScores" not in answer.body and len(answer.raw) < 500


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A folder of local packages with one whose files are the linear weights that ship, under another version."""
    screener = linear()
    folder = tmp_path / "models" / screener.model_id
    shipped = files("evenhand.screening") / "weights"
    folder.mkdir(parents=True)
    for name in ("weights.npz", "calibration.json"):
        shutil.copy(str(shipped / name), folder / name)
    stated = replace(gates("abuse", version="0.0.9"), model=screener.model_id, calibration=screener.calibration_id)
    (folder / PACKAGE_FILE).write_text(json.dumps(replace(stated, name="older").to_dict()))
    return tmp_path / "models"


def linear() -> Screener:
    from evenhand.screening.model import shipped

    return Screener(shipped().model.id)


@pytest.mark.slow
def test_p16_an_installed_older_package_answers_its_pin(make, older):
    world = make(folder=older)
    pinned = world.analyze("you idiot", headers={"evenhand-pin": "older@0.0.9"})
    assert pinned.headers["Evenhand-Model"] == "older@0.0.9"
    assert pinned.headers["Evenhand-Model-SHA256"] not in {"0" * 64, ""}
    (verdict,) = linear().screen(["you idiot"])
    assert pinned.value() == verdict.scores["abuse"]
    assert world.analyze("you idiot").headers["Evenhand-Model"] == "fake@1.0.0"
    assert world.analyze("you idiot", ("INSULT",), headers={"evenhand-pin": "older@0.0.9"}).status == 400


@pytest.mark.slow
def test_p16_a_retired_package_and_one_whose_weights_are_gone(make, older):
    place = next(older.glob(f"*/{PACKAGE_FILE}"))
    raw = json.loads(place.read_text())
    place.write_text(json.dumps(raw | {"retired": (START + timedelta(days=1)).date().isoformat()}))
    world = make(folder=older)
    pin = {"evenhand-pin": "older@0.0.9"}
    assert world.analyze("you idiot", headers=pin).status == 200
    world.clock.forward(days=1)
    assert "retired" in world.analyze("you idiot", headers=pin).message
    place.write_text(json.dumps(raw | {"model": "linear-0123456789ab"}))
    assert "not installed" in make(folder=older).analyze("you idiot", headers=pin).message


def test_p16_a_broken_package_file_harms_nobody(make, tmp_path):
    (tmp_path / "models" / "x").mkdir(parents=True)
    (tmp_path / "models" / "x" / PACKAGE_FILE).write_text("{")
    world = make(folder=tmp_path / "models")
    assert world.analyze().status == 200
    assert world.analyze(headers={"evenhand-pin": "older@0.0.9"}).status == 400


def test_p16_the_list_of_models_is_true(world):
    listed = world.call("GET", "/v1alpha1/evenhand/models").body
    (current,) = listed["models"]
    assert (current["name"], current["version"], current["current"]) == ("fake", "1.0.0", True)
    for name, told in current["attributes"].items():
        assert world.analyze("hello there", (name,), languages=told["languages"]).status == 200
    assert current["gates"]["abuse"]["precision_1"] == 0.45
    assert listed["key"]["id"] == world.key_id and listed["notRead"] == []
    assert world.call("GET", "/v1alpha1/evenhand/models", secret="").status == 403


def test_p16_the_shipped_version_says_its_own_ids():
    current = Models.shipped().current
    screener = Screener()
    assert (current.gates.model, current.gates.calibration) == (screener.model_id, screener.calibration_id)
    assert len(current.sha256) == 64 and isinstance(current.detector, Detecting)


@pytest.mark.slow
def test_p16_the_same_bytes_after_a_restart_and_among_63_others(make, tmp_path):
    path, text = tmp_path / "same.sqlite3", "you are an idiot and everybody at the harbour knows it"
    world = make(path=path, models=shipped_models())
    _, secret = create(world.service.store, world.ctx, "kept")
    alone = world.analyze(text, secret=secret, spanAnnotations=True).raw
    others = [f"{n} thank you for the report about the harbour " + "and more " * (n % 9) for n in range(63)]
    with ThreadPoolExecutor(64) as pool:
        among = [pool.submit(world.analyze, other) for other in others]
        again = pool.submit(world.analyze, text, spanAnnotations=True)
        assert {answer.result().status for answer in among} == {200}
    assert again.result().raw == alone
    world.service.close()
    assert make(path=path, models=shipped_models()).analyze(text, secret=secret, spanAnnotations=True).raw == alone

from __future__ import annotations

import json
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evenhand.screening
from evenhand.errors import UsageError
from evenhand.screening import Category, Screener
from evenhand.screening.encoder import BATCH, SPARE, STRETCH, encoder_id, load_encoder, runs, shipped_encoder
from evenhand.screening.model import Package, Platt, save, shipped
from evenhand.screening.outputs import CATEGORIES
from evenhand.screening.pieces import padded, pieces, windows
from evenhand.screening.settled import Settled
from evenhand.screening.wording import worded
from evenhand.text import normalise

FOLDER = Path(evenhand.screening.__file__).parent / "weights" / "encoder"
TEXTS = [
    "you idiot", "The bus was late again and nobody said a word about it.", "Resign.", "I hope you fall downstairs",
    "thank you all for coming to the branch meeting last night, it was good to see so many new faces there",
]  # fmt: skip


def _heads(texts: list[str]) -> np.ndarray:
    reads = shipped_encoder().model.read([normalise(text) for text in texts], [None] * len(texts))
    return np.stack([read.heads.max(axis=0) for read in reads])


def test_gate_and_encoder_together_stay_under_their_size() -> None:
    folder = FOLDER.parent
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= 30_000_000
    assert {path.name for path in FOLDER.iterdir()} == {"encoder.onnx", "tokenizer.json", "calibration.json"}


def test_the_calibration_belongs_to_the_weights() -> None:
    package = shipped_encoder()
    raw = json.loads((FOLDER / "calibration.json").read_text("utf-8"))
    found = encoder_id((FOLDER / "encoder.onnx").read_bytes(), (FOLDER / "tokenizer.json").read_bytes())
    assert package.model.id == raw["model"] == found
    assert Settled.from_dict(json.loads(json.dumps(package.calibration.to_dict()))).id == package.calibration.id


def test_every_category_is_trained_and_has_a_threshold() -> None:
    fixed = shipped_encoder().calibration
    assert set(fixed.heads) == set(fixed.thresholds) == set(CATEGORIES)
    assert all(0 < limit < 1 for limit in fixed.thresholds.values())


@pytest.mark.slow
def test_neighbours_padding_and_order_change_no_raw_score() -> None:
    alone = np.concatenate([_heads([text]) for text in TEXTS])
    together = _heads(TEXTS + ["YOU STUPID LIAR!!! " * 40] * BATCH)[: len(TEXTS)]
    assert np.abs(alone - together).max() < 1e-3
    assert np.abs(alone - _heads(TEXTS[::-1])[::-1]).max() < 1e-3


@pytest.mark.slow
def test_padding_to_a_fixed_width_changes_no_raw_score() -> None:
    encoder = shipped_encoder().model
    found = pieces(encoder.tokenizer, [worded(normalise(text)).text for text in TEXTS])
    rows = [windows(at, one.ids)[0] for at, one in enumerate(found)]
    for row in rows:
        narrow, wide = (encoder.session.run(None, dict(zip(("ids", "parts"), padded([row], w), strict=True)))[0]
                        for w in (None, 64))  # fmt: skip
        assert np.abs(narrow - wide).max() < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_changes_no_flag(threads: int) -> None:
    one, other = Screener().screen(TEXTS), Screener(threads=threads).screen(TEXTS)
    for first, second in zip(one, other, strict=True):
        assert first.flags == second.flags
        assert all(abs((first.scores[c] or 0) - (second.scores[c] or 0)) <= 1e-3 for c in Category)


def test_scoring_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    load_encoder(FOLDER).model.read([normalise("you idiot")], [None])


@pytest.mark.slow
def test_no_network_library_is_imported_and_no_socket_opened_from_the_start() -> None:
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise SystemExit('a socket was opened')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse; socket.create_connection = refuse\n"
        "from evenhand.screening import Screener\n"
        "assert Screener().screen(['you are an idiot'])\n"
        "import sys\n"
        "assert not {'huggingface_hub', 'requests', 'httpx', 'urllib3', 'torch', 'onnx'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["encoder.onnx", "tokenizer.json", "calibration.json"])
def test_a_damaged_package_is_one_line(tmp_path: Path, damage: str) -> None:
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / damage).write_bytes(b"{} not this")
    with pytest.raises(UsageError, match=r"not a readable detector package|calibration belongs"):
        load_encoder(tmp_path)


@pytest.mark.slow
def test_an_older_local_package_is_used_by_its_id(tmp_path: Path) -> None:
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (tmp_path / "tokenizer.json").read_bytes() + b"\n"
    (tmp_path / "tokenizer.json").write_bytes(text)
    older = encoder_id((tmp_path / "encoder.onnx").read_bytes(), text)
    raw = json.loads((tmp_path / "calibration.json").read_text("utf-8"))
    (tmp_path / "calibration.json").write_text(json.dumps({**raw, "model": older}), "utf-8")
    tmp_path.rename(tmp_path.with_name(older))
    assert Screener(older, models=tmp_path.parent).screen(["you idiot"])[0].model == older


@pytest.mark.slow
def test_a_package_of_an_earlier_reading_is_read_as_it_was_trained(tmp_path: Path) -> None:
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    earlier = encoder_id((tmp_path / "encoder.onnx").read_bytes(), (tmp_path / "tokenizer.json").read_bytes(), 1)
    raw = json.loads((tmp_path / "calibration.json").read_text("utf-8"))
    (tmp_path / "calibration.json").write_text(json.dumps({**raw, "model": earlier}), "utf-8")
    old, new = load_encoder(tmp_path).model, load_encoder(FOLDER).model
    assert (old.id, old.reading, new.reading) == (earlier, 1, 2)
    place, plain = normalise("lunch with the crew @ Mill Bridge"), normalise("lunch with the crew")
    was, now = (each.read([place, plain], [None, None]) for each in (old, new))
    assert ("@" in was[0].view.text, "@" in now[0].view.text) == (True, False)
    assert np.array_equal(was[1].heads, now[1].heads) and not np.array_equal(was[0].heads, now[0].heads)


@pytest.mark.parametrize("model", ["minilm-000000000000", "linear-000000000000"])
def test_an_absent_model_is_refused_with_exit_code_2(model: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not on this machine"):
        Screener(model, models=tmp_path)


@pytest.mark.slow
def test_an_older_package_brings_the_linear_model_its_calibration_names(tmp_path: Path) -> None:
    older = tmp_path / "older"
    older.mkdir()
    text = (FOLDER / "tokenizer.json").read_bytes() + b"\n"
    (older / "tokenizer.json").write_bytes(text)
    (older / "encoder.onnx").write_bytes((FOLDER / "encoder.onnx").read_bytes())
    found = encoder_id((older / "encoder.onnx").read_bytes(), text)
    own = shipped()
    linear = Package(replace(own.model, biases=(own.model.biases[0] + 9.0, *own.model.biases[1:])), own.calibration)
    fixed = replace(shipped_encoder().calibration, linear_model=linear.model.id)
    fixed = replace(fixed, linear={Category.ABUSE: {"abuse": 1.0, "identity_attack": 0.0, "incivility": 0.0}})
    (older / "calibration.json").write_text(json.dumps({"model": found, "calibration": fixed.to_dict()}), "utf-8")
    older.rename(tmp_path / found)
    with pytest.raises(UsageError, match="not a readable detector package"):
        Screener(found, models=tmp_path)
    save(own, tmp_path / found / "linear")
    with pytest.raises(UsageError, match="was fixed with"):
        Screener(found, models=tmp_path)
    save(linear, tmp_path / found / "linear")
    scores = [
        one.screen(["The bus was late again."])[0].scores for one in (Screener(found, models=tmp_path), Screener())
    ]
    assert (scores[0][Category.ABUSE] or 0) > (scores[1][Category.ABUSE] or 0) + 0.01


def test_the_linear_model_that_the_calibration_names_is_the_one_that_comes_with_it() -> None:
    fixed = shipped_encoder().calibration
    assert fixed.linear_model in {"", shipped().model.id}
    assert bool(fixed.linear) == bool(fixed.linear_model)


def test_a_calibration_that_asks_nothing_more_keeps_its_id() -> None:
    plain = Settled({Category.ABUSE: Platt(1.0, 0.0)}, {Category.ABUSE: 0.5}, {}, 0.0, 0.5, {})
    assert set(plain.to_dict()) == {"heads", "thresholds", "rules", "span_cut", "frame_cut", "gate"}
    asking = replace(plain, linear={Category.ABUSE: {"abuse": 0.5}}, linear_model="linear-0", span_near=1.0)
    assert asking.id != plain.id
    assert Settled.from_dict(json.loads(json.dumps(asking.to_dict()))) == asking


@given(st.lists(st.integers(3, 88), max_size=200))
def test_each_row_is_run_once_among_rows_of_nearly_its_length(sizes: list[int]) -> None:
    found = list(runs(sizes))
    assert sorted(number for run in found for number in run) == list(range(len(sizes)))
    for run in found:
        assert 1 <= len(run) <= BATCH
        assert max(sizes[n] for n in run) <= STRETCH * min(sizes[n] for n in run) + SPARE
    alike = list(runs([20] * (2 * BATCH + 1)))
    assert [len(run) for run in alike] == [BATCH, BATCH, 1]

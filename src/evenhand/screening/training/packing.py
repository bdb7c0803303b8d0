"""From a tuned network to the folder that is shipped: 8-bit graph, tokeniser, calibration."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.screening.encoder import (
    CALIBRATION,
    MODEL,
    TOKENIZER,
    Encoder,
    EncoderPackage,
    encoder_id,
    load_encoder,
)
from evenhand.screening.model import Package
from evenhand.screening.pieces import load_tokenizer
from evenhand.screening.settled import Settled
from evenhand.screening.training.disguise import some_disguised
from evenhand.screening.training.examples import drawn, one_pass
from evenhand.screening.training.feeding import batches
from evenhand.screening.training.graph import build, mapped
from evenhand.screening.training.network import Network
from evenhand.screening.training.quantising import watched
from evenhand.screening.training.rounding import all_rounded
from evenhand.screening.training.rows import Part, Row, digest_number
from evenhand.screening.training.settle import Looked, look, settle
from evenhand.screening.views import vocabulary

# Dev rows of one set, and benign rows, that are looked at: more would narrow no interval that matters.
DEV_ROWS: Final = 1000
BENIGN_ROWS: Final = 6000
# Train rows by whose activations the maps are rounded: with fewer, answers lie further from float.
SEEN_ROWS: Final = 4800


def export(network: Network, base: Path, gate: Package, rows: Sequence[Row], out: Path) -> str:
    """Write the 8-bit graph, a float one for comparison beside it, and the tokeniser; return the model id."""
    draw = random.Random("ranges")
    words = vocabulary(gate.model)
    shown = one_pass(rows, draw)[:SEEN_ROWS]
    tokenizer = load_tokenizer(base / "tokenizer.json")
    seen = watched(network, batches(tokenizer, [drawn(row, words, [], draw) for row in shown]))
    state = {name: value.detach().numpy().astype(np.float32) for name, value in network.state_dict().items()}
    out.mkdir(parents=True, exist_ok=True)
    maps = all_rounded({name: mapped(state, name) for name in seen}, seen)
    model = build(state, maps).SerializeToString(deterministic=True)
    (out / MODEL).write_bytes(model)
    float_folder = out.with_name(out.name + "-float")
    float_folder.mkdir(exist_ok=True)
    (float_folder / MODEL).write_bytes(build(state, None).SerializeToString(deterministic=True))
    text = _lean(base / "tokenizer.json")
    for folder in (out, float_folder):
        (folder / TOKENIZER).write_bytes(text)
        write_settled(folder, Settled({}, {}, {}, 0.0, 1.01, {}))
    return encoder_id(model, text)


def _lean(path: Path) -> bytes:
    """Return the tokeniser's file without its padding and truncation, which are ours to do."""
    raw = json.loads(path.read_text("utf-8"))
    raw["padding"] = raw["truncation"] = None
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode()


def write_settled(folder: Path, settled: Settled) -> None:
    """Write what was fixed for the model of a folder beside it."""
    found = encoder_id((folder / MODEL).read_bytes(), (folder / TOKENIZER).read_bytes())
    text = json.dumps({"model": found, "calibration": settled.to_dict()}, sort_keys=True, indent=1)
    (folder / CALIBRATION).write_text(text + "\n", "utf-8")


def looked(
    encoder: Encoder, gate: Package, rows: Sequence[Row], benign: Sequence[Row], say: Callable[[str], None]
) -> tuple[Looked, Looked]:
    """Return what is seen in the dev rows and in the benign threshold rows: all that may fix anything."""
    every = [row for row in rows if row.part is Part.DEV]
    dev = look(encoder, gate, some_disguised(_sampled(every)), say)
    quiet = look(encoder, gate, some_disguised(benign[:BENIGN_ROWS]), say)
    return replace(dev, stands=_stands(every, dev.rows)), quiet


def settle_folder(
    folder: Path,
    gate: Package,
    rows: Sequence[Row],
    benign: Sequence[Row],
    *,
    say: Callable[[str], None],
) -> tuple[EncoderPackage, Looked, Looked]:
    """Fix calibration, thresholds and cut-offs of a folder's model on dev and benign threshold rows; return all."""
    dev, quiet = looked(load_encoder(folder).model, gate, rows, benign, say)
    write_settled(folder, replace(settle(dev, quiet), linear_model=gate.model.id))
    return load_encoder(folder), dev, quiet


def _stands(every: Sequence[Row], looked: Sequence[Row]) -> NDArray[np.float64]:
    """Return of how many dev rows of its set each looked-at row is one: sets count by size, not by the sample."""
    there, here = (Counter(row.dataset for row in rows) for rows in (every, looked))
    return np.asarray([there[row.dataset] / here[row.dataset] for row in looked])


def _sampled(rows: Sequence[Row]) -> list[Row]:
    """Return at most DEV_ROWS rows of each set, chosen by their text alone; all of our own."""
    by_set: dict[str, list[Row]] = {}
    for row in rows:
        by_set.setdefault(row.dataset, []).append(row)
    kept: list[Row] = []
    for name, found in sorted(by_set.items()):
        ranked = sorted(found, key=lambda row: digest_number(row.text))
        kept += found if name == "own" else ranked[:DEV_ROWS]
    return kept

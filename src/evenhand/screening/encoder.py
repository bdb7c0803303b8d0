"""The full model at work: a folder of three files, run by onnxruntime, offline, the same in any batch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from evenhand.errors import UsageError
from evenhand.screening.outputs import OUTPUTS
from evenhand.screening.pieces import Pieces, Window, load_tokenizer, padded, pieces, windows
from evenhand.screening.settled import Settled
from evenhand.screening.wording import READING, worded
from evenhand.text import View

Floats = NDArray[np.float32]

MODEL: Final = "encoder.onnx"
TOKENIZER: Final = "tokenizer.json"
CALIBRATION: Final = "calibration.json"
# Rows of one run: more take longer each, since what stands between the maps no longer fits beside the core.
BATCH: Final = 16
# How much longer than the shortest row of a run its longest may be: so many times, and so many tokens.
STRETCH: Final = 1.25
SPARE: Final = 4


@dataclass(frozen=True, slots=True)
class Read:
    """What the encoder says of one view.

    view: in the encoder's wording. heads: raw scores [windows, OUTPUTS]. pieces: the tokens. marks: raw span
    score per token, the highest of the windows that hold it.
    """

    view: View
    heads: Floats
    pieces: Pieces
    marks: Floats


@dataclass(frozen=True, slots=True)
class Encoder:
    """A session, its tokeniser and how posts are worded for it. Safe to share between threads; a call uses one core."""

    id: str
    session: Any = field(repr=False)
    tokenizer: Tokenizer = field(repr=False)
    reading: int = READING

    def read(self, views: Sequence[View], parents: Sequence[View | None]) -> list[Read]:
        """Return what the encoder says of some views in normal form, in order.

        Rows are sorted by length and run up to 16 at a time; each token is rounded by a scale of its own, so
        neighbours and padding change no score by more than rounding. Cost: about 2 ms a post of 20 tokens on one
        core, linear in the text.
        """
        own = [worded(view, self.reading) for view in views]
        found = pieces(self.tokenizer, [view.text for view in own])
        above = self._parents(parents)
        rows = [row for at, one in enumerate(found) for row in windows(at, one.ids, above[at])]
        heads = np.zeros((len(rows), OUTPUTS), np.float32)
        marks = [np.full(len(one.ids), -np.inf, np.float32) for one in found]
        for numbers, scores, spans in self._run(rows):
            heads[numbers] = scores
            for number, line in zip(numbers, spans, strict=True):
                row = rows[number]
                inside = marks[row.post][row.first : row.first + len(row.ids)]
                np.maximum(inside, line[1 : len(row.ids) + 1], out=inside)
        first = np.searchsorted([row.post for row in rows], np.arange(len(views) + 1))
        return [Read(own[at], heads[first[at] : first[at + 1]], found[at], marks[at]) for at in range(len(views))]

    def _parents(self, parents: Sequence[View | None]) -> list[tuple[int, ...]]:
        texts = [worded(parent, self.reading).text if parent is not None else "" for parent in parents]
        if not any(texts):
            return [()] * len(texts)
        return [one.ids for one in pieces(self.tokenizer, texts)]

    def _run(self, rows: Sequence[Window]) -> Iterator[tuple[list[int], Floats, Floats]]:
        for chosen in runs([row.size for row in rows]):
            ids, parts = padded([rows[number] for number in chosen])
            heads, spans = self.session.run(None, {"ids": ids, "parts": parts})
            yield chosen, heads, spans


def runs(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Yield the numbers of the rows that are run together: shortest first, at most BATCH, of nearly one length.

    A row much longer than the first begins a run of its own: short posts beside a long one would else be padded
    to its length, which costs more than another run does.
    """
    order = sorted(range(len(sizes)), key=lambda number: sizes[number])
    begin = 0
    for at, number in enumerate(order):
        if at - begin == BATCH or sizes[number] > STRETCH * sizes[order[begin]] + SPARE:
            yield order[begin:at]
            begin = at
    if order:
        yield order[begin:]


@dataclass(frozen=True, slots=True)
class EncoderPackage:
    """An encoder with what was fixed for it."""

    model: Encoder
    calibration: Settled


def encoder_id(model: bytes, tokenizer: bytes, reading: int = READING) -> str:
    """Return the model id: 'minilm-' and 12 hex digits over both files and how posts are read for them."""
    digest = hashlib.sha256(f"{reading}/".encode())
    for part in (model, tokenizer):
        digest.update(hashlib.sha256(part).digest())
    return "minilm-" + digest.hexdigest()[:12]


def load_encoder(folder: Path) -> EncoderPackage:
    """Return the package of a folder.

    Raises UsageError if a file is missing or unreadable, or the calibration belongs to other weights.
    """
    try:
        raw = json.loads((folder / CALIBRATION).read_text("utf-8"))
        model, tokenizer = (folder / MODEL).read_bytes(), (folder / TOKENIZER).read_bytes()
        ids = {encoder_id(model, tokenizer, reading): reading for reading in range(1, READING + 1)}
        if (found := raw["model"]) in ids:
            encoder = Encoder(found, _session(model), load_tokenizer(folder / TOKENIZER), ids[found])
            return EncoderPackage(encoder, Settled.from_dict(raw["calibration"]))
    except Exception as error:
        raise UsageError(
            "this is not a readable detector package.", where=str(folder), mend="Restore or retrain it."
        ) from error
    raise UsageError(
        f"the weights are {encoder_id(model, tokenizer)}, the calibration belongs to {found}.",
        where=str(folder),
        mend="Restore all files of one package.",
    )


def _session(model: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    # Two cores at one run would wait for one another at each small step: they read different posts instead.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@cache
def shipped_encoder() -> EncoderPackage:
    """Return the package that comes with this version, loaded once per process."""
    with as_file(files("evenhand.screening") / "weights" / "encoder") as folder:
        return load_encoder(folder)

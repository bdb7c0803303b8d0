"""From examples to batches of arrays, sorted by length so that little of a batch is padding."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from evenhand.screening.pieces import Ids, padded, pieces, windows
from evenhand.screening.training.examples import Example, Floats, marked

BATCH: Final = 32


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays of one step, a row per window. `spans` is nan where nobody marked any, and on padding."""

    ids: Ids
    parts: Ids
    wanted: Floats
    weight: Floats
    frame: Ids
    frame_weight: Floats
    target: Ids
    target_weight: Floats
    spans: Floats
    fresh: NDArray[np.bool_]


def batches(tokenizer: Tokenizer, given: Sequence[Example], size: int = BATCH) -> list[Batch]:
    """Return the batches of some examples, shortest first; of a long text only the first window is used."""
    found = pieces(tokenizer, [one.view.text for one in given])
    parents = pieces(tokenizer, [one.parent for one in given])
    rows = [windows(at, own.ids, other.ids)[0] for at, (own, other) in enumerate(zip(found, parents, strict=True))]
    order = sorted(range(len(rows)), key=lambda at: rows[at].size)
    out = []
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        ids, parts = padded([rows[at] for at in chosen])
        spans = np.full(ids.shape, np.nan, np.float32)
        for number, at in enumerate(chosen):
            count = len(rows[at].ids)
            spans[number, 1 : count + 1] = marked(given[at], found[at].places, 0, count)
        out.append(_batch([given[at] for at in chosen], ids, parts, spans))
    return out


def _batch(given: Sequence[Example], ids: Ids, parts: Ids, spans: Floats) -> Batch:
    return Batch(
        ids,
        parts,
        np.stack([one.wanted for one in given]),
        np.stack([one.weight for one in given]),
        np.asarray([one.frame[0] for one in given], np.int64),
        np.asarray([one.frame[1] for one in given], np.float32),
        np.asarray([one.target[0] for one in given], np.int64),
        np.asarray([one.target[1] for one in given], np.float32),
        spans,
        np.asarray([one.fresh for one in given], np.bool_),
    )


def shuffled(found: list[Batch], draw: random.Random) -> Iterator[Batch]:
    """Yield the batches in random order: length must not go with time."""
    draw.shuffle(found)
    yield from found

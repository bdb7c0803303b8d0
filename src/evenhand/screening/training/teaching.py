"""Two models that were trained apart teach a third: it begins half-way between them and learns their mean answer.

Both began with the same pretrained weights, so what lies between them is a model too. What they disagree in tells which
labels nobody should learn by heart, and they answer also where nobody labelled: one network that holds what two know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from evenhand.screening.encoder import MODEL, Encoder
from evenhand.screening.outputs import CATEGORY_PART
from evenhand.screening.training.examples import Answers
from evenhand.screening.training.rounding import turned, turned_out
from evenhand.screening.training.rows import Row
from evenhand.screening.training.targets import categories
from evenhand.screening.views import read
from evenhand.text import Vocabulary, normalise

Array = NDArray[np.float32]
State = Mapping[str, Array]
# Per row, by the names of its set and itself: a probability per category.
Said = dict[tuple[str, str], Array]

# How much of a labelled answer is the teachers'; the rest is the label's.
TAUGHT: Final = 0.7
# Of our own sentences: their labels are surer than anybody's answer.
TAUGHT_OWN: Final = 0.4
CHUNK: Final = 512
_TABLES: Final = {"parts.weight": "part.table", "places.weight": "places"}
_THREE: Final = {"query": 0, "key": 1, "value": 2}


def floated(folder: Path, like: State) -> dict[str, Array]:
    """Return the weights of a package's 8-bit graph in float, under the names and in the shapes of `like`.

    What rounding lost stays lost; scores of a network with them are those of the graph but for what goes into its maps.
    """
    graph = onnx.load(folder / MODEL).graph
    held = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    found = {name: _one(name, held).reshape(value.shape) for name, value in like.items()}
    return {name: np.array(value, np.float32, order="C") for name, value in found.items()}


def _one(name: str, held: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    if name == "words.weight":
        return np.asarray(held["words"], np.float32) * np.asarray(held["word.scales"], np.float32)
    stem, end = name.rsplit(".", 1)
    layer, _, part = stem.rpartition(".")
    source = f"{layer}.query" if part in _THREE else stem
    if f"{source}.whole" not in held:
        return np.asarray(held[_TABLES.get(name, name)], np.float32)
    # The input of an older package's maps is divided by `even`; now it is turned, and what value gives as well.
    even = held.get(f"{source}.even")
    if end == "bias":
        found = np.asarray(held[f"{source}.bias"], np.float32).reshape(-1)
    else:
        rows = np.asarray(held[f"{source}.whole"], np.float32).T * np.asarray(held[f"{source}.scales"])[:, None]
        found = turned(rows) if even is None else rows * even
    if part in _THREE:
        found = np.split(found, 3)[_THREE[part]]
    return turned_out(found) if part == "value" and even is None else found


def between(one: State, other: State, share: float = 0.5) -> dict[str, Array]:
    """Return the weights that lie between two networks', `share` of the way from one to the other."""
    way = np.float32(share)
    return {name: (1 - way) * value + way * other[name] for name, value in one.items()}


def mean_answers(
    teachers: Sequence[Encoder], rows: Sequence[Row], words: Vocabulary, say: Callable[[str], None]
) -> Said:
    """Return per row, by set and id, the mean answer of the teachers: a probability per category.

    They read each text as it stands: whoever is taught is shown it disguised and dressed as well, and is to answer
    the same. Cost: 4 to 8 ms a row and teacher.
    """
    every = list({(row.dataset, row.id): row for row in rows}.values())
    said: Said = {}
    for start in range(0, len(every), CHUNK):
        some = every[start : start + CHUNK]
        views = [read(row.text, words).clear for row in some]
        above = [normalise(row.parent) if row.parent else None for row in some]
        raw = [[read.heads[:, CATEGORY_PART].max(axis=0) for read in one.read(views, above)] for one in teachers]
        mean = np.mean(np.asarray(raw, np.float64), axis=0)
        chances = (1 / (1 + np.exp(-mean))).astype(np.float32)
        said.update({(row.dataset, row.id): line for row, line in zip(some, chances, strict=True)})
        say(f"the teachers answered {len(said)} of {len(every)} rows")
    return said


def taught(said: Said, share: float = TAUGHT, *, fills: bool = True) -> Answers:
    """Return what a row is to answer: its labels and the teachers' answer mixed, theirs alone where nobody labelled.

    `share` is the teachers', TAUGHT_OWN at most for our own sentences. Without `fills` nothing is asked where nobody
    labelled.
    """

    def answers(row: Row) -> Sequence[float]:
        own = np.asarray(categories(row))
        theirs = said.get((row.dataset, row.id))
        if theirs is None:
            return list(own)
        mixed = min(share, TAUGHT_OWN) if row.dataset == "own" else share
        return list(np.where(np.isnan(own), theirs if fills else own, (1 - mixed) * own + mixed * theirs))

    return answers


def keep_answers(path: Path, said: Said) -> None:
    """Write the teachers' answers."""
    names = np.asarray(list(said), np.str_).reshape(-1, 2)
    np.savez_compressed(path, names=names, answers=np.stack(list(said.values())))


def kept_answers(path: Path) -> Said:
    """Return what `keep_answers` wrote."""
    with np.load(path, allow_pickle=False) as held:
        return {(one, other): line for (one, other), line in zip(held["names"].tolist(), held["answers"], strict=True)}

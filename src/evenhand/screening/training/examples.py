"""Rows as the encoder is fed them: one text drawn from the ways a row may look, and what it is to answer."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.screening.training import labels
from evenhand.screening.training.disguise import disguised, unpunctuated
from evenhand.screening.training.dressing import Spans, dressed
from evenhand.screening.training.rows import Part, Row
from evenhand.screening.training.targets import categories, frame, target
from evenhand.screening.views import read
from evenhand.screening.wording import worded
from evenhand.text import View, Vocabulary

Floats = NDArray[np.float32]
# What a row is to answer: a wanted probability per category, nan where unknown. Its labels, unless a teacher says it.
Answers = Callable[[Row], Sequence[float]]

# The share of showings that are disguised, stand among account names, tags and links (never in a set of which
# half does anyway), lose their punctuation, or get a parent that says nothing of them.
DISGUISED: Final = 0.18
DRESSED: Final = 0.28
FULL_DRESS: Final = frozenset({"mupid_political", "davidson"})
UNPUNCTUATED: Final = 0.08
STRANGE_PARENT: Final = 0.08
# How often a train row of a set is shown in one pass. Left out: sets whose label no head asks for.
PASSES: Final[Mapping[str, float]] = {
    "convabuse": 1.5,
    "davidson": 0.25,
    "edos": 1.0,
    "goemotions": 0.3,
    "hatemojibuild": 2.5,
    "hatexplain": 0.8,
    "identity_templates_en": 0.5,
    "identity_templates_intersectional_en": 0.25,
    "implicit_hate": 0.5,
    "measuring_hate_speech_sub": 0.6,
    "misogyny_eacl21": 0.6,
    "mupid_political": 0.7,
    "own": 4.0,
    "toxic_spans_typed": 1.0,
    "toxigen_annotated": 1.0,
    "toxigen_seeds": 1.0,
}
# How often all sentences of one own template are shown in one pass, together.
LINE_PASSES: Final = 12.0


@dataclass(frozen=True, slots=True)
class Example:
    """What one showing of a row gives the encoder.

    wanted: per category, nan where unknown. frame, target: number and how much it counts. spans: code points
    of the original, None where nobody marked any. weight: how much the row counts. fresh: whether a model that knows
    the other rows has yet to learn this one.
    """

    view: View
    parent: str
    wanted: Floats
    frame: tuple[int, float]
    target: tuple[int, float]
    spans: Sequence[tuple[int, int]] | None
    weight: Floats
    fresh: bool = False


def wording(text: str, words: Vocabulary) -> View:
    """Return the de-obfuscated view of a text in the encoder's wording."""
    return worded(read(text, words).clear)


def drawn(
    row: Row, words: Vocabulary, parents: Sequence[str], draw: random.Random, answers: Answers = categories
) -> Example:
    """Return one showing of a train row: as it is, disguised, dressed, without punctuation, or under some parent."""
    text = row.text
    spans: Spans | None = row.spans
    if draw.random() < DISGUISED:
        text, spans = disguised(text, draw), None
    elif draw.random() < UNPUNCTUATED and spans is None:
        text = unpunctuated(text)
    if row.dataset not in FULL_DRESS and draw.random() < DRESSED:
        text, spans = dressed(text, spans, draw)
    reading = read(text, words)
    view = worded(reading.plain if draw.random() < 0.3 else reading.clear)
    parent = row.parent or ""
    if not parent and parents and draw.random() < STRANGE_PARENT:
        parent = draw.choice(parents)
    one = example(row, view, parent, spans if row.dataset == "toxic_spans_typed" else None, words)
    return replace(one, wanted=np.asarray(answers(row), np.float32))


def example(row: Row, view: View, parent: str, spans: Sequence[tuple[int, int]] | None, words: Vocabulary) -> Example:
    """Return a row with a given view as an example."""
    wanted = np.asarray(categories(row), np.float32)
    weights = np.asarray([labels.weight(row, head) for head in labels.NAMES], np.float32)
    said = wording(parent, words).text if parent else ""
    return Example(view, said, wanted, frame(row), target(row), spans, weights)


def one_pass(rows: Sequence[Row], draw: random.Random) -> list[Row]:
    """Return the train rows of one pass in random order: each set as often as PASSES says."""
    shown = []
    lines = Counter(row.orig.get("line") for row in rows)
    for row in rows:
        times = PASSES.get(row.dataset, 0.0) if row.part is Part.TRAIN else 0.0
        if "line" in row.orig:  # a template counts by itself, not by how many sentences it was written out as
            times = min(times, LINE_PASSES / lines[row.orig["line"]])
        whole = int(times)
        shown += [row] * (whole + (draw.random() < times - whole))
    draw.shuffle(shown)
    return shown


def marked(example_: Example, places: Sequence[tuple[int, int]], first: int, count: int) -> Floats:
    """Return per token of a window 1 if it lies in a marked span, 0 if not; nan for all where nobody marked."""
    out = np.full(count, np.nan, np.float32)
    if example_.spans is None:
        return out
    for at, (begin, end) in enumerate(places[first : first + count]):
        left, right = example_.view.original(begin, end) if begin < end else (0, 0)
        out[at] = any(left < stop and start < right for start, stop in example_.spans)
    return out

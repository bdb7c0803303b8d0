"""How long encoders take, in turn in one run, and how far from float weights their raw scores lie.

    python benchmarks/encoders.py [--small] [--float DIR] [DIR ...]

Each DIR is a folder as `evenhand train` leaves it; the shipped one comes first and the others are told as a ratio to
it. --float names the float folder beside one of them: then the gap of raw category scores to its answers is printed,
over dev rows of the labelled sets under EVENHAND_SHARED (default ../shared). Rows are made up for the times, so only
their shapes count. Some minutes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from _bench import SHARED, TRAIN_SETS, table
from evenhand.screening.encoder import Encoder, load_encoder, shipped_encoder
from evenhand.screening.model import shipped
from evenhand.screening.outputs import CATEGORY_PART
from evenhand.screening.training.rows import Part, read_rows
from evenhand.screening.views import read, vocabulary
from evenhand.text import View

SHAPES = ((1, 28), (4, 28), (16, 28), (1, 62), (8, 20))  # rows and tokens of a run
# One dev row in so many, and at most so many in all.
STEP, MOST = 18, 1500


def times(encoders: Sequence[Encoder], rounds: int) -> Iterator[tuple[str, ...]]:
    """Yield per shape and encoder the milliseconds of a row, the best of some rounds, and the ratio to the first."""
    draw = np.random.default_rng(0)
    for rows, tokens in SHAPES:
        given = {
            "ids": draw.integers(1_000, 20_000, (rows, tokens)),
            "parts": np.zeros((rows, tokens), np.int64),
        }
        best = [float("inf")] * len(encoders)
        for turn in range(rounds):
            for number in range(len(encoders)):
                at = (turn + number) % len(encoders)  # each comes first as often
                one, turns = encoders[at], max(3, 60 // rows)
                one.session.run(None, given)
                began = time.perf_counter()
                for _ in range(turns):
                    one.session.run(None, given)
                best[at] = min(best[at], (time.perf_counter() - began) / turns / rows * 1e3)
        for one, taken in zip(encoders, best, strict=True):
            yield f"{rows} of {tokens} tokens", one.id, f"{taken:.2f}", f"{taken / best[0]:.3f}"


def dev_views() -> list[View]:
    words = vocabulary(shipped().model)
    rows = [row for name in TRAIN_SETS for row in read_rows(SHARED / "data/train" / f"{name}.jsonl.gz")]
    dev = [row for row in rows if row.part is Part.DEV][::STEP][:MOST]
    return [read(row.text, words).clear for row in dev]


def raw(encoder: Encoder, views: Sequence[View]) -> np.ndarray:
    """Return the highest raw score of each category over a post's windows, [posts, categories]."""
    return np.stack([one.heads.max(axis=0)[CATEGORY_PART] for one in encoder.read(views, [None] * len(views))])


def gaps(encoders: Sequence[Encoder], exact: Encoder, views: Sequence[View]) -> Iterator[tuple[str, ...]]:
    """Yield per encoder how far its raw scores lie from the float weights'."""
    wanted = raw(exact, views)
    for one in encoders:
        gap = np.abs(raw(one, views) - wanted)
        yield one.id, str(len(views)), f"{np.sqrt((gap**2).mean()):.3f}", f"{np.percentile(gap, 99):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="few rounds: a smoke test")
    parser.add_argument("--float", type=Path, metavar="DIR", dest="exact")
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR")
    options = parser.parse_args()
    encoders = [shipped_encoder().model, *(load_encoder(folder).model for folder in options.folders)]
    head = ("rows of a run", "encoder", "ms a row, one core", "ratio")
    print("\n".join(table("Time of a run", head, list(times(encoders, 2 if options.small else 12)))))
    if options.exact:
        exact = load_encoder(options.exact).model
        head = ("encoder", "dev rows", "gap, root mean square", "99th percentile")
        print("\n".join(table("Raw scores against float weights", head, list(gaps(encoders, exact, dev_views())))))


if __name__ == "__main__":
    main()

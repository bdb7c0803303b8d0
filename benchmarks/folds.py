"""Trainings of one short length beside each other: without our own sentences, and with answers of teachers from folds.

    python benchmarks/folds.py [--small] [--samples N] [--out DIR]     needs evenhand[train]

Each arm is the first leg of the recipe cut to N samples: the same pretrained weights, order, schedule and seed. For
distillation between folds the train rows are halved by their text, a teacher learns each half, and what it says of the
half that it never saw is mixed with the labels, half and half; in the last arm it also answers where nobody labelled.
Prints what the encoder alone says of dev rows; no test row is read. So short a training tells what a part does to
early learning, not what it would do at full length. About 20 ms a sample and core, six trainings, two of them half as
long; a stopped run goes on where it was.
"""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="two chunks of every twelfth row: a smoke test")
    parser.add_argument("--samples", type=int, default=12_288)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("folds"), help="where the state of each arm is kept")
    asked = parser.parse_args()
    if find_spec("torch") is None:
        print("skipped: evenhand[train] is not installed here.")
        return
    import _folds

    _folds.run(asked.out, 4096 if asked.small else asked.samples, asked.threads, small=asked.small)


if __name__ == "__main__":
    main()

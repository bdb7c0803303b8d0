"""Rows, verdicts and their cache for one run, and tables as they are printed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

import suites
from evenhand.screening import Screener, Verdict
from evenhand.screening.training.rows import BENIGN_SET, Part, Row, read_rows

SHARED = Path(os.environ.get("EVENHAND_SHARED", Path(__file__).resolve().parents[2] / "shared"))
SMALL_STEP = 12
TRAIN_SETS = sorted(path.name.removesuffix(".jsonl.gz") for path in (SHARED / "data/train").glob("*.jsonl.gz"))

Line = tuple[str, ...]


class Bench:
    """One detector with its verdicts on the reporting rows of each set, screened once."""

    def __init__(self, screener: Screener, *, step: int = 1) -> None:
        self.screener = screener
        self.step = step
        self._kept: dict[str, tuple[list[Row], list[Verdict]]] = {}

    def rows(self, dataset: str) -> list[Row]:
        folder = "eval" if (SHARED / "data/eval" / f"{dataset}.jsonl.gz").exists() else "train"
        found = list(read_rows(SHARED / "data" / folder / f"{dataset}.jsonl.gz"))
        return found[:: self.step]

    def test_rows(self, dataset: str) -> tuple[list[Row], list[Verdict]]:
        """Return the reporting rows of a set and their verdicts."""
        if dataset not in self._kept:
            rows = [row for row in self.rows(dataset) if row.part is Part.TEST]
            self._kept[dataset] = rows, self.screener.screen([row.text for row in rows], [row.parent for row in rows])
        return self._kept[dataset]

    def benign(self) -> list[Verdict]:
        rows, verdicts = self.test_rows(BENIGN_SET)
        return [v for row, v in zip(rows, verdicts, strict=True) if row.share("presumed_benign") == 1]

    def columns(self, suite: suites.Suite) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        """Return truth, flag and score of a suite's rows, and the share abstained (counted as not flagged)."""
        rows, verdicts = self.test_rows(suite.dataset)
        kept = [(suite.truth(row), v) for row, v in zip(rows, verdicts, strict=True) if suite.truth(row) is not None]
        truth = np.array([t for t, _ in kept], bool)
        flags = np.array([suite.flag(v) for _, v in kept], bool)
        scores = np.array([suite.score(v) for _, v in kept])
        return truth, flags, scores, sum(v.abstained is not None for _, v in kept) / max(len(kept), 1)


def table(title: str, head: Line, lines: Sequence[Line]) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for line in lines:
        yield "| " + " | ".join(line) + " |"

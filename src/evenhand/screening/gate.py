"""The gate of bulk work: the linear model says of which posts the full model would say nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.screening.model import GATE, HEADS, Package
from evenhand.screening.ruling import rulings
from evenhand.screening.scoring import Scored, score
from evenhand.text import View


@dataclass(frozen=True, slots=True)
class Gate:
    """The linear model with the weights and the cut-off fixed for one full model.

    `table` holds a weight per raw score and the cut-off: a post passes if the weighted sum of its raw scores
    reaches it, or a rule hits. Fixed on dev rows so that few true positives of the full model are lost; counted
    on halves of them that did not fix it.
    """

    package: Package
    table: Mapping[str, float]

    def passes(self, posts: Sequence[Sequence[View]]) -> tuple[list[bool], list[Scored]]:
        """Return per post (its views) whether the full model is to read it, and what the gate says of it."""
        scored = score(self.package, posts)
        raw = np.asarray([one.raw for one in scored]).reshape(len(scored), -1 if scored else len(HEADS))
        sums = gate_sums(raw, self.table)
        loud = [bool(z >= self.table["cut"] or one.hits) for z, one in zip(sums, scored, strict=True)]
        return [is_loud or bool(rulings(views)) for is_loud, views in zip(loud, posts, strict=True)], scored


def gate_sums(raw: NDArray[np.float64], table: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the gate's sum per row of raw scores [posts, heads, and the gate's own column if there is one]."""
    return np.asarray(raw @ np.asarray([table[name] for name in names_of(raw)]), np.float64)


def names_of(raw: NDArray[np.float64]) -> tuple[str, ...]:
    """Return what the columns of raw scores are called in the gate's table."""
    return (*HEADS, GATE)[: raw.shape[1]]

"""Calibration of what is published: a logistic of the raw score times a share that other heads have fixed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from evenhand.screening.model import Platt

Floats = NDArray[np.float64]


def fitted_product(start: Platt, raw: Floats, share: Floats, truth: Floats, weights: Floats) -> Platt:
    """Return the calibration under which share / (1 + exp(-z)) is likeliest, z = slope * raw + offset.

    `truth` holds 1 and 0, nan for unknown. A plain logistic fit would be right for z alone, and too low once the
    share has lowered it. Rows are asked for Platt's targets, a little less than sure: a handful of positives that stand
    clear of the rest would else make every score 0 or 1, and no threshold could tell 1 from 1 (Platt 1999, §2.2).
    """
    use = ~np.isnan(truth)
    z, part, said, weight = raw[use], share[use], truth[use] == 1, weights[use]
    if len(set(said.tolist())) < 2:
        return start

    aim = np.where(said, (said.sum() + 1) / (said.sum() + 2), 1 / ((~said).sum() + 2))

    def unlikely(at: Floats) -> float:
        chance = part / (1 + np.exp(-np.clip(at[0] * z + at[1], -40, 40)))
        chance = np.clip(chance, 1e-6, 1 - 1e-6)
        return -float((weight * (aim * np.log(chance) + (1 - aim) * np.log1p(-chance))).sum() / weight.sum())

    found = minimize(unlikely, np.asarray([start.slope, start.offset]), method="Nelder-Mead", tol=1e-6)
    return Platt(round(float(found.x[0]), 6), round(float(found.x[1]), 6))

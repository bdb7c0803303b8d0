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
    share has lowered it.
    """
    use = ~np.isnan(truth)
    z, part, said, weight = raw[use], share[use], truth[use] == 1, weights[use]
    if len(set(said.tolist())) < 2:
        return start

    def unlikely(at: Floats) -> float:
        chance = part / (1 + np.exp(-np.clip(at[0] * z + at[1], -40, 40)))
        chance = np.clip(chance, 1e-6, 1 - 1e-6)
        return -float((weight * np.where(said, np.log(chance), np.log1p(-chance))).sum() / weight.sum())

    found = minimize(unlikely, np.asarray([start.slope, start.offset]), method="Nelder-Mead", tol=1e-6)
    return Platt(round(float(found.x[0]), 6), round(float(found.x[1]), 6))

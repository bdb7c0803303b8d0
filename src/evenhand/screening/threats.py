"""The probability of a threat: which kinds of rule hit, and how abusive the post reads otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.screening.model import HEADS, Calibration, Platt
from evenhand.screening.rules import ThreatKind

# Columns of the logistic table that is fixed on dev rows, in order.
COLUMNS = (*ThreatKind, "abuse", "identity_attack")
_IDENTITY = Platt(1.0, 0.0)


def threat_columns(raw: Sequence[float], kinds: Sequence[ThreatKind]) -> list[float]:
    """Return one post's row for the logistic table: 1 per kind that hit, then its clipped raw scores."""
    scores = [min(4.0, max(-4.0, float(raw[HEADS.index(head)]))) for head in ("abuse", "identity_attack")]
    return [*(1.0 if kind in kinds else 0.0 for kind in ThreatKind), *scores]


def threat_score(fixed: Calibration, raw: Sequence[float], kinds: Sequence[ThreatKind]) -> float:
    """Return the calibrated probability of a threat.

    Without a rule that hit and can explain itself the score stays under the published threshold.
    """
    *_, abuse, identity = threat_columns(raw, ())
    table = fixed.threat
    z = table["constant"] + table["abuse"] * abuse + table["identity_attack"] * identity
    z += sum(table[kind] for kind in ThreatKind if kind in kinds) if kinds else 0.0
    score = _IDENTITY.probability(z)
    return score if kinds else min(score, max(0.0, round(fixed.thresholds["threat"] - 1e-6, 6)))

"""What is fixed on dev rows, and on nothing else: calibrations, thresholds, the span cut-off, the threat table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evenhand.screening.features import tokenise
from evenhand.screening.model import HEADS, SPAN_COLUMN, Calibration, LinearModel, Platt
from evenhand.screening.rules import ThreatKind, find_threats
from evenhand.screening.threats import COLUMNS, threat_columns, threat_score
from evenhand.screening.training.fit import word_rows
from evenhand.screening.training.labels import HEADS as LABELS
from evenhand.screening.training.labels import threat
from evenhand.screening.training.rows import Part, Row
from evenhand.screening.views import read, vocabulary
from evenhand.screening.words import canon
from evenhand.text import normalise

# The share of benign threshold rows a head may flag; its threshold is the lowest that keeps to it.
BENIGN_SHARE: Final = {"abuse": 0.01, "identity_attack": 0.01, "threat": 0.002}
CHUNK: Final = 256

Floats = NDArray[np.float64]


def raw_of(model: LinearModel, texts: Sequence[str]) -> tuple[Floats, list[tuple[ThreatKind, ...]]]:
    """Return raw scores (best view per head) and the threat kinds of some texts, as the screener reads them."""
    words = vocabulary(model)
    rows: list[Floats] = []
    kinds: list[tuple[ThreatKind, ...]] = []
    for start in range(0, len(texts), CHUNK):
        readings = [read(text, words) for text in texts[start : start + CHUNK]]
        raw = model.raw_scores(tokenise([view.text for reading in readings for view in reading.views], canon()))
        at = 0
        for reading in readings:
            rows.append(raw[at : at + len(reading.views)].max(axis=0))
            at += len(reading.views)
            kinds.append(tuple(sorted({hit.rule.kind for view in reading.views for hit in find_threats(view.text)})))
    return np.asarray(rows).reshape(len(texts), -1)[:, : len(HEADS)], kinds


def calibrate(model: LinearModel, rows: Sequence[Row], benign: Sequence[Row]) -> Calibration:
    """Return everything fixed on dev rows. `benign` are the benign tweets whose rows may set thresholds."""
    dev = [row for row in rows if row.part is Part.DEV]
    raw, kinds = raw_of(model, [row.text for row in dev])
    quiet, quiet_kinds = raw_of(model, [row.text for row in benign])
    heads, thresholds = {}, {}
    for column, head in enumerate(HEADS):
        labels = [LABELS[head](row) for row in dev]
        heads[head] = platt(raw[:, column], labels)
        scores = [heads[head].probability(z) for z in quiet[:, column]]
        if head in BENIGN_SHARE:
            thresholds[head] = quiet_threshold(scores, BENIGN_SHARE[head])
        else:
            own = [heads[head].probability(z) for z in raw[:, column]]
            thresholds[head] = best_threshold(own, [row.share("uncivil") for row in dev])
    table = threat_table(raw, kinds, [threat(row) for row in dev])
    draft = Calibration(heads, {**thresholds, "threat": 1.0}, 0.0, table)
    thresholds["threat"] = _threat_threshold(draft, quiet, quiet_kinds)
    return Calibration(heads, thresholds, span_cut(model, dev), table)


def platt(z: Floats, labels: Sequence[int | None]) -> Platt:
    """Return the logistic calibration of raw scores on the rows whose label is known."""
    use = [index for index, label in enumerate(labels) if label is not None]
    given = np.asarray([labels[index] for index in use], np.int64)
    if len(set(given.tolist())) < 2:
        return Platt(1.0, 0.0)
    fitted = LogisticRegression(C=1e6, max_iter=200).fit(z[use].reshape(-1, 1), given)
    return Platt(round(float(fitted.coef_[0, 0]), 6), round(float(fitted.intercept_[0]), 6))


def quiet_threshold(scores: Sequence[float], share: float) -> float:
    """Return the lowest threshold (rounded up to 3 places) that flags at most this share of benign rows."""
    if not scores:
        return 0.5
    ranked = sorted(scores, reverse=True)
    allowed = int(share * len(ranked))
    return min(0.999, math.floor(ranked[min(allowed, len(ranked) - 1)] * 1000 + 1) / 1000)


def best_threshold(scores: Sequence[float], labels: Sequence[float | None]) -> float:
    """Return the threshold (a multiple of .01) with the best macro-F1 on the labelled rows."""
    known = [(score, label >= 0.5) for score, label in zip(scores, labels, strict=True) if label is not None]
    if not known:
        return 0.5
    p = np.asarray([score for score, _ in known])
    y = np.asarray([label for _, label in known])
    return max((round(t / 100, 2) for t in range(5, 96)), key=lambda t: (macro_f1(y, p >= t), -t))


def macro_f1(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    """Return the mean of the two classes' F1 (0 where a class is never right)."""
    out = []
    for side in (True, False):
        right = int(((truth == side) & (said == side)).sum())
        either = int((truth == side).sum() + (said == side).sum())
        out.append(2 * right / either if either else 0.0)
    return sum(out) / 2


def threat_table(raw: Floats, kinds: Sequence[Sequence[ThreatKind]], labels: Sequence[int | None]) -> dict[str, float]:
    """Return the logistic weights of rule kinds and head scores on the dev rows whose threat label is known."""
    use = [index for index, label in enumerate(labels) if label is not None]
    given = np.asarray([labels[index] for index in use], np.int64)
    if len(set(given.tolist())) < 2:
        return {**{str(name): 1.0 for name in COLUMNS}, "constant": -3.0}
    table = np.asarray([threat_columns(raw[index], kinds[index]) for index in use])
    fitted = LogisticRegression(C=10.0, max_iter=500).fit(table, given)
    out = {str(name): round(float(value), 6) for name, value in zip(COLUMNS, fitted.coef_[0], strict=True)}
    return {**out, "constant": round(float(fitted.intercept_[0]), 6)}


def _threat_threshold(draft: Calibration, quiet: Floats, kinds: Sequence[Sequence[ThreatKind]]) -> float:
    hits = [threat_score(draft, raw, found) for raw, found in zip(quiet, kinds, strict=True) if found]
    misses = [0.0] * (len(quiet) - len(hits))
    return max(0.05, quiet_threshold(hits + misses, BENIGN_SHARE["threat"]))


def span_cut(model: LinearModel, dev: Sequence[Row]) -> float:
    """Return the span score whose words give the best F1 on the dev rows with spans (by word)."""
    rows = [row for row in dev if row.dataset == "toxic_spans_typed" and row.spans]
    if not rows:
        return 0.0
    _, labels = word_rows(rows)
    scores = np.concatenate(
        [model.word_scores(tokenise([normalise(row.text).text], canon()))[:, SPAN_COLUMN] for row in rows]
    )
    truth = labels == 1
    return max((step / 20 for step in range(-80, 81)), key=lambda cut: (_f1(truth, scores >= cut), -cut))


def _f1(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    both = int((truth & said).sum())
    total = int(truth.sum() + said.sum())
    return 2 * both / total if total else 0.0

"""Fitting: hashed matrices, logistic heads, whole-number weights. Deterministic: no random start, one thread order."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it ships no types

from evenhand.screening.features import Feature, Tokens, UInt, families, tokenise, word_hash
from evenhand.screening.model import (
    BITS,
    COLUMNS,
    HEADS,
    NORM_COLUMN,
    NORM_SCALE,
    SPAN_COLUMN,
    LinearModel,
)
from evenhand.screening.training.labels import HEADS as LABELS
from evenhand.screening.training.labels import weight
from evenhand.screening.training.rows import Part, Row
from evenhand.screening.words import canon
from evenhand.text import normalise

CHUNK: Final = 512
# Inverse of the regularisation, and how far the fit is taken. Chosen on dev rows.
STRENGTH: Final = 3.0
STEPS: Final = 100
SPAN_STRENGTH: Final = 1.0
LEAST_POSTS: Final = 2
KNOWN_POSTS: Final = 20
MOST: Final = 32000


def counts_matrix(texts: Sequence[str]) -> Any:
    """Return how often each bucket occurs: a sparse matrix, one row per text in normal form."""
    blocks = []
    for start in range(0, len(texts), CHUNK):
        tokens = tokenise(texts[start : start + CHUNK], canon())
        found = families(tokens)
        blocks.append(_counts(found, [feature.post for feature in found], tokens.posts))
    return sparse.vstack(blocks).tocsr()


def _counts(found: Sequence[Feature], rows: Sequence[NDArray[np.int64]], height: int) -> Any:
    bucket = np.concatenate([feature.hashes for feature in found]) >> np.uint32(32 - BITS)
    row = np.concatenate(list(rows))
    ones = np.ones(len(bucket), np.float32)
    return sparse.coo_matrix((ones, (row, bucket.astype(np.int32))), shape=(height, 1 << BITS)).tocsr()


def squared_weights(counts: Any) -> NDArray[np.int64]:
    """Return per bucket how rare it is: log(posts / posts with it) as a whole number of 1/2048ths.

    0 for buckets seen in fewer than two posts: they count neither as evidence nor as length.
    """
    posts = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.where(posts >= LEAST_POSTS, np.log((counts.shape[0] + 1) / (posts + 1)), 0.0)
    return np.asarray(np.minimum(np.rint(rarity * NORM_SCALE), MOST), np.int64)


def normed(counts: Any, squared: NDArray[np.int64]) -> Any:
    """Return the matrix that the fit sees: counts times rarity's root, each row over its length."""
    rarity = np.sqrt(squared / NORM_SCALE).astype(np.float32)
    length = np.sqrt(np.maximum(counts @ (squared / NORM_SCALE), 1.0))
    return sparse.diags((1.0 / length).astype(np.float32)) @ counts @ sparse.diags(rarity)


def fit_head(matrix: Any, rows: Sequence[Row], head: str) -> tuple[NDArray[np.float64], float]:
    """Return coefficients and constant of one head, fitted on the rows whose label is known."""
    given = [LABELS[head](row) for row in rows]
    use = np.flatnonzero([label is not None for label in given])
    labels = np.asarray([given[index] for index in use.tolist()], np.int64)
    weights = np.asarray([weight(rows[index], head) for index in use.tolist()])
    return logistic(matrix[use], labels, weights, STRENGTH)


def logistic(
    matrix: Any, labels: NDArray[np.int64], weights: NDArray[np.float64], strength: float
) -> tuple[NDArray[np.float64], float]:
    """Return coefficients and constant of a logistic fit."""
    fitted = LogisticRegression(C=strength, max_iter=STEPS, tol=1e-4, solver="lbfgs")
    # One thread: the order of a sum, and so its last digit, must not depend on the number of cores.
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")  # the number of steps is fixed on purpose
        fitted.fit(matrix, labels, sample_weight=weights)
    return np.asarray(fitted.coef_[0], np.float64), float(fitted.intercept_[0])


def word_rows(rows: Sequence[Row]) -> tuple[Any, NDArray[np.int64]]:
    """Return one matrix row per word of the rows with spans (its own features), and whether it is in a span."""
    blocks, labels = [], []
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        views = [normalise(row.text) for row in part]
        tokens = tokenise([view.text for view in views], canon())
        found = families(tokens)
        features = [feature for feature in found for _ in feature.words]
        words = [touched for feature in found for touched in feature.words]
        blocks.append(_counts(features, words, len(tokens.begin)))
        labels.append(_in_span(part, tokens))
    return sparse.vstack(blocks).tocsr(), np.concatenate(labels)


def _in_span(rows: Sequence[Row], tokens: Tokens) -> NDArray[np.int64]:
    out = np.zeros(len(tokens.begin), np.int64)
    for word, post in enumerate(tokens.post.tolist()):
        view = normalise(rows[post].text)
        offset = int(tokens.first[post])
        begin, end = view.original(int(tokens.begin[word]) - offset, int(tokens.end[word]) - offset)
        out[word] = any(begin < stop and start < end for start, stop in rows[post].spans or ())
    return out


def fit_model(rows: Sequence[Row], say: Callable[[str], None]) -> LinearModel:
    """Return the model fitted on the train rows. `say` hears each step. Memory: about 2 GB for all sets."""
    train = [row for row in rows if row.part is Part.TRAIN]
    texts = [normalise(row.text).text for row in train]
    counts = counts_matrix(texts)
    squared = squared_weights(counts)
    matrix = normed(counts, squared)
    rarity = np.sqrt(squared / NORM_SCALE)
    columns, scales, biases = np.zeros((1 << BITS, COLUMNS), np.int16), [], []
    for column, head in enumerate(HEADS):
        say(f"fitting {head}")
        coefficients, constant = fit_head(matrix, train, head)
        columns[:, column], scale = whole(coefficients * rarity)
        scales.append(scale)
        biases.append(constant)
    say("fitting spans")
    with_spans = [row for row in train if row.dataset == "toxic_spans_typed" and row.spans is not None]
    found, labels = word_rows(with_spans)
    coefficients, constant = logistic(normed(found, squared), labels, np.ones(len(labels)), SPAN_STRENGTH)
    columns[:, SPAN_COLUMN], scale = whole(coefficients * rarity)
    columns[:, NORM_COLUMN] = squared
    return LinearModel(columns, (*scales, scale), (*biases, constant), known_words(texts))


def whole(values: NDArray[np.float64]) -> tuple[NDArray[np.int16], float]:
    """Return values as whole numbers and what they were multiplied with."""
    scale = float(np.floor(MOST / max(float(np.abs(values).max()), 1e-9)))
    return np.rint(values * scale).astype(np.int16), scale


def known_words(texts: Sequence[str]) -> UInt:
    """Return the sorted hashes of words that at least KNOWN_POSTS train texts use; only hashes are kept."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update({word for word in "".join(c if c.isalnum() else " " for c in text).split() if word.isalpha()})
    hashes = [word_hash(word) for word, count in seen.items() if count >= KNOWN_POSTS]
    return np.unique(np.asarray(hashes, np.uint32))

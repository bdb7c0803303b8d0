"""From one number per token to the words shown: code points of the very string given."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from evenhand.screening.encoder import Read

# Signs of the wording that stand for people and links: named elsewhere, never evidence.
_SIGNS: Final = frozenset("@→†‡…")
# Where no word reaches the cut-off the strongest is shown, and those nearly as strong.
NEAR: Final = 0.7
MOST_WORDS: Final = 6


def shown_spans(read: Read, cut: float, near: float = math.inf) -> list[tuple[int, int]]:
    """Return [begin, end) of the original for the words over the cut-off; never empty if there is a word.

    Neighbouring words become one span; see over_cut for `near`.
    """
    words = _words(read)
    if not words:
        return []
    scores = np.asarray([score for _, _, score in words])
    chosen = np.flatnonzero(scores >= max(cut, scores.max() - near))
    if not len(chosen):
        strong = np.flatnonzero(scores >= scores.max() - NEAR)
        chosen = strong[np.argsort(-scores[strong], kind="stable")[:MOST_WORDS]]
        chosen.sort()
    return _joined(read, words, chosen.tolist())


def over_cut(read: Read, cut: float, near: float = math.inf) -> list[tuple[int, int]]:
    """Return the words at or over the cut-off and at most `near` below the strongest of the post; may be empty."""
    words = _words(read)
    least = max(cut, max((score for _, _, score in words), default=cut) - near)
    return _joined(read, words, [at for at, (_, _, score) in enumerate(words) if score >= least])


def _words(read: Read) -> list[tuple[int, int, float]]:
    """Return begin and end in the view and the highest score of the pieces of each word, signs left out."""
    text = read.view.text
    words: list[tuple[int, int, float]] = []
    for (begin, end), score in zip(read.pieces.places, read.marks.tolist(), strict=True):
        if begin >= end or text[begin:end] in _SIGNS:
            continue
        inside = words and words[-1][1] == begin and text[begin - 1].isalnum() and text[begin].isalnum()
        if inside:
            words[-1] = (words[-1][0], end, max(words[-1][2], score))
        else:
            words.append((begin, end, score))
    return words


def _joined(read: Read, words: list[tuple[int, int, float]], chosen: list[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    previous = -2
    for at in chosen:
        begin, end = read.view.original(words[at][0], words[at][1])
        if spans and (at == previous + 1 or begin <= spans[-1][1]):
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((begin, end))
        previous = at
    return spans

"""How alike two sentences are, and a search for the near-equals of many sentences among many rows."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import nsmallest

LIMIT = 0.8
GRAM = 5
Pieces = frozenset[str]


def folded_words(text: str) -> list[str]:
    """Return the words of a text without case, accents and signs."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return kept.split()


def word_set(text: str) -> Pieces:
    """Return the different words of a text."""
    return frozenset(folded_words(text))


def gram_set(text: str) -> Pieces:
    """Return the different runs of five characters of a text, spaces counted."""
    line = " ".join(folded_words(text))
    return frozenset(line[at : at + GRAM] for at in range(max(1, len(line) - GRAM + 1))) if line else frozenset()


def jaccard(one: Pieces, other: Pieces) -> float:
    """Return the share of the pieces of two sets that they have in common."""
    return len(one & other) / len(one | other) if one or other else 0.0


def near_equals(own: Sequence[str], rows: Iterable[str]) -> Iterator[tuple[str, str, float]]:
    """Yield (own sentence, row, likeness) for every pair as alike as LIMIT in words or in runs of characters.

    Cost: one pass over the rows. Two sets as alike as t share a piece among the rarest (1 - t)n + 1 of each, counted in
    one order for both, so only these few are looked up.
    """
    texts = list(rows)
    for pieces in (word_set, gram_set):
        yield from _near(own, texts, pieces)


def _near(own: Sequence[str], rows: list[str], pieces: Callable[[str], Pieces]) -> Iterator[tuple[str, str, float]]:
    sets = [pieces(text) for text in own]
    counts = Counter(piece for one in sets for piece in one)
    index: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(sets):
        for piece in _rarest(one, counts):
            index[piece].append(number)
    longest = max((len(one) for one in sets), default=0) / LIMIT
    for text in rows:
        row = pieces(text[:2_000])
        if not row or len(row) > longest:
            continue
        for number in {number for piece in _rarest(row, counts) for number in index.get(piece, ())}:
            small, large = sorted((len(sets[number]), len(row)))
            likeness = jaccard(sets[number], row) if small >= LIMIT * large else 0.0
            if likeness >= LIMIT:
                yield own[number], text, likeness


def _rarest(one: Pieces, counts: Counter[str]) -> list[str]:
    return nsmallest(int((1 - LIMIT) * len(one) + 1e-9) + 1, one, key=lambda piece: (counts[piece], piece))

"""The counterfactual swap test of a refit (INV-35): one listed word for its counterpart must change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evenhand.categories import Category
from evenhand.screening.local.apply import Detector
from evenhand.screening.own_text import sentences
from evenhand.screening.verdict import Verdict

# The pairs of benchmarks/screening.py.
SWAPS: Final = (
    ("muslims", "christians"), ("muslim", "christian"), ("women", "men"), ("woman", "man"), ("gay", "straight"),
    ("he", "she"), ("black", "white"), ("immigrants", "pensioners"), ("liberals", "conservatives"),
    ("socialists", "nationalists"), ("disabled", "elderly"), ("mother", "father"),
)  # fmt: skip
LEAST_SAME: Final = 0.95
MOST_GAP: Final = 0.05
LEAST_PAIRS: Final = 50
MOST_PAIRS: Final = 300


@dataclass(frozen=True, slots=True)
class SwapReport:
    """How many pairs were tried, the share of them with equal flags, and the mean of their largest score gap."""

    pairs: int
    same: float
    gap: float

    @property
    def holds(self) -> bool:
        """Whether the row of SCREENING §4 holds."""
        return self.pairs >= LEAST_PAIRS and self.same >= LEAST_SAME and self.gap <= MOST_GAP

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"pairs": self.pairs, "same": round(self.same, 4), "gap": round(self.gap, 4)}


def swap_pairs(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return (text, the same with one word swapped), in the order of the texts; both in single spaces."""
    found: dict[tuple[str, str], None] = {}
    for text in texts:
        words = text.split()
        lowered = [word.lower() for word in words]
        for pair in (*SWAPS, *((b, a) for a, b in SWAPS)):
            if pair[0] in lowered:
                swapped = [pair[1] if low == pair[0] else word for word, low in zip(words, lowered, strict=True)]
                found[" ".join(words), " ".join(swapped)] = None
    return list(found)


def shipped_pairs(also: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return at most MOST_PAIRS pairs: those of `also` (the examples) first, then of our own sentences, spread out."""
    theirs = swap_pairs(also)[: MOST_PAIRS // 2]
    ours = swap_pairs(sentence.text for sentence in sentences())
    room = MOST_PAIRS - len(theirs)
    return theirs + ours[:: max(1, -(-len(ours) // room))]


def swap_test(detector: Detector, pairs: Sequence[tuple[str, str]]) -> SwapReport:
    """Return how a detector stands the test. Cost: two posts a pair."""
    verdicts = detector.screen([text for pair in pairs for text in pair])
    both = list(zip(verdicts[0::2], verdicts[1::2], strict=True))
    same = sum(one.flags == other.flags for one, other in both)
    gaps = [_gap(one, other) for one, other in both]
    count = max(1, len(pairs))
    return SwapReport(len(pairs), same / count, sum(gaps) / count)


def _gap(one: Verdict, other: Verdict) -> float:
    return max(abs((one.scores.get(c) or 0.0) - (other.scores.get(c) or 0.0)) for c in Category)

"""Where any of many texts stands in bytes, in one pass however many they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Final

import numpy as np

_START: Final = 8
"""So many bytes of a form are compared at once; none is shorter (see `LEAST`)."""


class Needles:
    """Texts to be found, each in any of its forms.

    Cost: some 5 ms a MiB for a few texts, some 50 for thousands (`bytes.count` takes that for each hundred forms).
    """

    def __init__(self, forms: Mapping[str, Collection[bytes]]) -> None:
        """Take each text with the bytes it may stand as, at least eight each."""
        self._by_start: dict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
        for text, each in forms.items():
            for form in each:
                self._by_start[form[:_START]].append((form, text))
        self.longest = max((len(form) for each in forms.values() for form in each), default=0)
        self._starts = np.sort(np.frombuffer(b"".join(self._by_start), np.uint64))
        # Nearly every place is ruled out by its first two bytes, without a search.
        self._pairs = np.zeros(1 << 16, np.bool_)
        self._pairs[self._starts.view(np.uint16)[:: _START // 2]] = True

    def count(self, data: bytes, since: int = 0) -> Counter[str]:
        """Return how often each text stands in `data`; what ends at `since` or before it was counted before."""
        found: Counter[str] = Counter()
        if not len(self._starts) or len(data) < _START:
            return found
        places = len(data) - _START + 1
        pairs = np.ndarray(places, np.uint16, data, strides=(1,))
        likely = np.flatnonzero(self._pairs[pairs])
        here = np.ndarray(places, np.uint64, data, strides=(1,))[likely]
        nearest = np.minimum(np.searchsorted(self._starts, here), len(self._starts) - 1)
        for place in likely[self._starts[nearest] == here].tolist():
            for form, text in self._by_start[data[place : place + _START]]:
                if place + len(form) > since and data.startswith(form, place):
                    found[text] += 1
        return found

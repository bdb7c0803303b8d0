"""Counting what was met before: as a Counter does, in memory, growing, and out of memory."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from evenhand.posts.seen import IN_MEMORY, Seen


@pytest.mark.parametrize("in_memory", [IN_MEMORY, 1 << 10], ids=["in memory", "in a file"])
def test_it_counts_as_a_counter_does(in_memory: int) -> None:
    seen, counter = Seen(in_memory=in_memory), Counter[bytes]()
    for number in range(12_000):
        digest = hashlib.sha1(str(number * number % 9_001).encode(), usedforsecurity=False).digest()
        assert seen.count(digest) == counter[digest]
        counter[digest] += 1
    assert len(counter) > 4_000 and max(counter.values()) > 2


def test_a_digest_of_zeros_is_counted_too() -> None:
    seen = Seen()
    assert [seen.count(bytes(20)) for _ in range(3)] == [0, 1, 2]

"""Spans as the original counts them: UTF-16 code units of the text as received, never cutting a grapheme cluster.

Clusters by Unicode Standard Annex 29, widened where an exact rule would need the full property tables: what is
never cut here includes every extended grapheme cluster, and now and then one neighbour more.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import Final

Pair = tuple[int, int]

_MARKS: Final = frozenset({"Mn", "Mc", "Me"})
_JOINER: Final = "\u200d"
_EXTENDS: Final = re.compile("[\u200c\u200d\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_PREPENDS: Final = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3\U000113d1"
    "\U0001193f\U00011941\U00011a3a\U00011a84-\U00011a89\U00011d46\U00011f02]"
)
_HANGUL_LEADS: Final = re.compile("[\u1100-\u115f\ua960-\ua97c]")
_HANGUL: Final = re.compile("[\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb]")
_HANGUL_TAILS: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][\"'”’)\]])\s+|\s*\n\s*|(?<=[。！？])(?=.)")
MOST_SENTENCES: Final = 64


def utf16_offsets(text: str) -> list[int]:
    """Return for each code point position 0…len(text) its place in UTF-16 code units. A lone surrogate counts 1."""
    return [0, *accumulate(2 if letter > "\uffff" else 1 for letter in text)]


def boundaries(text: str) -> list[int]:
    """Return the positions between grapheme clusters, 0 and len(text) included. Cost: linear."""
    found = [0]
    flags = 0  # regional indicators since the last one that closed a pair
    for at in range(1, len(text)):
        before, here = text[at - 1], text[at]
        flags = flags + 1 if _is_flag(before) else 0
        if not _joined(before, here) and not (_is_flag(here) and flags % 2):
            found.append(at)
    return [*found, len(text)] if text else found


def _is_flag(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _joined(before: str, here: str) -> bool:
    """Return whether two neighbours belong to one cluster, regional indicators aside."""
    if before.isascii() and here.isascii():
        return before == "\r" and here == "\n"
    if unicodedata.category(here) in _MARKS or _EXTENDS.match(here):
        return before not in "\r\n"
    if before == _JOINER or unicodedata.combining(before) == 9 or _PREPENDS.match(before):
        return True
    hangul = _HANGUL.match(before)
    return bool(hangul and (_HANGUL_TAILS.match(here) or (_HANGUL_LEADS.match(before) and _HANGUL.match(here))))


def widened(spans: Iterable[Pair], text: str) -> list[Pair]:
    """Return spans of code points widened to whole clusters, sorted and disjoint; overlapping ones are joined."""
    edges = boundaries(text)
    out: list[Pair] = []
    for begin, end in sorted(spans):
        low = edges[max(0, bisect_right(edges, begin) - 1)]
        high = edges[min(len(edges) - 1, bisect_left(edges, end))]
        if out and low < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return out


def to_utf16(spans: Iterable[Pair], text: str) -> list[Pair]:
    """Return spans of code points as spans of UTF-16 code units."""
    offsets = utf16_offsets(text)
    return [(offsets[begin], offsets[end]) for begin, end in spans]


def sentences(text: str) -> list[Pair]:
    """Return the sentences of a text as code points, white space around them left out.

    At most MOST_SENTENCES, the last one holding the rest; the whole text if there is none. Cost: linear.
    """
    cuts = [(0, 0), *(match.span() for match in _BETWEEN_SENTENCES.finditer(text)), (len(text), len(text))]
    pieces = [(left[1], right[0]) for left, right in pairwise(cuts)]
    found = [(begin, end) for begin, end in pieces if not text[begin:end].isspace() and begin < end]
    if len(found) > MOST_SENTENCES:
        found[MOST_SENTENCES - 1 :] = [(found[MOST_SENTENCES - 1][0], found[-1][1])]
    return widened(found, text) if len(found) > 1 else [(0, len(text))]

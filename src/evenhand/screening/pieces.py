"""From posts in the encoder's wording to rows of token ids: windows, parents, padding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Ids = NDArray[np.int64]

BEGIN: Final = 101
END: Final = 102
# Tokens of the post one window holds, how far the next window is from it, and what is kept of a parent.
WINDOW: Final = 62
STRIDE: Final = 46
PARENT: Final = 24
# A longer post is read in its first windows: about 2,300 tokens, far beyond what any platform allows.
MOST_WINDOWS: Final = 50


@dataclass(frozen=True, slots=True)
class Pieces:
    """The tokens of one text: ids and the characters [begin, end) of each in the text encoded."""

    ids: tuple[int, ...]
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Window:
    """One row for the encoder: which post it is of, where in its tokens it begins, its ids and the parent's."""

    post: int
    first: int
    ids: tuple[int, ...]
    parent: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Return how many tokens the row has without padding."""
        return len(self.ids) + 2 + (len(self.parent) + 1 if self.parent else 0)


def load_tokenizer(path: Path) -> Tokenizer:
    """Return the tokeniser of a tokenizer.json, without padding or truncation: windows are cut here."""
    found = Tokenizer.from_file(str(path))
    found.no_padding()
    found.no_truncation()
    return found


def pieces(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Pieces]:
    """Return the tokens of some texts. Cost: about 30 µs a post."""
    found: list[Any] = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [Pieces(tuple(one.ids), tuple(one.offsets)) for one in found]


def windows(post: int, ids: Sequence[int], parent: Sequence[int] = ()) -> list[Window]:
    """Return the rows that cover a post's tokens; one for most posts."""
    kept = tuple(parent[-PARENT:])
    starts = [0]
    while starts[-1] + WINDOW < len(ids) and len(starts) < MOST_WINDOWS:
        starts.append(starts[-1] + STRIDE)
    return [Window(post, start, tuple(ids[start : start + WINDOW]), kept) for start in starts]


def padded(rows: Sequence[Window], width: int | None = None) -> tuple[Ids, Ids]:
    """Return ids and parts [rows, tokens] for the encoder; id 0 is padding, part 1 the parent's tokens."""
    wide = max(row.size for row in rows) if width is None else width
    ids = np.zeros((len(rows), wide), np.int64)
    parts = np.zeros((len(rows), wide), np.int64)
    for number, row in enumerate(rows):
        own = (BEGIN, *row.ids, END)
        ids[number, : len(own)] = own
        if row.parent:
            ids[number, len(own) : row.size] = (*row.parent, END)
            parts[number, len(own) : row.size] = 1
    return ids, parts

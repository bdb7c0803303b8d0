"""A changed form of a text that still knows where each of its characters came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A text and its offset map.

    Character i of `text` stands for the code points `begins[i]` to `ends[i]` of the original string.
    A character that was inserted or folded from several covers all of them.
    """

    text: str
    begins: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, text: str, original: str | None = None) -> View:
        """Return the view whose characters stand one by one for those of the original (same length)."""
        if original is not None and len(original) != len(text):
            raise ValueError("a one-to-one view needs a text of the original's length")
        return cls(text, range(len(text)), range(1, len(text) + 1))

    def original(self, begin: int, end: int) -> tuple[int, int]:
        """Return the [begin, end) code points of the original that view characters [begin, end) stand for."""
        if begin >= end:
            raise ValueError("a span holds at least one character")
        return min(self.begins[begin:end]), max(self.ends[begin:end])

    def replace(self, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str | None]) -> View:
        """Return the view with each match of the pattern replaced; None keeps a match.

        Replacements of equal length keep their map character by character; others stand for the whole
        match. Cost: linear in the text.
        """
        pieces: list[str] = []
        begins: list[int] = []
        ends: list[int] = []
        last = 0
        for match in pattern.finditer(self.text):
            put = new(match)
            if put is None or put == match.group():
                continue
            start, stop = match.span()
            pieces += (self.text[last:start], put)
            begins.extend(self.begins[last:start])
            ends.extend(self.ends[last:start])
            if len(put) == stop - start:
                begins.extend(self.begins[start:stop])
                ends.extend(self.ends[start:stop])
            elif put:
                first, final = self.original(start, stop)
                begins.extend([first] * len(put))
                ends.extend([final] * len(put))
            last = stop
        if not pieces:
            return self
        pieces.append(self.text[last:])
        begins.extend(self.begins[last:])
        ends.extend(self.ends[last:])
        return View("".join(pieces), begins, ends)

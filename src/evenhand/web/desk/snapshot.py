"""What a lead keeps of its post, sealed under the protected person's key: two small JSON texts.

The words with their marks are one text, the author is another, so that looking at the list opens no author.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

SNAPSHOT_FIELD = "lead.snapshot"
AUTHOR_FIELD = "lead.author"


@dataclass(frozen=True, slots=True)
class Span:
    """A marked stretch: code points of the snapshot's text, `begin` included, `end` not."""

    begin: int
    end: int
    category: str


@dataclass(frozen=True, slots=True)
class SuggestedClause:
    """A clause that the code of conduct maps the category to, as in force on the day of the post."""

    number: str
    title: str
    since: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The words as the detector read them, what it marked, and its one-sentence reason."""

    text: str
    spans: tuple[Span, ...]
    reason: str
    clauses: tuple[SuggestedClause, ...]

    def sealed_form(self) -> str:
        """Return the text to seal."""
        return _dump(asdict(self))

    @classmethod
    def opened(cls, text: str) -> Snapshot:
        """Return the snapshot of an opened text."""
        values = json.loads(text)
        return cls(
            values["text"],
            tuple(Span(**span) for span in values["spans"]),
            values["reason"],
            tuple(SuggestedClause(**clause) for clause in values["clauses"]),
        )


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote the post, as the source says; never shown in a list."""

    id: str | None
    handle: str | None
    display: str | None

    def sealed_form(self) -> str:
        """Return the text to seal."""
        return _dump(asdict(self))


def pieces(text: str, spans: Iterable[Span], weight: dict[str, int]) -> list[tuple[str, str]]:
    """Return the text cut into (stretch, category or ""); the pieces joined are the text.

    Where spans overlap the weightiest category (smallest `weight`) marks the stretch; a span that lies
    outside the text marks what of it lies inside.
    """
    inside = [s for s in spans if s.begin < s.end and s.begin < len(text) and s.end > 0]
    edges = sorted({0, len(text), *(max(s.begin, 0) for s in inside), *(min(s.end, len(text)) for s in inside)})
    cut: list[tuple[str, str]] = []
    for begin, end in itertools.pairwise(edges):
        over = [s.category for s in inside if s.begin <= begin and end <= s.end]
        mark = min(over, key=lambda category: (weight.get(category, len(weight)), category)) if over else ""
        if cut and cut[-1][1] == mark:
            cut[-1] = (cut[-1][0] + text[begin:end], mark)
        else:
            cut.append((text[begin:end], mark))
    return cut


def _dump(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

"""What may enter: bulk data about third persons needs a lawful basis that somebody named."""

from __future__ import annotations

from evenhand.errors import UsageError
from evenhand.posts import Recognised


def check_basis(recognised: Recognised, basis: str | None) -> None:
    """Raise UsageError if this is bulk data about third persons and nobody named the lawful basis for it."""
    if recognised.reader.needs_basis(recognised.head) and not (basis and basis.strip()):
        raise UsageError(
            "this is bulk data about third persons; it needs a recorded lawful basis",
            where=str(recognised.source.path),
            mend='Say it with --basis "TEXT"; nothing was imported.',
        )

"""Calls to pile on one person, by rule. Campaign asks through the usual channels stay unflagged."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from evenhand.categories import Category
from evenhand.screening.rulebook import Book, Hit, book


class PileOnKind(StrEnum):
    """What the crowd is asked to do to one person."""

    SWARM = "swarm"
    SILENCE = "silence"
    HOUND = "hound"
    REPORT = "report"
    CIRCLE = "circle"


def pile_on_book() -> Book:
    """Return the rules for pile-on calls in the order of their file."""
    return book("pile_on", Category.PILE_ON_CALL, PileOnKind)


def find_pile_on(text: str, off: Collection[str] = ()) -> list[Hit]:
    """Return the pile-on hits of a post in normal form, in order; rules whose id is in `off` are left out.

    Cost: linear.
    """
    return pile_on_book().find(text, off)

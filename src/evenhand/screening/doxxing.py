"""Doxxing by rule: private details of a person spread to expose them. Addresses that are public stay unflagged."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from evenhand.categories import Category
from evenhand.screening.rulebook import Book, Hit, book


class DoxxingKind(StrEnum):
    """Which private detail is given away."""

    ADDRESS = "address"
    PHONE = "phone"
    PLATE = "plate"
    WORKPLACE = "workplace"
    CHILDREN = "children"
    ROUTINE = "routine"
    IDENTITY = "identity"
    RECORDS = "records"


def doxxing_book() -> Book:
    """Return the doxxing rules in the order of their file."""
    return book("doxxing", Category.DOXXING, DoxxingKind)


def find_doxxing(text: str, off: Collection[str] = ()) -> list[Hit]:
    """Return the doxxing hits of a post in normal form, in order; rules whose id is in `off` are left out.

    Read the plain normal form, not the de-obfuscated one: there digits may have become letters. Cost: linear.
    """
    return doxxing_book().find(text, off)

"""The links in the masthead. Each app registers its own when it starts; `people` shows a person theirs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class ShownTo(StrEnum):
    """Who sees a link that needs no permission."""

    EVERYBODY = "everybody"
    VISITORS = "visitors"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True)
class Entry:
    """One link: text (lazily translated), name of its address, permission it needs ("" = none).

    `place` orders the links: a room 10 to 40, public pages 50, a person's own things 80 and on.
    """

    text: str | Promise
    url_name: str
    permission: str = ""
    shown_to: ShownTo = ShownTo.EVERYBODY
    place: int = 50


@dataclass(frozen=True, slots=True)
class Link:
    """One link as a page shows it."""

    text: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Navigation:
    """What the masthead shows: links, and the role of whoever is signed in ("" = nobody)."""

    links: tuple[Link, ...]
    signed_in_as: str


_entries: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Add a link; the same address twice is the same link."""
    _entries[entry.url_name] = entry


def entries() -> tuple[Entry, ...]:
    """Return every registered link, in the order of their places."""
    return tuple(sorted(_entries.values(), key=lambda entry: entry.place))

"""What goes into a bundle, as plain data: entries of the log with what opens them, their objects, who read what."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from evenhand.ledger.commitment import Opening

DOCUMENT = "doc"
"""The field by which an entry commits to its document; its object is checked against the entry as well."""


def dated(at: str) -> str:
    """Return what may be said of when something was recorded: no clock but the organisation's own vouches for it."""
    return f"dated {at} by the organisation's own clock"


@dataclass(frozen=True, slots=True)
class Object:
    """One file that an entry commits to: by which field, its bytes, what it is, and what may be said of it.

    `kind`: a media type; `name`: the end of its file name, plain letters; `grade`: P1 to P6, None for our own papers.
    """

    field: str
    data: bytes
    kind: str
    name: str
    wording: str
    grade: str | None = None

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes (hex)."""
        return sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the log: its index, exact bytes and hash, what opens it, and which fields stay closed.

    `opened` and `withheld` together are the fields to which the entry commits, unless it was `erased` (then: the
    index of the entry that says so). `objects` belong to opened fields.
    """

    index: int
    entry: bytes
    wording: str
    opened: tuple[Opening, ...] = ()
    withheld: tuple[str, ...] = ()
    objects: tuple[Object, ...] = ()
    erased: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Who opened something of this case: the actor as documents name them, why, first and last when, how much."""

    actor: str
    purpose: str
    first: str
    last: str
    texts: int


@dataclass(frozen=True, slots=True)
class About:
    """The bundle itself: its random id, what it is called, when it was made (UTC, Z), what it does not hold."""

    id: str
    title: str
    at: str
    readings: tuple[Reading, ...] = field(default=())
    left_out: tuple[str, ...] = ()

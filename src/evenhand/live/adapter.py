"""What every live source is: asked with a cursor, it gives what is new and the next cursor. It stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from evenhand.errors import EvenhandError


class Unreachable(EvenhandError):
    """The service did not answer, or not as it should; asking again later may help."""


class Kind(StrEnum):
    """How an arrived record is read: as a line of its service's JSON, or as one whole mail."""

    LINE = "line"
    MAIL = "mail"


class NotThere(Unreachable):
    """The service answered that it has no such thing (404)."""


@dataclass(frozen=True, slots=True)
class Known:
    """A stored record as its service calls it: our record key, and which version of it was stored."""

    key: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One record as it came, byte for byte; `kind` says how it is read."""

    data: bytes
    kind: Kind = Kind.LINE


@dataclass(frozen=True, slots=True)
class Polled:
    """What one look gave: records, and the cursor to ask with next time.

    `dropped`: records the adapter itself left out because they cannot be aimed at anybody declared.
    `unread`: what it could not take at all, in words for whoever runs this. `more`: there is more to ask for now.
    `names`: what the service calls these records, for one that later names only that (a deletion); only the names of
    records that are stored are remembered. `gone`: names that can be forgotten.
    A folder also says which `file` all this is of, or which file is to be taken `whole`; which files are `here`, and
    which are set `aside` and why.
    """

    records: tuple[Arrived, ...]
    cursor: str
    dropped: int = 0
    unread: tuple[str, ...] = ()
    more: bool = False
    names: Mapping[str, Known] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    file: str = ""
    whole: Path | None = None
    here: frozenset[str] = frozenset()
    aside: Mapping[str, str] = field(default_factory=dict)


class Adapter(Protocol):
    """One kind of live source, bound to its settings. Holds no connection between two looks."""

    @property
    def reads_as(self) -> str | None:
        """The reader of its lines, by name; None where their structure says it."""

    def poll(self, cursor: str) -> Polled:
        """Return what is new since a cursor ("" the first time), in bounded memory and time.

        The same cursor gives the same records again (at least once). Raises Unreachable.
        """

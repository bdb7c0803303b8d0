"""What every platform reader is: how it recognises its format, what it yields, how it reports the rest.

A reader never raises for one bad record: it refuses that record by locator and reason code, and goes on.
It raises EvenhandError when the whole file cannot be used (an archive bomb, an id column that a spreadsheet
rounded), and then nothing of the file is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from evenhand.errors import UsageError
from evenhand.posts.limits import IMPORT, Limits
from evenhand.posts.reading_form import scrub
from evenhand.posts.record import Row
from evenhand.posts.said import Said

ODD: Final = (TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError)
"""What a record raises whose parts have not the shape they should: it is refused, the next one is read."""


class Direction(StrEnum):
    """Whose words a format holds: it decides what an import can and cannot show."""

    OWNER_OUTGOING = "owner_outgoing"  # what the owner of the account wrote; abuse received is absent
    INCOMING = "incoming"  # what others wrote to the person who hands it in
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Sign:
    """How sure a reader is that a file is of its format (0 to 1), and by which structure."""

    source_format: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What an operator decided about a file, because the file itself does not say it."""

    timezone: str | None = None  # IANA zone of times without one
    date_order: str | None = None  # "dmy" or "mdy", where no date of the file tells
    columns: tuple[tuple[str, str], ...] | None = None  # (field, column) of a mapping file


NO_CHOICES: Final = Choices()


@dataclass(frozen=True, slots=True)
class Source:
    """One file as received: where to read it and what its bytes are."""

    path: Path
    sha256: str
    size: int
    limits: Limits = IMPORT
    choices: Choices = NO_CHOICES
    opened: list[BinaryIO] = field(default_factory=list, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The file name, for messages and for breaking ties in recognition."""
        return self.path.name

    def open(self) -> BinaryIO:
        """Return a new stream over the file's bytes, at the start."""
        stream = self.path.open("rb")
        self.opened[:] = [stream]
        return stream

    def fraction(self) -> float:
        """Return how far the stream opened last has been read, from 0 to 1: for progress only."""
        if not self.opened or self.opened[0].closed or not self.size:
            return 0.0
        return min(self.opened[0].tell() / self.size, 1.0)


@dataclass(frozen=True, slots=True)
class Refused:
    """One record or member that was not taken: where it is, and why, as a reason code."""

    locator: str
    reason: str


@dataclass(slots=True)
class Report:
    """What became of the records of one file beside the rows: nothing is lost silently (FORMATS R9)."""

    where: str
    limit: int = IMPORT.refused_records
    control: int = 0
    merged: int = 0
    suppressed: int = 0
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)

    def refuse(self, locator: str, reason: str) -> None:
        """Name one record that was not taken; UsageError once there are so many that the file is not usable."""
        if len(self.refused) >= self.limit:
            raise UsageError(
                Said(
                    "over %(count)s records cannot be read; the first is %(place)s (%(code)s)",
                    count=self.limit,
                    place=self.refused[0].locator,
                    code=self.refused[0].reason,
                ),
                where=self.where,
                mend="Check that this is the format you expect, or name it with --as.",
            )
        self.refused.append(Refused(locator, reason))

    def note(self, words: str) -> None:
        """Keep one remark for the person who imports, once; what it quotes from the file may hold half a letter."""
        words = words.changed(scrub) if isinstance(words, Said) else scrub(words)
        if words not in self.notes:
            self.notes.append(words)

    def note_count(self, said: int, found: int, path: str | None) -> None:
        """Remark that a file, or a member of it, says of itself that it holds another number of records."""
        if path:
            self.note(Said("count_mismatch %(said)s/%(found)s: %(place)s", said=said, found=found, place=path))
        else:
            self.note(Said("count_mismatch %(said)s/%(found)s", said=said, found=found))


class Reader(Protocol):
    """One platform format. Instances hold no state: the same reader reads many files."""

    @property
    def source_format(self) -> str:
        """Name and version, as in `x_archive/1`."""

    @property
    def direction(self) -> Direction:
        """Whose words the format holds."""

    def sniff(self, head: Head) -> Sign | None:
        """Return how sure this reader is about a file, by structure; None if it is not its format."""

    def rows(self, source: Source, report: Report) -> Iterator[Row]:
        """Yield one row per post in file order; everything else goes to `report`. Memory stays bounded."""

    def needs_basis(self, head: Head) -> bool:
        """Return whether this file is bulk data about third persons that needs a recorded lawful basis."""


@dataclass(frozen=True, slots=True)
class ReaderAround:
    """A reader that changes or looks at the rows of another; what it does not say itself is the inner reader's."""

    inner: Reader

    @property
    def source_format(self) -> str:
        """Name and version of the inner reader."""
        return self.inner.source_format

    @property
    def direction(self) -> Direction:
        """Whose words the format holds."""
        return self.inner.direction

    def sniff(self, head: Head) -> Sign | None:
        """Return the inner reader's sign."""
        return self.inner.sniff(head)

    def rows(self, source: Source, report: Report) -> Iterator[Row]:
        """Yield the inner reader's rows, each as `row` returns it."""
        return map(self.row, self.inner.rows(source, report))

    def row(self, row: Row) -> Row:
        """Return one row as it is passed on."""
        return row

    def needs_basis(self, head: Head) -> bool:
        """Return whether the inner reader needs a recorded lawful basis."""
        return self.inner.needs_basis(head)


@dataclass(frozen=True, slots=True)
class Head:
    """What recognition looks at: at most 1 MiB of a file and, for an archive, its members and how they start."""

    name: str
    start: bytes
    size: int
    members: tuple[str, ...] = ()
    member_starts: dict[str, bytes] = field(default_factory=dict)
    packed: bool = False  # a single packed file: `start` is what it unpacks to
    peeked: dict[str, list[Any]] = field(default_factory=dict, repr=False, compare=False)  # what peeking found

    @property
    def is_whole(self) -> bool:
        """Whether `start` is the entire file."""
        return not self.packed and len(self.start) >= self.size

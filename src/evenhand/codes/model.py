"""What a code of conduct consists of, as plain frozen data. Dates are calendar days of the organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from evenhand.categories import Category


class ActType(StrEnum):
    """What somebody did with the words; the most that can follow depends on it."""

    WROTE = "wrote"
    SHARED_WITH_COMMENT = "shared_with_comment"
    SHARED = "shared"
    LIKED = "liked"
    BELONGED = "belonged"
    LEFT_UP = "left_up"

    @property
    def words(self) -> str:
        """The act in plain words, for a notice or a page."""
        return _ACT_WORDS[self]


_ACT_WORDS: Mapping[ActType, str] = {
    ActType.WROTE: "writing it",
    ActType.SHARED_WITH_COMMENT: "sharing it with a comment",
    ActType.SHARED: "sharing it without a comment",
    ActType.LIKED: "liking it",
    ActType.BELONGED: "belonging to the group in which it appeared",
    ActType.LEFT_UP: "leaving it up as a moderator",
}


class Rung(StrEnum):
    """The ladder of outcomes, mildest first. A code names a rung as the most that can follow, never as a tariff."""

    NOTHING = "L0"
    REQUEST = "L0a"
    ADVICE = "L1"
    AMENDS = "L2"
    WARNING = "L3"
    REMOVAL_FROM_ROLE = "L4"
    SUSPENSION = "L5"
    EXPULSION = "L6"

    @property
    def words(self) -> str:
        """The rung in plain words."""
        return _RUNG_WORDS[self]

    @property
    def height(self) -> int:
        """How far up the ladder: 0 for nothing."""
        return list(Rung).index(self)


_RUNG_WORDS: Mapping[Rung, str] = {
    Rung.NOTHING: "nothing",
    Rung.REQUEST: "a private request to delete or correct it",
    Rung.ADVICE: "advice or a reminder",
    Rung.AMENDS: "an apology, a correction or training",
    Rung.WARNING: "a formal warning",
    Rung.REMOVAL_FROM_ROLE: "removal from a role, or a bar from office for a term",
    Rung.SUSPENSION: "suspension of membership for a term",
    Rung.EXPULSION: "expulsion, with a date to apply again",
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered rule. `most` holds, per act type the clause covers, the most that can follow."""

    number: str
    title: str
    text: str
    acts: tuple[ActType, ...]
    most: Mapping[ActType, Rung]
    see: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """What a word of the code means."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example of a definition, and the organisation's decision about it.

    `since` is the day from which that decision holds. Not adopted: it is printed, and guides nobody.
    """

    number: str
    term: str
    text: str
    adopted: bool
    since: date

    def counts_on(self, on: date) -> bool:
        """Say whether this example had been adopted by that day."""
        return self.adopted and self.since <= on


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a code. In force from `start` up to, not including, `end` (None: until further notice)."""

    number: str
    published: date
    start: date
    end: date | None
    clauses: tuple[Clause, ...]
    definitions: tuple[Definition, ...]
    examples: tuple[Example, ...]
    categories: Mapping[Category, tuple[str, ...]]
    note: str = ""
    pinned: str = ""

    def covers(self, on: date) -> bool:
        """Say whether this version was in force on that day."""
        return self.start <= on and (self.end is None or on < self.end)

    def clause(self, number: str) -> Clause | None:
        """Return the clause of that number, or None."""
        return next((clause for clause in self.clauses if clause.number == number), None)


@dataclass(frozen=True, slots=True)
class CodeOfConduct:
    """A code and all its versions, in the order of the file."""

    slug: str
    title: str
    organisation: str
    language: str
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a code: where it is, what it is, how to mend it."""

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        """Return the fault as one line."""
        return f"{self.where}: {self.what} {self.mend}"

"""What one file brought, counted while it is read: kinds of posts, their period, how many accounts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from evenhand.posts import Recognised, Row
from evenhand.posts.reader import ReaderAround
from evenhand.posts.times import to_datetime

_MOST_ACCOUNTS: Final = 100_000


@dataclass(slots=True)
class Tally:
    """The counts. `accounts` stops growing at 100,000: then there are at least so many."""

    relations: Counter[str] = field(default_factory=Counter)
    direct: int = 0
    without_day: int = 0
    first: int | None = None
    last: int | None = None
    accounts: set[str] = field(default_factory=set)
    owner: str = ""

    def note(self, row: Row) -> None:
        """Count one row."""
        capture = row.get("record_kind") == "capture"
        self.relations["capture" if capture else row.get("relation") or "post"] += 1
        self.direct += row.get("visibility") == "direct"
        moment = row.get("claimed_at") or row.get("observed_at") or row.get("claimed_at_local")
        if moment is None:
            self.without_day += 1
        else:
            self.first = min(self.first or moment, moment)
            self.last = max(self.last or moment, moment)
        author = row.get("author_id") or row.get("author_handle") or row.get("author_display")
        if author and len(self.accounts) < _MOST_ACCOUNTS:
            self.accounts.add(author)
        if row.get("author_basis") == "archive_owner":
            self.owner = row.get("author_handle") or row.get("author_display") or self.owner

    @property
    def days(self) -> tuple[str, str] | None:
        """The first and the last day (ISO), None if no record has one."""
        first, last = to_datetime(self.first), to_datetime(self.last)
        return (first.date().isoformat(), last.date().isoformat()) if first and last else None


@dataclass(frozen=True, slots=True)
class _Tallied(ReaderAround):
    """A reader that counts what it yields."""

    tally: Tally

    def row(self, row: Row) -> Row:
        self.tally.note(row)
        return row


def tallied(recognised: Recognised) -> tuple[Recognised, Tally]:
    """Return the same file, and the tally that fills while it is read."""
    tally = Tally()
    return replace(recognised, reader=_Tallied(recognised.reader, tally)), tally

"""What one file brought, counted while it is read: kinds of posts, their period, how many accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from evenhand.posts import Direction, Reader, Recognised, Report, Row, Sign, Source
from evenhand.posts.reader import Head
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
        self.relations[row.get("relation") or "post"] += 1
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
class _Tallied:
    """A reader that counts what it yields; all else is the inner reader's."""

    inner: Reader
    tally: Tally

    @property
    def source_format(self) -> str:
        return self.inner.source_format

    @property
    def direction(self) -> Direction:
        return self.inner.direction

    def sniff(self, head: Head) -> Sign | None:
        return self.inner.sniff(head)

    def rows(self, source: Source, report: Report) -> Iterator[Row]:
        for row in self.inner.rows(source, report):
            self.tally.note(row)
            yield row

    def needs_basis(self, head: Head) -> bool:
        return self.inner.needs_basis(head)


def tallied(recognised: Recognised) -> tuple[Recognised, Tally]:
    """Return the same file, and the tally that fills while it is read."""
    tally = Tally()
    return replace(recognised, reader=_Tallied(recognised.reader, tally)), tally

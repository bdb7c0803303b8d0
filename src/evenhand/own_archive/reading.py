"""One pass over an archive: read, ask the detector, ask the code of conduct. Memory does not grow with the archive."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from evenhand.codes import ActType, Clause, CodeOfConduct
from evenhand.context import Context
from evenhand.errors import Ambiguous, UsageError
from evenhand.own_archive.deeds import Deed, NotRead, Owner, deeds_of
from evenhand.own_archive.findings import Finding, Spool, day_of, finding_of
from evenhand.own_archive.rules import Rules
from evenhand.own_archive.ticks import Ticks
from evenhand.posts import Direction, Recognised, Report, Row, rows_of
from evenhand.posts.times import to_us
from evenhand.screening import Abstention, Screener, Verdict

_BATCH: Final = 512
_MOST_NAMES: Final = 10_000
_NAMES_SHOWN: Final = 5
_ENOUGH: Final = 20_000


@dataclass(slots=True)
class Check:
    """What one check saw: the findings per clause, and how much could not be looked at, by reason."""

    recognised: Recognised
    rules: Rules
    today: date
    report: Report
    spool: Spool
    records: int = 0
    looked_at: Counter[ActType] = field(default_factory=Counter)
    not_read: Counter[NotRead] = field(default_factory=Counter)
    abstained: Counter[Abstention] = field(default_factory=Counter)
    no_rule: int = 0
    pictures: int = 0
    first_day: date | None = None
    last_day: date | None = None
    names: Counter[str] = field(default_factory=Counter)

    @property
    def found(self) -> int:
        """How many findings there are."""
        return self.spool.counts.total()

    @property
    def found_own(self) -> int:
        """How many of them are about the owner's own words."""
        return sum(count for (_, act), count in self.spool.counts.items() if act == ActType.WROTE)

    def clauses(self) -> list[Clause]:
        """Return the clauses with findings, in the order of the code, as they read now."""
        numbers = {clause for clause, _ in self.spool.counts}
        ordered = [clause.number for version in self.rules.code.versions for clause in version.clauses]
        return [self.rules.newest(number) for number in dict.fromkeys(ordered) if number in numbers]

    def of(self, clause: str) -> Iterator[Finding]:
        """Yield the findings under a clause."""
        return self.spool.of(clause)

    def number(self, ticks: Ticks) -> None:
        """Give every finding its line in the list, in the order in which the report shows them."""
        for clause in self.clauses():
            for finding in self.of(clause.number):
                ticks.of(finding)

    def note_day(self, day: date | None) -> None:
        """Widen the period the archive covers."""
        if day is not None:
            self.first_day = min(self.first_day or day, day)
            self.last_day = max(self.last_day or day, day)


def _nothing(_records: int) -> None:
    return None


@contextmanager
def checking(
    recognised: Recognised,
    *,
    code: CodeOfConduct,
    owner: Owner,
    ctx: Context,
    screener: Screener,
    progress: Callable[[int], None] = _nothing,
) -> Iterator[Check]:
    """Give the result of checking an archive; its findings can be read while the block runs, then they are gone.

    Raises UsageError for a file that holds nothing of one's own, and Ambiguous where posts of many people stand
    in it and nobody said which are the owner's. Cost: reading, and a few milliseconds per post for the detector.
    """
    _check_is_own(recognised)
    today = ctx.now().date()
    report = Report(str(recognised.source.path), limit=recognised.source.limits.refused_records)
    with tempfile.TemporaryDirectory(prefix="evenhand-check-") as folder:
        check = Check(recognised, Rules(code, today), today, report, Spool(Path(folder)))
        try:
            rows = rows_of(recognised, report, imported_at=to_us(ctx.now()) or 0)
            _run(check, rows, owner, screener, progress)
            _check_somebody(check, owner)
            yield check
        finally:
            check.spool.close()


def _check_is_own(recognised: Recognised) -> None:
    where = str(recognised.source.path)
    if recognised.reader.needs_basis(recognised.head):
        raise UsageError(
            "this is bulk data about other people, not the archive of one account", where=where,
            mend="Ask the platform for the export of your own account.",
        )  # fmt: skip
    if recognised.reader.direction is Direction.INCOMING:
        raise UsageError(
            "this format holds what others wrote; nothing in it is yours to check", where=where,
            mend="Ask the platform for the export of your own account.",
        )  # fmt: skip


def _run(check: Check, rows: Iterator[Row], owner: Owner, screener: Screener, progress: Callable[[int], None]) -> None:
    direction = check.recognised.reader.direction
    while batch := list(islice(rows, _BATCH)):
        asked: list[tuple[Row, Deed]] = []
        for row in batch:
            check.records += 1
            _count_name(check, row)
            deeds = deeds_of(row, owner, direction)
            if isinstance(deeds, NotRead):
                check.not_read[deeds] += 1
            else:
                asked += [(row, deed) for deed in deeds]
        verdicts = screener.screen([deed.text for _, deed in asked], [deed.parent for _, deed in asked])
        for (row, deed), verdict in zip(asked, verdicts, strict=True):
            _judge(check, row, deed, verdict)
        progress(check.records)
        if direction is Direction.BOTH and not owner.name and check.records >= _ENOUGH and not check.looked_at:
            return  # nothing is known to be the owner's: the question comes now, not after gigabytes


def _judge(check: Check, row: Row, deed: Deed, verdict: Verdict) -> None:
    check.note_day(day_of(row))
    check.pictures += len(row.get("attachments") or ()) if deed.is_own else 0
    if verdict.abstained:
        check.abstained[verdict.abstained] += 1
        return
    check.looked_at[deed.act] += 1
    if not verdict.flags:
        return
    rulings = check.rules.of(verdict.flags, deed.act, day_of(row))
    if rulings:
        finding = finding_of(row, deed, verdict, rulings)
        check.spool.add(finding, is_synthetic=bool(row.get("id_is_synthetic")))
    else:
        check.no_rule += 1


def _count_name(check: Check, row: Row) -> None:
    name = row.get("author_handle") or row.get("author_display") or row.get("author_id")
    if name and (name in check.names or len(check.names) < _MOST_NAMES):
        check.names[name] += 1


def _check_somebody(check: Check, owner: Owner) -> None:
    """Raise if no record is known to be the owner's, with the names that could be meant."""
    if check.not_read[NotRead.RECEIVED] < max(1, check.records - check.not_read[NotRead.NO_POST]):
        return
    where = str(check.recognised.source.path)
    names = ", ".join(name for name, _ in check.names.most_common(_NAMES_SHOWN))
    if owner.name:
        mend = f"Names in it: {names}." if names else "It names nobody; leave --me out."
        raise UsageError(f"no record in it is by '{owner.name}'", where=where, mend=mend)
    raise Ambiguous(
        "posts of several people stand in it; which are yours?", where=where,
        mend=f"Say it with --me NAME, one of: {names}." if names else "It names no author; nothing was checked.",
    )  # fmt: skip

"""The two identities that hold exactly on the auditor's copy (PROCEDURE §10.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evenhand.errors import DoesNotHold
from evenhand.statistics.periods import Period
from evenhand.statistics.rows import CountingRow, SubmissionEnd, SubmissionRow


@dataclass(frozen=True, slots=True)
class SubmissionFlow:
    """submissions = new + duplicate + out of scope + merged; cannot be built where that does not hold."""

    submissions: int
    new: int
    duplicate: int
    out_of_scope: int
    merged: int

    def __post_init__(self) -> None:
        parts = self.new + self.duplicate + self.out_of_scope + self.merged
        if self.submissions != parts:
            raise DoesNotHold(
                f"{self.submissions} submissions, but {parts} new, duplicate, out of scope and merged",
                where="reconciliation",
                mend="Each submission has exactly one end; look for one that has none or two.",
            )


@dataclass(frozen=True, slots=True)
class CaseFlow:
    """cases opened + carried in = closed + carried out; cannot be built where that does not hold."""

    opened: int
    carried_in: int
    closed: int
    carried_out: int

    def __post_init__(self) -> None:
        if self.opened + self.carried_in != self.closed + self.carried_out:
            raise DoesNotHold(
                f"{self.opened} opened and {self.carried_in} carried in, "
                f"but {self.closed} closed and {self.carried_out} carried out",
                where="reconciliation",
                mend="Look for a case that was counted twice or not at all.",
            )


def reconcile_submissions(
    period: Period, rows: Iterable[SubmissionRow], *, received: int | None = None
) -> SubmissionFlow:
    """Return the flow of a period. `received`: the number of receipts in the log, counted by other means.

    Raises DoesNotHold if the ends do not make up what was received.
    """
    ends = [row.end for row in rows if period.holds(row.received) and not row.test]
    counted = {end: ends.count(end) for end in SubmissionEnd}
    return SubmissionFlow(
        submissions=len(ends) if received is None else received,
        new=counted[SubmissionEnd.NEW],
        duplicate=counted[SubmissionEnd.DUPLICATE],
        out_of_scope=counted[SubmissionEnd.OUT_OF_SCOPE],
        merged=counted[SubmissionEnd.MERGED],
    )


def reconcile_cases(period: Period, rows: Iterable[CountingRow], *, carried_in: int | None = None) -> CaseFlow:
    """Return the flow of a period; `carried_in`: what the last report carried out. DoesNotHold if they disagree."""
    known = tuple(rows)
    before = sum(row.opened < period.first and not _closed_before(row, period) for row in known)
    return CaseFlow(
        opened=sum(period.holds(row.opened) for row in known),
        carried_in=before if carried_in is None else carried_in,
        closed=sum(period.holds(row.closed) for row in known),
        carried_out=sum(row.opened <= period.last and not _closed_by(row, period) for row in known),
    )


def _closed_before(row: CountingRow, period: Period) -> bool:
    return row.closed is not None and row.closed < period.first


def _closed_by(row: CountingRow, period: Period) -> bool:
    return row.closed is not None and row.closed <= period.last

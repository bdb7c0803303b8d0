"""The invariants on this installation's own data: each check returns what breaks one, [] where nothing does.

The triggers refuse what is wrong as it is written; these look at what is there, whoever wrote it and whatever the
triggers were then. What no data can show (uniformity, who is told what) is held by the test that the table names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from django.db import connection

from evenhand.context import Context
from evenhand.ledger.checking import Verdict
from evenhand.procedure.invariants import INVARIANTS, Invariant
from evenhand.procedure.states import NOT_LIVE
from evenhand.web.cases.draws import check_draw
from evenhand.web.cases.edges import edge_rows, stored_rows
from evenhand.web.cases.invariant_queries import QUERIES
from evenhand.web.cases.models import Case, Clock, Draw, Seat
from evenhand.web.cases.pool import ACCOUNT_ROLES
from evenhand.web.people.queries import holders_of
from evenhand.web.record.verify import verify

SHOWN: Final = 5
_TICK: Final = timedelta(days=4)  # one working day, over a long weekend


class Status(StrEnum):
    """How an invariant stands here: looked at in the data, held by its test alone, or its pages are missing."""

    PASSED = "passed"
    FAILED = "failed"
    TESTED = "tested"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of `evenhand invariants run`: what was found (SHOWN places at most), the test that shows the rest."""

    id: str
    statement: str
    by: str
    status: Status
    test: str | None
    found: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the line as plain JSON."""
        return {
            "id": self.id, "statement": self.statement, "by": self.by, "status": self.status.value, "test": self.test,
            "found": list(self.found),
        }  # fmt: skip


Check = Callable[[Context], list[str]]


def run_all(ctx: Context) -> tuple[Result, ...]:
    """Return how all 57 stand, in order. Cost: one pass over the tables of cases, and `ledger verify`."""
    return tuple(_result(each, ctx) for each in INVARIANTS)


def _result(invariant: Invariant, ctx: Context) -> Result:
    check = CHECKS.get(invariant.number)
    found = tuple(check(ctx)) if check else ()
    if found:
        status = Status.FAILED
    elif check:
        status = Status.PASSED
    else:
        status = Status.TESTED if invariant.test else Status.NOT_YET
    return Result(invariant.id, invariant.statement, invariant.by, status, invariant.test, found[:SHOWN])


def _query(number: int) -> Check:
    def check(_: Context) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(QUERIES[number])
            return [" ".join(str(value) for value in row) for row in cursor.fetchmany(SHOWN)]

    return check


def _restricted_or_without_role(ctx: Context) -> list[str]:
    """INV-01, INV-10: an open seat of somebody who no longer holds the role behind it, or holds a restricted office."""
    found: list[str] = []
    for role, account in ACCOUNT_ROLES.items():
        gone = Seat.objects.filter(role=role, ends=None).exclude(person__in=holders_of(account, ctx.now()))
        found += [f"cases_seat {seat}" for seat in gone.values_list("id", flat=True)[:SHOWN]]
    return found


def _draws_repeat(_: Context) -> list[str]:
    rows = Draw.objects.exclude(drawn_at=None).order_by("id").iterator(500)
    return [f"cases_draw {row.id}: {words}" for row in rows for words in check_draw(row)]


def _edges_and_events(ctx: Context) -> list[str]:
    found = [] if stored_rows(connection) == edge_rows() else ["cases_edge is not the table of the code"]
    return [*found, *_query(27)(ctx)]


def _owned_and_escalated(ctx: Context) -> list[str]:
    live = Case.objects.exclude(state__in=[state.value for state in NOT_LIVE])
    unowned = live.filter(owner_role=None) | live.filter(due=None)
    late = Clock.objects.filter(ended_at=None, escalated_at=None, due__lt=ctx.now() - _TICK)
    return [
        *(f"cases_case {case} has no owner or date" for case in unowned.values_list("id", flat=True)[:SHOWN]),
        *(f"cases_clock {clock} is overdue and on no list" for clock in late.values_list("id", flat=True)[:SHOWN]),
        *_query(26)(ctx),
    ]


def _recorded(ctx: Context) -> list[str]:
    findings = [each for each in verify(ctx).findings if each.verdict is Verdict.FAILED]
    return [f"{each.place}: {each.words}" for each in findings]


CHECKS: Final[Mapping[int, Check]] = {
    **{number: _query(number) for number in QUERIES},
    1: _restricted_or_without_role,
    10: _restricted_or_without_role,
    18: _draws_repeat,
    26: _owned_and_escalated,
    27: _edges_and_events,
    36: _recorded,
}
"""Number of the invariant -> what looks for breaches of it here."""

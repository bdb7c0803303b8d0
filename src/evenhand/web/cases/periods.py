"""By when: the clocks and the calendar of the procedure version a case pins (PROCEDURE §2.1, §2.2)."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from evenhand.context import Context
from evenhand.procedure.choices import Procedure, builtin, load
from evenhand.procedure.clocks import Calendar, ClockId, Due
from evenhand.procedure.clocks import due as due_by
from evenhand.procedure.guards import GuardId
from evenhand.web.cases.models import Case
from evenhand.web.rules.models import ProcedureVersion


@lru_cache(maxsize=64)
def procedure_of(digest: str) -> Procedure:
    """Return what the organisation chose in the version a case pins; the shipped one where none was published.

    A published text never changes, so each is read once per process. Raises UsageError for one that cannot be read.
    """
    text = ProcedureVersion.objects.filter(id=digest).values_list("text", flat=True).first()
    return builtin("default") if text is None else load(text)


def calendar_of(case: Case) -> Calendar:
    """Return the working days of the organisation as the case's procedure has them."""
    return procedure_of(case.procedure).calendar


def day_of(case: Case, at: datetime) -> date:
    """Return the day on which a moment falls where the organisation is: the day that letters and pages name."""
    return calendar_of(case).day_of(at)


def extra_guards_of(case: Case, step: str) -> tuple[GuardId, ...]:
    """Return the guards that the organisation requires at a step beside the table's."""
    return procedure_of(case.procedure).guards_at(step)


def least_eligible(case: Case) -> int:
    """Return how many people must be eligible per drawn seat."""
    return procedure_of(case.procedure).pool.min_eligible_per_seat


def due_from(case: Case, clock: ClockId, start: datetime, *, extended: bool = False) -> Due:
    """Return aim and bound of a clock of this case that starts then."""
    procedure = procedure_of(case.procedure)
    return due_by(start, procedure.clock(clock), procedure.calendar, extended=extended)


def promised(case: Case, now: datetime) -> datetime | None:
    """Return by when a party hears of the running step: the aim its letter named, after that the bound."""
    return case.aim if case.aim is not None and case.aim >= now else case.due


def moment(ctx: Context) -> datetime:
    """Return the moment of an act, in whole seconds as documents and seats write it."""
    return ctx.now().replace(microsecond=0)

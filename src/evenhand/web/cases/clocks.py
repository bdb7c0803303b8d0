"""Clocks of a case: the stage's own, the parties' windows that start at service, and what becomes due (INV-26, INV-45).

A stage's clock starts when the case enters the state. A party's window has no dates until its notice was served;
until then nothing expires. `apply_due` is what `evenhand tick` does every minute: it can be run at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.procedure.clocks import ClockId, Due
from evenhand.procedure.states import NOT_LIVE, State
from evenhand.procedure.transitions import clock_of
from evenhand.web.cases.acts import Act, acting
from evenhand.web.cases.models import Case, Clock, Party
from evenhand.web.cases.periods import due_from, moment
from evenhand.web.cases.refusals import Refused
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.unit import recording

_SENDERS: Final = ("complainant", "reporter")
WINDOWS: Final[Mapping[ClockId, tuple[str, ...]]] = MappingProxyType(
    {
        ClockId.REPLY: ("respondent",),
        ClockId.INFO: _SENDERS,
        ClockId.APPEAL: ("complainant", "respondent"),
        ClockId.SCREENING_ASK: _SENDERS,
    }
)
"""Clocks that are a party's own time: whose, and so counted from the service of their notice."""
CLOSING: Final = (ClockId.APPEAL, ClockId.SCREENING_ASK)
REPLACED: Final = "replaced"
_WHOLE: Final = (ClockId.OVERALL_FIRST, ClockId.OVERALL_SECOND)


def begin(act: Act, case: Case, clock: ClockId, start: datetime, *, stage: bool = False) -> Clock:
    """Start a clock that is nobody's window and return its row."""
    due = due_from(case, clock, start)
    return act.insert(
        Clock(
            id=act.r.ctx.new_id(), case=case, name=clock.value, stage=stage, opened_at=start, begins=start, aim=due.aim,
            due=due.bound,
        )
    )  # fmt: skip


def begin_whole(act: Act, case: Case, start: datetime) -> None:
    """Start the clocks over the whole case, at receipt."""
    for clock in _WHOLE:
        begin(act, case, clock, start)


def carry_whole(act: Act, case: Case, target: State, now: datetime) -> None:
    """End the clocks over the whole case where nothing is left to decide; where it is taken up again, let them run on.

    They run on from the receipt, as if they had not stopped: a case that comes back is as late as it is (T20a, T13).
    """
    if target in NOT_LIVE:
        for clock in _WHOLE:
            end(act, case, clock, now)
    elif State(case.state) in NOT_LIVE:
        begin_whole(act, case, case.received_at)


def begin_stage(act: Act, case: Case, state: State, now: datetime) -> Due | None:
    """Start what a state's clock is and return its dates; None where only a date of the outcome is awaited.

    A party's window gets no dates before service; the case meanwhile shows when it would end if served now.
    """
    clock = clock_of(state)
    if clock is None:
        return None
    if clock in WINDOWS:
        _open_windows(act, case, clock, now)
    elif state not in NOT_LIVE:
        begin(act, case, clock, now, stage=True)
    return due_from(case, clock, now)


def end_stage(act: Act, case: Case, now: datetime) -> None:
    """End the clocks of the state that is left; those over the whole case and the closing windows run on."""
    for row in Clock.objects.filter(case=case, ended_at=None, stage=True):
        act.change(row, ended_at=now, ended_by="done")


def end(act: Act, case: Case, clock: ClockId, now: datetime) -> None:
    """End every running clock of this name: what it waited for is done."""
    for row in Clock.objects.filter(case=case, ended_at=None, name=clock.value):
        act.change(row, ended_at=now, ended_by="done")


def replace(act: Act, case: Case, clock: ClockId, now: datetime) -> None:
    """End every running clock of this name that begins anew later; it counts for nothing until then."""
    for row in Clock.objects.filter(case=case, ended_at=None, name=clock.value):
        act.change(row, ended_at=now, ended_by=REPLACED)


def begin_window(act: Act, case: Case, clock: ClockId, party: str, served: datetime) -> Clock:
    """Let a party's window run from the service of its notice, and return it; it never starts twice.

    In the state the window belongs to, the case is due when the window ends.
    """
    row = window(case, clock, party)
    if row is None:
        raise Refused("there is no such window for this party", where=clock.value)
    if row.begins is not None:
        return row
    due = due_from(case, clock, served)
    act.change(row, begins=served, aim=due.aim, due=due.bound)
    if clock_of(State(case.state)) is clock and case.due is not None:
        act.change(case, aim=due.aim, due=due.bound)
    return row


def window_served(*, case: str, clock: ClockId, party: str, served: datetime, ctx: Context) -> bool:
    """Let a party's window run from the moment its notice was served, once; return whether it began now."""
    row = Case.objects.get(pk=case)
    found = window(row, clock, party)
    if found is None or found.begins is not None:
        return False
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="a notice was served") as r,
        acting(r, "owner.changed", case=row, obj=found.id) as act,
    ):
        begin_window(act, row, clock, party, served)
    return True


def extend(act: Act, case: Case, clock: ClockId, party: str) -> Clock:
    """Extend a party's running window once, by what the procedure grants, and return it."""
    row = window(case, clock, party)
    if row is None or row.begins is None or row.ended_at is not None:
        raise Refused(_("This time is not running."), mend=_("More time is asked for while it runs."))
    due = due_from(case, clock, row.begins, extended=True)
    if row.due == due.bound:
        raise Refused(_("You have had more time already."), mend=_("Write a message: a person reads it."))
    act.change(row, aim=due.aim, due=due.bound)
    if clock_of(State(case.state)) is clock and case.due is not None:
        act.change(case, aim=due.aim, due=due.bound)
    return row


def window(case: Case, clock: ClockId, party: str) -> Clock | None:
    """Return a party's latest window of this name, or None."""
    return Clock.objects.filter(case=case, name=clock.value, party=party).order_by("-opened_at", "-id").first()


def is_over(row: Clock | None, now: datetime) -> bool:
    """Say whether a party's window has passed; a window whose notice was never served has not (INV-45)."""
    return row is not None and row.due is not None and row.due < now


def windows_over(case: Case, now: datetime) -> bool:
    """Say whether every review and appeal window of the case has passed, each counted from service."""
    return all(is_over(row, now) for row in _closing(case))


def windows_end(case: Case) -> tuple[datetime, ...] | None:
    """Return when each of these windows ends; None where a notice was not served yet, so that nobody can say."""
    ends = [row.due for row in _closing(case)]
    return tuple(end for end in ends if end is not None) if None not in ends else None


def _closing(case: Case) -> QuerySet[Clock]:
    return Clock.objects.filter(case=case, name__in=[clock.value for clock in CLOSING]).exclude(ended_by=REPLACED)


def _open_windows(act: Act, case: Case, clock: ClockId, now: datetime) -> None:
    for party in Party.objects.filter(case=case, side__in=WINDOWS[clock]):
        act.insert(
            Clock(
                id=act.r.ctx.new_id(), case=case, name=clock.value, party=party.id, stage=clock not in CLOSING,
                opened_at=now,
            )
        )  # fmt: skip


def apply_due(ctx: Context) -> int:
    """Do what is due and return how many clocks that were: windows expire, overdue stages go to the auditor's list.

    One unit of work per clock, each naming its clock, so that a crash between two leaves nothing half.
    """
    now = moment(ctx)
    running = Clock.objects.filter(ended_at=None, due__lt=now).select_related("case").order_by("due", "id")
    expired = list(running.exclude(party=None))
    late = list(running.filter(party=None, escalated_at=None))
    for row in expired:
        _record(row, "expired", ctx, ended_at=now, ended_by="expired")
    for row in late:
        _record(row, "escalated", ctx, escalated_at=now)
    return len(expired) + len(late)


def _record(row: Clock, why: str, ctx: Context, **columns: object) -> None:
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="due dates") as r,
        acting(r, "clock.recorded", case=row.case, obj=row.id, why=why) as act,
    ):
        act.change(row, **columns)

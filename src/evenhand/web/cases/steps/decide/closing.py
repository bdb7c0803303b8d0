"""T17 and T18 by date: what follows begins and ends, and every end closes when its windows are over (due work)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evenhand.codes import Rung
from evenhand.context import Context
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.retention import RETENTION, CountedFrom, keep_until, kept_as
from evenhand.procedure.states import ENDS, State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.clocks import windows_end, windows_over
from evenhand.web.cases.contacts import count_of
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Case, Outcome, Party, Seat
from evenhand.web.cases.periods import calendar_of, day_of, moment
from evenhand.web.cases.presenters.words import role_words
from evenhand.web.cases.steps.telling import tell, tell_both
from evenhand.web.cases.steps.withdraw import may_go_on_until
from evenhand.web.notices.composing import Fields
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.readings import readings_of
from evenhand.web.record.unit import Recorder, recording

_WITHOUT_TERM: Final = frozenset({Rung.NOTHING, Rung.REQUEST})
_CLOSABLE: Final = tuple(state.value for state in (*sorted(ENDS), State.SPENT))


def afterwards_due(ctx: Context) -> int:
    """Begin and end what follows, close what is over; return how many steps were taken. Idempotent."""
    return _begin(ctx) + _end(ctx) + _close(ctx)


def _begin(ctx: Context) -> int:
    """T17: what follows begins with the decision; L5 and L6 only after the time for an appeal."""
    taken = 0
    for case in Case.objects.filter(state=State.DECIDED.value).order_by("state_since"):
        row = Outcome.objects.filter(case=case).first()
        if row is None or Rung(row.rung) in _WITHOUT_TERM:
            continue
        over = windows_over(case, ctx.now())
        if Rung(row.rung) in {Rung.SUSPENSION, Rung.EXPULSION} and not over:
            continue
        met = {"term_begins", "appeal_window_over"}
        taken += _step(case, ctx, step="T17", target=State.SANCTION_ACTIVE, leaf="case.term_recorded", met=met)
    return taken


def _end(ctx: Context) -> int:
    """T17: it is spent on its date."""
    now, taken = ctx.now(), 0
    running = Outcome.objects.filter(case__state=State.SANCTION_ACTIVE.value).select_related("case")
    for row in running.filter(spent_on__lte=now.date() + timedelta(days=1)):
        if row.spent_on is not None and row.spent_on <= day_of(row.case, now):  # the day has come where they are
            taken += _step(row.case, ctx, step="T17", target=State.SPENT, leaf="case.term_recorded", met={"term_over"})
    return taken


def _close(ctx: Context) -> int:
    taken = 0
    for case in (
        Case.objects.filter(state__in=_CLOSABLE).select_related("submission", "merged_into").order_by("state_since")
    ):
        if _runs(case) or _may_go_on(case, ctx.now()) or not windows_over(case, ctx.now()):
            continue
        with recording(actor=SYSTEM, ctx=ctx, purpose="close") as r:
            with acting(r, "case.closed", case=case) as act:
                until = _kept_until(case, ctx)
                act.change(case, keep_until=until, closed_at=moment(ctx))
                met = {"windows_over", "no_sanction_running", "retention_date_set"}
                move(act, case, "T18", target=State.CLOSED, role="system", met=met, ctx=ctx)
            _tell(r, case, ctx)
        taken += 1
    return taken


def _runs(case: Case) -> bool:
    """Return whether something follows that has not begun or ended, or the case that answers this report goes on."""
    if case.merged_into is not None:
        return bool(case.merged_into.state != State.CLOSED.value)
    row = Outcome.objects.filter(case=case).first()
    return case.state == State.DECIDED.value and row is not None and Rung(row.rung) not in _WITHOUT_TERM


def closes_after(case: Case) -> date | None:
    """Return the day before which a case that has ended does not close; None while nobody can say.

    None, too, of one that is still being decided or was merged: its end is not its own.
    """
    ends = windows_end(case) if case.state in (*_CLOSABLE, State.SANCTION_ACTIVE.value) else None
    if ends is None or case.merged_into_id is not None:
        return None
    days = [day_of(case, end) for end in ends]
    if case.state == State.WITHDRAWN.value and (until := may_go_on_until(case)) is not None:
        days.append(day_of(case, until))
    row = Outcome.objects.filter(case=case).first()
    if row is not None and Rung(row.rung) not in _WITHOUT_TERM:
        if row.spent_on is None:
            return None
        days.append(row.spent_on)
    return max(days, default=None)


def _may_go_on(case: Case, now: datetime) -> bool:
    """Return whether a withdrawn case may still be taken up again for a reason of the organisation's own (T21a)."""
    until = may_go_on_until(case) if case.state == State.WITHDRAWN.value else None
    return until is not None and now <= until


def _kept_until(case: Case, ctx: Context) -> Any:
    row = Outcome.objects.filter(case=case).first()
    rule = RETENTION[
        kept_as(State(case.state) if State(case.state) in ENDS else State.DECIDED, Rung(row.rung) if row else None)
    ]
    counted = moment(ctx)
    if rule.counted_from is CountedFrom.SPENT and row is not None and row.spent_on is not None:
        counted = datetime.combine(row.spent_on, time(12), tzinfo=calendar_of(case).zone)
    return keep_until(rule, counted, calendar_of(case))


def _step(case: Case, ctx: Context, *, step: str, target: State, leaf: str, met: set[str]) -> int:
    with recording(actor=SYSTEM, ctx=ctx, purpose="by date") as r:
        with acting(r, leaf, case=case) as act:
            move(act, case, step, target=target, role="system", met=met, ctx=ctx)
        party = Party.objects.filter(case=case, side="respondent").select_related("case").first()
        if party is not None:
            _term(r, case, party, ctx)
    return 1


def _term(r: Recorder, case: Case, party: Party, ctx: Context) -> None:
    row = Outcome.objects.get(case=case)

    def words() -> Fields:
        return {
            "terms": _(Rung(row.rung).words),
            "end_date": row.ends_on or row.spent_on or "",
            "what_counts_as_compliance": _("Nothing is asked of you beyond what the decision says."),
        }

    tell(r, party, NoticeId.N18, words, ctx=ctx)


def _tell(r: Recorder, case: Case, ctx: Context) -> None:
    """Send N10 to both sides: until when it is kept, who read it by role and day, how many contacts there were."""
    roles = {seat.person: seat.role for seat in Seat.objects.filter(case=case)}

    def words() -> Fields:
        readers = [
            f"{role_words(roles[row.actor])}: {date_format(day_of(case, row.last))}"
            for row in readings_of([case.key])
            if row.actor in roles
        ]
        return {
            "retention_date": case.keep_until or "",
            "read_log_summary": sorted(set(readers)) or [_("nobody")],
            "contact_count": count_of(case.id),
        }

    tell_both(r, case, NoticeId.N10, words, ctx=ctx)

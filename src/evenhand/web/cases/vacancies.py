"""What a minute changes about seats: a lost role ends its seats, and a seat nobody could fill is tried again."""

from __future__ import annotations

from typing import Final

from evenhand.context import Context
from evenhand.procedure.states import State
from evenhand.procedure.transitions import owner_of
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Case, Seat
from evenhand.web.cases.nonces import next_promised
from evenhand.web.cases.periods import moment
from evenhand.web.cases.pool import ACCOUNT_ROLES
from evenhand.web.cases.recusal import redraw
from evenhand.web.cases.seating import rise
from evenhand.web.people.queries import holders_of
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.unit import recording

_LEFT: Final = "left"


def end_seats_of_lost_roles(ctx: Context) -> int:
    """End the seats of people who no longer hold the role behind them or hold a restricted office (INV-10).

    Each is drawn again; returns how many ended. One query per role, one unit of work per seat.
    """
    ended = 0
    for role, account in ACCOUNT_ROLES.items():
        holding = holders_of(account, ctx.now())
        seats = Seat.objects.filter(role=role, ends=None).exclude(person__in=holding).select_related("case")
        for seat in seats.order_by("begins", "id"):
            _end(seat, ctx)
            redraw(case=seat.case_id, role=role, ctx=ctx)
            ended += 1
    return ended


def fill_empty_seats(ctx: Context) -> int:
    """Draw for every case that waits because its seat could not be filled; return how many were filled.

    Does nothing while no secret is promised.
    """
    waiting = Case.objects.filter(allocation_pending=True).order_by("due", "id").values_list("id", "state")
    if not waiting or next_promised() is None:
        return 0
    return sum(bool(redraw(case=case, role=owner_of(State(state)), ctx=ctx)) for case, state in waiting)


def _end(seat: Seat, ctx: Context) -> None:
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="a role was lost") as r,
        acting(r, "seat.changed", case=seat.case, obj=seat.id) as act,
    ):
        rise(act, seat.case, seat, moment(ctx), reason=_LEFT, approver=SYSTEM)

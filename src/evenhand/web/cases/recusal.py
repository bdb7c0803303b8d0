"""Self-recusal: one click, at once, without approval, for ever in that case; never a case without owner (INV-04)."""

from __future__ import annotations

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.acts import acting, writer
from evenhand.web.cases.draws import seat_by_draw
from evenhand.web.cases.models import Case, Seat
from evenhand.web.cases.periods import moment
from evenhand.web.cases.pool import KINDS
from evenhand.web.cases.refusals import NobodyLeft, Refused
from evenhand.web.cases.seating import rise
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording


def recuse(*, case: str, actor: ActorId, ctx: Context) -> tuple[CaseRole, ...]:
    """End every seat the person holds in the case, draw again for those that are drawn, and return the roles given up.

    The recusal stands even if nobody can be drawn: then the case keeper has the case. Raises Refused for somebody
    who holds no seat.
    """
    row = Case.objects.get(pk=case)
    seats = list(Seat.objects.filter(case=row, person=actor, ends=None).order_by("begins", "id"))
    if not seats:
        raise Refused("you hold no seat in this case")
    with (
        recording(actor=writer(row, actor, ctx), ctx=ctx, purpose="recuse oneself") as r,
        acting(r, "case.recused", case=row, obj=row.id) as act,
    ):
        act.fact(by=actor)
        for seat in seats:
            rise(act, row, seat, moment(ctx), reason="recused")
    roles = tuple(CaseRole(seat.role) for seat in seats)
    for role in roles:
        redraw(case=case, role=role, ctx=ctx)
    return roles


def redraw(*, case: str, role: CaseRole, ctx: Context) -> tuple[Seat, ...]:
    """Draw again for a seat that was lost and return the new holder's seat; () where nobody is left to draw."""
    if role not in KINDS:
        return ()
    try:
        return seat_by_draw(case=case, role=role, ctx=ctx)
    except NobodyLeft:
        return ()

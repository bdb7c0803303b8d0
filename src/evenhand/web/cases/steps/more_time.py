"""More time to answer (T08): fourteen days on request, once, without a reason."""

from __future__ import annotations

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases import clocks
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Case, Clock, Party
from evenhand.web.cases.periods import due_from, moment
from evenhand.web.cases.refusals import Refused
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording

_OWN = {CaseRole.RESPONDENT.value: ClockId.REPLY}


def give_more_time(*, party: Party, channel: str, actor: ActorId, ctx: Context) -> Clock:
    """Make a party's running time to answer longer, once, and return it. Nobody has to agree: it is a right.

    `channel`: page, letter or telephone. Raises Refused where the time does not run, or a second time.
    """
    clock = _OWN.get(party.side, ClockId.INFO)
    running = clocks.window(party.case, clock, party.id)
    if running is None or clocks.is_over(running, moment(ctx)):
        raise Refused(_("This time is not running."), mend=_("Write a message: a person reads it."))
    with (
        recording(actor=actor, ctx=ctx, purpose="more time") as r,
        acting(r, "clock.recorded", case=party.case, obj=running.id, why="extended") as act,
    ):
        act.fact(party=party.id, channel=channel)
        return clocks.extend(act, party.case, clock, party.id)


def may_have_more(case: Case, window: Clock | None, ctx: Context) -> bool:
    """Return whether this window can still be made longer."""
    if window is None or window.begins is None or window.ended_at is not None or clocks.is_over(window, ctx.now()):
        return False
    return window.due != due_from(case, ClockId(window.name), window.begins, extended=True).bound

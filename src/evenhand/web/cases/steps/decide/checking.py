"""T13: which outcomes a reviewer from outside checks before anybody is told, and sending one there.

Always: what is grave, a protected characteristic, an own motion, a link to a leading office. Of the rest one in twenty,
the ends without a panel too (T03a, T04b, T07), so that a case is not got rid of more quietly than it is decided
(INV-34). The sample follows from the secret of the draw that seated whoever decided, and from the case: anybody can
repeat it, and whoever decides changes nothing about it by how they decide.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from django.utils.translation import gettext as _

from evenhand.codes import Rung
from evenhand.context import Context
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.outcomes import Origin, ReviewCause, review_causes
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.sampling import SampleOf, in_sample
from evenhand.procedure.states import State
from evenhand.web.cases import clocks
from evenhand.web.cases.acts import acting
from evenhand.web.cases.draws import seat_by_draw
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Case, Draw, Review, Seat
from evenhand.web.cases.periods import moment
from evenhand.web.cases.refusals import NobodyLeft, Refused
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.unit import recording

STAGE: Final = "T13"
SHARE: Final = 0.05
"""How much of what need not always be checked is checked as well."""


def causes_of(case: Case, *, decided_by: CaseRole, rung: Rung = Rung.NOTHING) -> tuple[ReviewCause, ...]:
    """Return why an outcome is checked from outside before anybody is told; () if it goes out as it is. One query."""
    return review_causes(
        rung_height=rung.height, protected_characteristic=case.protected_characteristic,
        origin=Origin.OWN_MOTION if case.own_motion else Origin.COMPLAINT, restricted_linked=case.restricted_linked,
        sampled=_sampled(case, decided_by),
    )  # fmt: skip


def _sampled(case: Case, decided_by: CaseRole) -> bool:
    """Return whether the first draw that seated whoever decides puts the case into the sample."""
    drawn = Draw.objects.filter(case=case, purpose=decided_by.value).exclude(nonce=None).order_by("number").first()
    return drawn is not None and in_sample(SampleOf.REVIEW, bytes.fromhex(str(drawn.nonce)), case.id, SHARE)


def reviewer_of(case: Case, ctx: Context) -> Seat | None:
    """Return the reviewer's seat, drawn now where nobody holds it; None where nobody can be drawn."""
    seats = Seat.objects.filter(case=case, role=CaseRole.REVIEWER.value, ends=None)
    if (seat := seats.first()) is not None:
        return seat  # a challenge of a panel member may have drawn one already
    try:
        seat_by_draw(case=case.id, role=CaseRole.REVIEWER, ctx=ctx)
    except NobodyLeft:
        return None
    case.refresh_from_db()
    return seats.first()


def reviewer_before(case: Case, causes: Sequence[ReviewCause], ctx: Context) -> Seat | None:
    """Return who checks an end before it is told, None where nobody has to.

    Raises Refused where somebody has to and nobody can be drawn: the case stays with whoever has it, with its date.
    """
    if not causes:
        return None
    seat = reviewer_of(case, ctx)
    if seat is None:
        raise Refused(
            _("Somebody from outside has to check this before anybody is told, and nobody can be drawn for it now."),
            mend=_("The case stays with you. Ask the case keeper to fill the pool of reviewers, then send it again."),
        )
    return seat


def to_reviewer(
    case: Case, seat: Seat, causes: Sequence[ReviewCause], *, met: Collection[str] = (), ctx: Context
) -> None:
    """Take T13, in a unit of its own or the one that is open: the reviewer has the case now, with their clock."""
    why = "sampled" if tuple(causes) == (ReviewCause.SAMPLE,) else "always"
    with recording(actor=SYSTEM, ctx=ctx, purpose="review") as r, acting(r, "case.review_recorded", case=case) as act:
        act.fact(causes=[cause.value for cause in causes])
        act.insert(Review(id=ctx.new_id(), case=case, seat=seat, why=why, drawn_at=moment(ctx)))
        # Nobody was told of the end, so nobody's time to ask about it runs: it begins anew when they are.
        clocks.replace(act, case, ClockId.SCREENING_ASK, moment(ctx))
        guards = {"reviewer_drawn", "not_yet_notified", *met}
        move(act, case, STAGE, target=State.INDEPENDENT_REVIEW, role="system", met=guards, ctx=ctx)

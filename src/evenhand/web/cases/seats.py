"""The verbs of seats: take intake, fill a seat by lot, end one with a reason and a second approver (INV-19)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.roles import MERIT_ROLES, CaseRole
from evenhand.web.cases.acts import acting
from evenhand.web.cases.draws import check_draw, seat_by_draw
from evenhand.web.cases.items import has_other_part, items_of
from evenhand.web.cases.models import Case, Declaration, Exclusion, Party, Seat
from evenhand.web.cases.periods import moment
from evenhand.web.cases.pool import ACCOUNT_ROLES
from evenhand.web.cases.refusals import Refused
from evenhand.web.cases.seating import open_file, open_priors, rise, sit
from evenhand.web.cases.standing import FOR_GOOD
from evenhand.web.people.queries import roles_at
from evenhand.web.people.roles import Role
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.unit import recording

__all__ = [
    "Declaration", "check_draw", "declare", "declared", "end", "items_of", "open_file", "open_priors", "seat_by_draw",
    "take",
]  # fmt: skip

GIVEN: Final = frozenset({"illness", "challenge", "left"})
"""Why somebody else may end a seat; its holder recuses themselves (cases.recusal)."""
_TAKEN: Final = frozenset({CaseRole.INTAKE, CaseRole.DPO, CaseRole.LIAISON, CaseRole.WELFARE_C, CaseRole.WELFARE_R})


def take(*, case: str, role: CaseRole, person: str, ctx: Context) -> Seat:
    """Seat a person who takes a part that nobody is drawn for: intake, the liaison, welfare, data protection.

    Raises Refused for a drawn role, a taken one, somebody without the role, a restricted, excluded or party person,
    and for whoever would have two parts in what the case is about (INV-02).
    """
    if role not in _TAKEN:
        raise Refused("nobody takes this seat: it is drawn", where=role.value)
    now = moment(ctx)
    row = Case.objects.select_related("submission").get(pk=case)
    _check_may_sit(row, role, person, now)
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="take a seat") as r,
        acting(r, "seat.changed", case=row, obj=row.id) as act,
    ):
        if Seat.objects.filter(case=row, role=role, ends=None).exists():
            raise Refused("somebody else has taken this already", mend="Look at the case again.")
        return sit(act, row, person, role, now)


def end(*, seat: str, reason: str, approver: ActorId, actor: ActorId, ctx: Context) -> None:
    """End somebody's seat for a coded reason, approved by a second person; then the seat is drawn again.

    The two differ, and neither is the holder. Raises Refused for another reason or a seat that has ended.
    """
    row = Seat.objects.select_related("case").filter(pk=seat, ends=None).first()
    if row is None or reason not in GIVEN:
        raise Refused("there is no such open seat, or this is no reason to end it", where=reason[:40])
    if approver == actor or row.person in {approver, actor}:
        raise Refused("two people who do not hold the seat decide on it", mend="Ask somebody else to approve.")
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="end a seat") as r,
        acting(r, "seat.changed", case=row.case, obj=row.id) as act,
    ):
        act.fact(by=actor, approver=approver, reason=reason)
        rise(act, row.case, row, moment(ctx), reason=reason, approver=approver)


def declare(*, seat: str, kind: str, stage: str, text: str | None, actor: ActorId, ctx: Context) -> Declaration:
    """Record what the holder of a seat declares: conflict (stage `seat`) or outside contact (stage = the step).

    No text declares none. Raises UsageError for somebody else's seat; what was declared is never changed.
    """
    if kind not in {"conflict", "contact"}:
        raise UsageError("conflicts and contacts are declared, nothing else", where=kind[:40])
    row = Seat.objects.select_related("case").filter(pk=seat, person=actor, ends=None).first()
    if row is None:
        raise UsageError("only the holder of an open seat declares", mend="Open your own seat.")
    with (
        recording(actor=actor, ctx=ctx, purpose="declare") as r,
        acting(r, "seat.declared", case=row.case, obj=row.id) as act,
    ):
        return act.insert(
            Declaration(
                id=ctx.new_id(), seat=row, kind=kind, answer="some" if text else "none", stage=stage,
                text=act.seal("declaration.text", text) if text else None, at=moment(ctx),
            )
        )  # fmt: skip


def declared(case: str, kind: str, stage: str) -> dict[str, str]:
    """Return seat id -> answer of what was declared in a case for a stage. One query."""
    rows = Declaration.objects.filter(seat__case_id=case, kind=kind, stage=stage)
    return dict(rows.values_list("seat_id", "answer"))


def _check_may_sit(case: Case, role: CaseRole, person: str, now: datetime) -> None:
    """Refuse in the same words whoever may not: the sender's exclusion is nobody's to learn."""
    held = roles_at(person, now)
    barred = (
        ACCOUNT_ROLES[role] not in held
        or Role.RESTRICTED in held
        or (case.outside and role in MERIT_ROLES)
        or Exclusion.objects.filter(submission=case.submission_id, person=person).exists()
        or Party.objects.filter(case=case, account=person).exists()
        or Seat.objects.filter(case=case, person=person, end_reason__in=FOR_GOOD).exists()
    )
    if barred:
        raise Refused(_("You cannot take this seat."), mend=_("Ask the case keeper who can."))
    if role in MERIT_ROLES and has_other_part(case, person):
        raise another_officer()


def another_officer() -> Refused:
    """Return the refusal for whoever would have two parts in what a case is about, with the way out."""
    return Refused(
        _("Another officer must take this one: you have had a part in what it is about."),
        mend=_("Leave it where it is. It stays in the list of your colleagues, with the same date."),
    )

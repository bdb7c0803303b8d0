"""Who owns a case: one person or one role and one due date in every live state, never nobody (INV-26)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from evenhand.procedure.clocks import ClockId, Due
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.procedure.transitions import owner_of
from evenhand.web.cases.items import barred_by_items
from evenhand.web.cases.models import Case, Clock, Exclusion, Party, PersonSet, Seat
from evenhand.web.cases.periods import due_from
from evenhand.web.cases.refusals import Refused
from evenhand.web.people.queries import holders_of
from evenhand.web.people.roles import Role

UNOWNED: Final[dict[str, Any]] = {
    "owner_role": None, "owner": None, "aim": None, "due": None, "allocation_pending": False,
}  # fmt: skip
"""The columns of a case in which nothing is left to decide."""
_BY_QUEUE: Final = frozenset({CaseRole.INTAKE, CaseRole.CASE_KEEPER})
"""Roles whose holders take the case from a list: until somebody has, the role itself owns it."""


def holder(case: Case, role: CaseRole) -> str | None:
    """Return who holds a role in a case (of a panel, the chair), or None. One query."""
    seats = Seat.objects.filter(case=case, role=role, ends=None).order_by("-chair", "begins", "id")
    return seats.values_list("person", flat=True).first()


def owned(case: Case, state: State, due: Due | None, owner: str | None, now: datetime) -> dict[str, Any]:
    """Return the owner's columns of a case in a live state.

    Where the role has nobody yet, the case keeper has the case, with two working days to fill the seat.
    """
    role = owner_of(state)
    person = owner or holder(case, role)
    if owner is not None and not Seat.objects.filter(case=case, person=owner, role=role, ends=None).exists():
        raise Refused("the new owner holds no seat for this", mend="Seat them first.")
    if person is None and role not in _BY_QUEUE:
        return pending(case, now)
    if due is None or due.bound is None:
        raise Refused("there is no date by which this is due", where=state.value, mend="Check the procedure's clocks.")
    return {
        "owner_role": role.value, "owner": person, "aim": due.aim, "due": due.bound, "allocation_pending": False,
    }  # fmt: skip


def pending(case: Case, now: datetime) -> dict[str, Any]:
    """Return the owner's columns while nobody holds the seat: the case keeper's list, due in two working days."""
    allocate = due_from(case, ClockId.ALLOCATION, now)
    return {
        "owner_role": CaseRole.CASE_KEEPER.value, "owner": None, "aim": allocate.aim, "due": allocate.bound,
        "allocation_pending": True,
    }  # fmt: skip


def owned_again(case: Case, now: datetime) -> dict[str, Any]:
    """Return the owner's columns after a seat was filled: the stage's own clock goes on, none restarts."""
    return owned(case, State(case.state), _stage_due(case), None, now)


def given_up(case: Case, role: CaseRole, person: str, now: datetime) -> dict[str, Any]:
    """Return the owner's columns when the owner gets up: another holder of the role, intake's list, or the case keeper.

    Intake's list has it while another officer could take it; a seat that is drawn waits for its draw.
    """
    others = Seat.objects.filter(case=case, role=role, ends=None).exclude(person=person).order_by("-chair", "begins")
    columns = pending(case, now)
    due = _stage_due(case) or Due(case.aim, case.due)
    if (other := others.values_list("person", flat=True).first()) or (
        role is CaseRole.INTAKE and free_officers(case, now)
    ):
        columns = {
            "owner_role": role.value, "owner": other, "aim": due.aim, "due": due.bound, "allocation_pending": False,
        }  # fmt: skip
    return columns


def free_officers(case: Case, now: datetime) -> frozenset[str]:
    """Return the officers who could take the case to intake: not excluded, no party, never seated, none who assessed
    an item it names. Six queries."""
    if case.outside:
        return frozenset()
    barred = set(Exclusion.objects.filter(submission=case.submission_id).values_list("person", flat=True))
    barred |= set(Party.objects.filter(case=case).exclude(account=None).values_list("account", flat=True))
    barred |= set(PersonSet.objects.filter(case=case).values_list("person", flat=True))
    barred |= barred_by_items(case)
    return frozenset(holders_of(Role.OFFICER, now)) - barred


def _stage_due(case: Case) -> Due | None:
    stage = Clock.objects.filter(case=case, ended_at=None, stage=True).order_by("-opened_at", "-id").first()
    if stage is None:
        return None
    if stage.due is None:
        return due_from(case, ClockId(stage.name), stage.opened_at)
    return Due(stage.aim, stage.due)

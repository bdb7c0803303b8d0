"""How a person sits down in a case and gets up again, inside an act: the seat, their one set of roles, the keys.

A seat of a case and the seats on its keys are given and ended in the same unit of work. Assessors get the keys of
what was sent only when their blind record is saved (INV-20); a panel gets earlier findings only when liability is
decided (INV-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from django.db.models import QuerySet

from evenhand.procedure.roles import CaseRole, role_set_of
from evenhand.procedure.states import State
from evenhand.procedure.transitions import owner_of
from evenhand.web.cases.acts import Act
from evenhand.web.cases.items import NO_SET, items_of
from evenhand.web.cases.models import Case, Draw, PersonSet, PoolMember, Seat, Submission
from evenhand.web.cases.owners import given_up, owned_again
from evenhand.web.cases.refusals import Refused
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.seats import end_seats, grant_seat

_CASE, _SENT, _ITEMS = "case", "submission", "items"
_ALL: Final = frozenset({_CASE, _SENT, _ITEMS})
OPENED: Final[Mapping[CaseRole, frozenset[str]]] = MappingProxyType(
    {
        CaseRole.INTAKE: _ALL,
        CaseRole.INVESTIGATOR: _ALL,
        CaseRole.ASSESSOR: frozenset({_CASE}),
        CaseRole.SECOND_ASSESSOR: frozenset({_CASE}),
        CaseRole.CHARGE_ASSESSOR: frozenset({_CASE}),
        CaseRole.PANEL: frozenset({_CASE, _ITEMS}),
        CaseRole.REVIEWER: frozenset({_CASE, _ITEMS}),
        CaseRole.APPEAL_PANEL: frozenset({_CASE, _ITEMS}),
        CaseRole.REOPENING_PANEL: frozenset({_CASE}),
    }
)
"""What a role opens on sitting down; every other role opens what the case's own key opens."""
_AFTER_BLIND: Final[Mapping[CaseRole, frozenset[str]]] = MappingProxyType(
    {
        CaseRole.ASSESSOR: frozenset({_SENT, _ITEMS}),
        CaseRole.SECOND_ASSESSOR: frozenset({_SENT, _ITEMS}),
        CaseRole.CHARGE_ASSESSOR: frozenset({_ITEMS}),
    }
)


def sit(
    act: Act,
    case: Case,
    person: str,
    role: CaseRole,
    now: datetime,
    *,
    member: PoolMember | None = None,
    draw: Draw | None = None,
    chair: bool = False,
) -> Seat:
    """Seat a person in a case and open what the role opens. The triggers refuse whoever may not sit there."""
    role_set = role_set_of(role)
    if role_set is not None and not PersonSet.objects.filter(case=case, person=person).exists():
        act.insert(PersonSet(case=case, person=person, role_set=role_set.value))
    seat = act.insert(
        Seat(
            id=act.r.ctx.new_id(), case=case, person=person, role=role.value,
            role_set=role_set.value if role_set else NO_SET, chair=chair, member=member, draw=draw, begins=now,
        )
    )  # fmt: skip
    _open(act, case, person, role, what=OPENED.get(role, frozenset({_CASE})), now=now)
    if case.due is not None and case.owner is None and owner_of(State(case.state)) is role:
        act.change(case, **owned_again(case, now))
    return seat


def open_file(act: Act, case: Case, person: str, role: CaseRole, now: datetime) -> None:
    """Open what an assessor may read once their blind record is saved; Refused for a role that is never blind."""
    if role not in _AFTER_BLIND:
        raise Refused("nothing is kept from this role for later")
    _open(act, case, person, role, what=_AFTER_BLIND[role], now=now)


def open_priors(act: Act, case: Case, now: datetime) -> None:
    """Open earlier findings to the panel; Refused before it has decided whether it happened (INV-21)."""
    if case.liability_decided_at is None:
        raise Refused("earlier findings are shown only after it was decided whether it happened")
    if case.priors_key is None:
        raise Refused("nobody has put earlier findings together yet")
    for person in Seat.objects.filter(case=case, role=CaseRole.PANEL, ends=None).values_list("person", flat=True):
        key = KeyId(case.priors_key)
        grant_seat(act.r, key=key, actor=ActorId(person), role=CaseRole.PANEL.value, since=now)


def rise(act: Act, case: Case, seat: Seat, now: datetime, *, reason: str, approver: str | None = None) -> None:
    """End a seat with everything it opened; the case's owner changes first, so that nobody gone owns a case."""
    if case.owner == seat.person:
        act.change(case, **given_up(case, CaseRole(seat.role), seat.person, now))
    act.change(seat, ends=max(now, seat.begins), end_reason=reason, end_approver=approver)
    _close(act, case, seat, now)


def keys_of(case: Case, what: frozenset[str]) -> list[KeyId]:
    """Return the keys of the case, of what was sent, of its items, as asked. Two queries at most."""
    keys = [KeyId(case.key)] if _CASE in what else []
    if _SENT in what:
        keys += map(KeyId, Submission.objects.filter(pk=case.submission_id).values_list("key", flat=True))
    if _ITEMS in what:
        keys += map(KeyId, items_of(case).values_list("key", flat=True))
    return keys


def _open(act: Act, case: Case, person: str, role: CaseRole, *, what: frozenset[str], now: datetime) -> None:
    for key in keys_of(case, what):
        grant_seat(act.r, key=key, actor=ActorId(person), role=role.value, since=now)


def _close(act: Act, case: Case, seat: Seat, now: datetime) -> None:
    """End the person's seats on the keys, but for items they still need in the same role in another case."""
    elsewhere = Case.objects.filter(pk__in=_other_seats(seat).values("case"))
    needed = {key for other in elsewhere for key in keys_of(other, frozenset({_ITEMS, _SENT}))}
    keys = [*keys_of(case, _ALL), *([KeyId(case.priors_key)] if case.priors_key else [])]
    for key in keys:
        if key not in needed:
            end_seats(act.r, actor=ActorId(seat.person), at=now, role=seat.role, key=key)


def _other_seats(seat: Seat) -> QuerySet[Seat]:
    return Seat.objects.filter(person=seat.person, role=seat.role, ends=None).exclude(case=seat.case_id)

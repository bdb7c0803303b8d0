"""The pool people are drawn from: appointed by at least two bodies, and as it was when a report was received.

A case's pool is fixed by the moment of receipt: who was appointed by then and had not ended. It is written down, with
opaque ids, when the case first needs a draw; what was appointed when stands in the log either way (INV-51).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from django.db.models import Q, QuerySet

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.draw import Skill, opaque_id
from evenhand.procedure.draw_bytes import SALT_SIZE
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.acts import acting
from evenhand.web.cases.keyed import keyed
from evenhand.web.cases.models import Case, FrozenPool, Pool, PoolMember
from evenhand.web.cases.periods import moment
from evenhand.web.people.roles import Role
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.unit import recording

UNIT: Final = "unit"
_OUTSIDE_THREE: Final = frozenset({"legal", "expert", "lay"})
KINDS: Final[Mapping[CaseRole, frozenset[str]]] = MappingProxyType(
    {
        CaseRole.ASSESSOR: frozenset({UNIT}),
        CaseRole.SECOND_ASSESSOR: frozenset({UNIT}),
        CaseRole.INVESTIGATOR: frozenset({UNIT}),
        CaseRole.CHARGE_ASSESSOR: frozenset({"charge"}),
        CaseRole.PANEL: _OUTSIDE_THREE,
        CaseRole.REVIEWER: frozenset({"review"}),
        CaseRole.INTERIM_PANEL: _OUTSIDE_THREE,
        CaseRole.INTERIM_CHALLENGE: _OUTSIDE_THREE,
        CaseRole.INTERIM_COUNTERSIGN: _OUTSIDE_THREE,
        CaseRole.APPEAL_PANEL: _OUTSIDE_THREE,
        CaseRole.REOPENING_PANEL: _OUTSIDE_THREE,
    }
)
"""Which kinds of member each seat is drawn from."""
SKILLS: Final[Mapping[str, Skill]] = MappingProxyType(
    {"legal": Skill.LEGALLY_QUALIFIED, "expert": Skill.SUBJECT_EXPERT, "lay": Skill.LAY}
)
ACCOUNT_ROLES: Final[Mapping[CaseRole, Role]] = MappingProxyType(
    {
        CaseRole.INTAKE: Role.OFFICER,
        CaseRole.ASSESSOR: Role.OFFICER,
        CaseRole.SECOND_ASSESSOR: Role.OFFICER,
        CaseRole.INVESTIGATOR: Role.OFFICER,
        CaseRole.CHARGE_ASSESSOR: Role.CHARGE_ASSESSOR,
        CaseRole.PANEL: Role.PANEL,
        CaseRole.REVIEWER: Role.REVIEWER,
        CaseRole.INTERIM_PANEL: Role.INTERIM_PANEL,
        CaseRole.INTERIM_CHALLENGE: Role.INTERIM_PANEL,
        CaseRole.INTERIM_COUNTERSIGN: Role.INTERIM_PANEL,
        CaseRole.APPEAL_PANEL: Role.APPEAL_PANEL,
        CaseRole.REOPENING_PANEL: Role.REOPENING_PANEL,
        CaseRole.DPO: Role.DPO,
        CaseRole.LIAISON: Role.LIAISON,
        CaseRole.WELFARE_C: Role.WELFARE,
        CaseRole.WELFARE_R: Role.WELFARE,
    }
)
"""The role an account must carry for its person to sit there."""
_ALL_KINDS: Final = frozenset().union(*KINDS.values())


@dataclass(frozen=True, slots=True)
class Appointment:
    """One person appointed: as what, by which body, trained when; `branch` in the organisation's own words or none."""

    person: str
    kind: str
    appointed_by: str
    trained_on: date
    trained_until: date
    branch: str | None = None


def appoint(*, appointment: Appointment, actor: ActorId, ctx: Context) -> str:
    """Record that a person joined the pool and return the member's id; nobody appoints themselves.

    They can be drawn for reports received from now on, never for earlier ones.
    """
    if appointment.kind not in _ALL_KINDS:
        raise UsageError(
            "this is no kind of pool member", where=appointment.kind[:40], mend=", ".join(sorted(_ALL_KINDS))
        )
    if appointment.person == actor:
        raise UsageError("nobody appoints themselves", mend="Ask somebody else who may.")
    branch = keyed("branch", appointment.branch)[0][:32] if appointment.branch else None
    with (
        recording(actor=actor, ctx=ctx, purpose="appoint to the pool") as r,
        acting(r, "pool.appointed", key=ORGANISATION, obj=(member := ctx.new_id())) as act,
    ):
        act.insert(
            PoolMember(
                id=member, person=appointment.person, kind=appointment.kind, branch=branch,
                appointed_by=appointment.appointed_by, appointed_at=moment(ctx),
                trained_on=appointment.trained_on, trained_until=appointment.trained_until,
            )
        )  # fmt: skip
    return member


def end_appointment(*, member: str, actor: ActorId, ctx: Context) -> None:
    """Record that a member left the pool; cases received before keep their pool, where they can still be drawn."""
    with recording(actor=actor, ctx=ctx, purpose="end an appointment") as r:
        row = PoolMember.objects.filter(pk=member, ended_at=None).first()
        if row is None:
            raise UsageError("there is no such member in the pool")
        with acting(r, "pool.appointed", key=ORGANISATION, obj=member) as act:
            act.change(row, ended_at=moment(ctx))


def members_of(case: Case) -> QuerySet[PoolMember]:
    """Return who was in the pool when the report was received."""
    there = Q(appointed_at__lte=case.received_at) & (Q(ended_at=None) | Q(ended_at__gt=case.received_at))
    return PoolMember.objects.filter(there).order_by("id")


def freeze(case: Case, ctx: Context) -> None:
    """Write down the pool of a case with its opaque ids, once; what is written is never changed."""
    if Pool.objects.filter(case=case).exists():
        return
    salt = ctx.random(SALT_SIZE)
    members = list(members_of(case))
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="freeze the pool") as r,
        acting(r, "pool.frozen", case=case, obj=case.id) as act,
    ):
        act.fact(bodies=sorted({member.appointed_by for member in members}))
        act.insert(
            Pool(case=case, salt=act.seal("pool.salt", salt.hex()), as_of=case.received_at, frozen_at=moment(ctx))
        )
        for member in members:
            act.insert(FrozenPool(case=case, member=member, salted=opaque_id(salt, member.person)))

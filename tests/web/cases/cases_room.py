"""What the tests of cases stand on: a report that was received, a pool with people in it, seats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.procedure.transitions import find
from evenhand.web.cases import engine
from evenhand.web.cases.acts import acting
from evenhand.web.cases.engine import Opened, Report, SaidItem, open_case
from evenhand.web.cases.models import Case, Event, Seat
from evenhand.web.cases.nonces import promise
from evenhand.web.cases.pool import Appointment, appoint
from evenhand.web.cases.seats import take
from evenhand.web.people.actions import create_person, grant_role
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.unit import recording

REPORT = Report(
    sender="target",
    explanation="He called me a muppet, twice.",
    subjects=("Robin Quill",),
    items=(SaidItem("chirp:1", "https://chirp.example/1", text="You muppet"),),
    contact="me@quillhaven.example",
)
# name -> (role of the account, kind in the pool or none)
PEOPLE: Mapping[str, tuple[Role, str | None]] = {
    **{f"officer_{n}": (Role.OFFICER, "unit") for n in range(1, 6)},
    **{f"charge_{n}": (Role.CHARGE_ASSESSOR, "charge") for n in range(1, 4)},
    **{f"{kind}_{n}": (Role.PANEL, kind) for kind in ("legal", "expert", "lay") for n in range(1, 4)},
    **{f"reviewer_{n}": (Role.REVIEWER, "review") for n in range(1, 4)},
    "keeper": (Role.CASE_KEEPER, None),
}
BODIES = ("members_meeting", "ombuds_council")


@dataclass(frozen=True)
class Company:
    """The people of a test, by name."""

    ctx: Context
    ids: Mapping[str, str]

    def __getitem__(self, name: str) -> ActorId:
        return ActorId(self.ids[name])

    @cached_property
    def names(self) -> dict[str, str]:
        return {person: name for name, person in self.ids.items()}


def company(ctx: Context, *, nonces: int = 30) -> Company:
    """Make the people, appoint the pool, promise secrets; return everybody by name."""
    with recording(actor=SYSTEM, ctx=ctx, purpose="set up"):
        ids = {name: _person(name, role, ctx) for name, (role, _) in PEOPLE.items()}
        for number, (name, (_, kind)) in enumerate(PEOPLE.items()):
            if kind:
                appointment = Appointment(ids[name], kind, BODIES[number % 2], date(2026, 1, 1), date(2027, 12, 31))
                appoint(appointment=appointment, actor=SYSTEM, ctx=ctx)
    if nonces:
        promise(number=nonces, actor=ActorId(ids["keeper"]), ctx=ctx)
    return Company(ctx, ids)


def _person(name: str, role: Role, ctx: Context) -> str:
    person = create_person(username=name, password="pw", ctx=ctx).pk
    grant_role(person=PersonId(person), role=role, actor=SYSTEM, ctx=ctx)
    return str(person)


def received(ctx: Context, **changed: object) -> Opened:
    """Return what came of a report like REPORT."""
    return open_case(report=replace(REPORT, **changed), ctx=ctx)


def later(ctx: Context, **delta: float) -> Context:
    """Return the same randomness at a later moment."""
    moment: datetime = ctx.now() + timedelta(**delta)
    return Context(now=lambda: moment, random=ctx.random)


def seated(case: str, person: str, role: CaseRole, ctx: Context) -> Seat:
    return take(case=case, role=role, person=person, ctx=ctx)


def step(case_id: str, target: State, role: CaseRole | str, actor: str, ctx: Context, **more: object) -> Event:
    """Take the step that leads there with every guard met."""
    return step_as_seen(Case.objects.get(pk=case_id), target, role, actor, ctx, **more)


def step_as_seen(case: Case, target: State, role: CaseRole | str, actor: str, ctx: Context, **more: object) -> Event:
    """Take the step from where this reader last saw the case."""
    edge = find(State(case.state), target)
    assert edge is not None
    with (
        recording(actor=ActorId(actor), ctx=ctx, purpose="test") as r,
        acting(r, edge.leaf, case=case, **_leaf(edge.leaf)) as act,
    ):
        return engine.move(
            act, case, edge.id, target=target, role=role, met=edge.guards, ctx=ctx, **more,
        )  # fmt: skip


def _leaf(leaf: str) -> dict[str, object]:
    """Return what the leaf of a step needs beside its document."""
    from evenhand.ledger.registry import REGISTRY, Need

    row = REGISTRY[leaf]
    needs = {"pub": dict.fromkeys(row.pub_needs, bytes(32)), "commitments": dict.fromkeys(row.needs - {"doc"}, b"x")}
    return needs | ({"ref": (0,)} if row.ref is Need.MUST else {})

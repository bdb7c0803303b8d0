"""The engine: the one way a case moves from state to state, with its event, its owner and its clocks.

    with recording(actor=officer, ctx=ctx, purpose="triage") as r, acting(r, "submission.triaged", case=case) as act:
        engine.move(act, case, "T02", target=State.TRIAGE, role=CaseRole.INTAKE, met={"danger_looked_at", …}, ctx=ctx)

The step checks its own guards and names those that hold; the engine refuses an edge the table lacks or does not
offer yet, another role's step, an actor without the seat, a guard that is not met, an unfiled contact. The triggers
of the database refuse the same again, whoever writes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, Literal

from evenhand.context import Context
from evenhand.procedure.edges import Actor, Transition
from evenhand.procedure.guards import GUARDS
from evenhand.procedure.roles import MERIT_ROLES, PARTY_ROLES, CaseRole
from evenhand.procedure.states import NOT_LIVE, State
from evenhand.procedure.transitions import TABLE_VERSION, find
from evenhand.procedure.walk import NotThisRole, Standing, start, take
from evenhand.web.cases import clocks
from evenhand.web.cases.acts import Act
from evenhand.web.cases.contacts import check_filed
from evenhand.web.cases.models import Case, Event, Party, Seat
from evenhand.web.cases.owners import UNOWNED, owned
from evenhand.web.cases.periods import extra_guards_of, moment
from evenhand.web.cases.receipt import Opened, Report, SaidItem, open_case
from evenhand.web.cases.refusals import Refused, Stale
from evenhand.web.record.ids import SYSTEM

__all__ = ["Opened", "Report", "SaidItem", "check_revision", "edge_of", "move", "open_case", "standing_of"]

_BY: Final[Literal["system"]] = "system"


def check_revision(case: Case, revision: int | str | None) -> None:
    """Raise Stale unless the form was filled in for the case as it is now."""
    if str(revision) != str(case.revision):
        raise Stale


def move(
    act: Act,
    case: Case,
    step: str,
    *,
    target: State,
    role: Actor,
    met: Collection[str],
    ctx: Context,
    owner: str | None = None,
    reason_code: str | None = None,
) -> Event:
    """Take one step and return its event; the enclosing act's document holds it.

    `met`: ids of the guards the step has checked. `owner`: who owns the case from now on; by default whoever holds
    the seat of the state's role (a panel's chair). Raises Refused in words, Unfiled, or what the table says.
    """
    edge = edge_of(case, step, target, role)
    _check_seat(case, role, act.r.actor)
    _check_guards(case, edge, met)
    if role in MERIT_ROLES and edge.never_bulk:
        check_filed(case.id, act.r.actor)
    event = act.insert(_event(act, case, edge, role, reason_code=reason_code))
    _arrive(act, case, target, owner, ctx)
    return event


def edge_of(case: Case, step: str, target: State, role: Actor) -> Transition:
    """Return the edge a step takes; raise with readable words where there is none, it is not offered, not theirs."""
    if case.table_version != TABLE_VERSION:
        raise Refused("the case runs under a table of steps this program does not know", mend="Upgrade the program.")
    if case.paused_until is not None:
        raise Refused("the case is on hold", mend="End the pause first, with the reason.")
    where = standing_of(case)
    take(where, target, role)
    edge = find(where.state, target)
    if edge is None or edge.id != step:
        raise Refused("that step does not lead there", where=step, mend="Open the case again.")
    return edge


def standing_of(case: Case) -> Standing:
    """Return where the case stands and what it is to go back to, from its events. One query.

    Raises Stale where somebody moved the case since this row was read.
    """
    where = start()
    for target, role in Event.objects.filter(case=case).order_by("place").values_list("target", "actor_role"):
        where = take(where, State(target), _actor(role), offered_only=False)
    if where.state != case.state:
        check_revision(case, Case.objects.values_list("revision", flat=True).get(pk=case.pk))
        raise Refused("the events of this case do not lead to its state", mend="Run `evenhand ledger verify`.")
    return where


def _actor(role: str) -> Actor:
    return _BY if role == _BY else CaseRole(role)


def _check_seat(case: Case, role: Actor, actor: str) -> None:
    """Refuse whoever acts in a role that is not theirs in this case."""
    if role == _BY:
        theirs = actor == SYSTEM
    elif role in PARTY_ROLES:
        theirs = Party.objects.filter(case=case, pk=actor).exists()
    else:
        theirs = Seat.objects.filter(case=case, person=actor, role=role, ends=None).exists()
    if not theirs:
        raise NotThisRole("This step belongs to somebody else in the case. Nothing was changed.")


def _check_guards(case: Case, edge: Transition, met: Collection[str]) -> None:
    wanted = [*edge.guards, *extra_guards_of(case, edge.id)]
    missing = [GUARDS[guard].words for guard in wanted if guard not in met]
    if missing:
        raise Refused(f"This cannot be done yet: {' '.join(missing)}", mend="Nothing was changed.")


def _event(act: Act, case: Case, edge: Transition, role: Actor, *, reason_code: str | None) -> Event:
    ctx = act.r.ctx
    return Event(
        id=ctx.new_id(), case=case, place=Event.objects.filter(case=case).count() + 1, transition=edge.id,
        table_version=case.table_version, source=edge.source.value, target=edge.target.value, actor=act.r.actor,
        actor_role=str(role), human=act.r.actor != SYSTEM, at=moment(ctx), reason_code=reason_code,
    )  # fmt: skip


def _arrive(act: Act, case: Case, target: State, owner: str | None, ctx: Context) -> None:
    """End the clocks of the state that is left, start those of the new one, and name its owner."""
    now = moment(ctx)
    clocks.end_stage(act, case, now)
    clocks.carry_whole(act, case, target, now)
    due = clocks.begin_stage(act, case, target, now)
    changed: dict[str, Any] = {"state": target.value, "state_since": now}
    changed |= owned(case, target, due, owner, now) if target not in NOT_LIVE else UNOWNED
    if target is State.LIABILITY_DECIDED:
        changed["liability_decided_at"] = now
    if target is State.CLOSED:
        changed["closed_at"] = now
    act.change(case, **changed)

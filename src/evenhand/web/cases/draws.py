"""Draws: who sits is drawn by lot, committed before it is made, and can be repeated by anybody (INV-17 to INV-19).

    seat_by_draw(case=case_id, role=CaseRole.ASSESSOR, ctx=ctx)      # commit, reveal, seat: two units of work

First unit: the pool with its opaque ids, the constraints and the promised secret are committed to the log, and the
secret is used up. Second: it is revealed, the seats are filled. A crash between the two leaves a committed draw, which
the next call finishes: nobody gets a second try.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django.db import DatabaseError
from django.db.models import Max

from evenhand.context import Context
from evenhand.procedure.draw import (
    AtMost,
    Candidate,
    DrawResult,
    Plan,
    PoolTooSmall,
    Seated,
    draw,
    nonce_commitment,
    replay,
    seats_for,
    shrunk_strata,
)
from evenhand.procedure.draw import Seat as Place
from evenhand.procedure.draw_bytes import NONCE_SIZE, canonical
from evenhand.procedure.draw_files import from_document, to_document
from evenhand.procedure.roles import MERIT_ROLES, CaseRole
from evenhand.procedure.states import State
from evenhand.procedure.transitions import owner_of
from evenhand.web.cases.acts import Act, acting
from evenhand.web.cases.eligible import candidates, trained
from evenhand.web.cases.models import Case, Draw, FrozenPool, Link, PoolMember, Seat
from evenhand.web.cases.nonces import next_promised, reveal
from evenhand.web.cases.owners import pending
from evenhand.web.cases.periods import least_eligible, moment
from evenhand.web.cases.pool import KINDS, SKILLS, UNIT, freeze
from evenhand.web.cases.refusals import NobodyLeft, Refused, by_database
from evenhand.web.cases.seating import sit
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.queries import leaf_about
from evenhand.web.record.unit import recording

_BODIES: Final = 2
_TRIES: Final = 5
_ANY_NONCE: Final = bytes(NONCE_SIZE)
_BRANCHES: Final = (AtMost("branch", 1),)
_Pool = Mapping[str, tuple[Candidate, list[PoolMember]]]


def seat_by_draw(*, case: str, role: CaseRole, ctx: Context) -> tuple[Seat, ...]:
    """Fill the empty seats of a role by lot and return the new seats (of a panel: three, or the one that was lost).

    Raises NobodyLeft where too few can sit, the pool comes from one body, or no secret is promised: then the case
    keeper has the case. Raises Refused where no seat is empty. Cost: two commits, and one for the first draw; two
    more where somebody who was drawn can no longer sit, for whom somebody else is drawn at once.
    """
    row = Case.objects.get(pk=case)
    freeze(row, ctx)
    try:
        made, leaf = _committed(row, role, ctx)
        seats, missing = _make(row, made, leaf, ctx)
    except PoolTooSmall as error:
        _leave_to_case_keeper(row, role, ctx)
        raise NobodyLeft(f"nobody can be drawn: {error.what}", mend=error.mend) from error
    return (*seats, *seat_by_draw(case=case, role=role, ctx=ctx)) if missing else seats


def check_draw(row: Draw) -> tuple[str, ...]:
    """Return what does not hold when a draw is repeated from its transcript and the case's pool; () if it is sound."""
    if row.drawn_at is None:
        return ()
    record = from_document(json.loads(row.transcript))
    found = list(replay(record))
    if (record.commitment, record.plan.nonce_commitment, record.plan.draw_no) != (
        row.commitment, row.nonce_commitment, row.number,
    ):  # fmt: skip
        found.append("the transcript is not that of the draw that was committed")
    pool = set(FrozenPool.objects.filter(case=row.case_id).values_list("salted", flat=True))
    if not {each.person for each in record.plan.pool} <= pool:
        found.append("the pool of the draw is not the one that was frozen")
    return tuple(found)


def _committed(case: Case, role: CaseRole, ctx: Context) -> tuple[Draw, int]:
    """Return the draw to be made and its leaf: one that was committed and not made, else a new one.

    Two draws at once want the same next secret; whoever comes second begins again with the one after it.
    """
    for again in range(_TRIES):
        left = Draw.objects.filter(case=case, purpose=role.value, drawn_at=None).order_by("-number").first()
        if left is not None:
            return left, leaf_about(left.id, "draw.committed")
        try:
            return _commit(case, role, ctx)
        except DatabaseError as error:
            if not by_database(error) or again == _TRIES - 1:
                raise
    raise AssertionError("the last try returns or raises")


def _commit(case: Case, role: CaseRole, ctx: Context) -> tuple[Draw, int]:
    """Commit pool and constraints to the log, use up the next promised secret, and return the draw and its leaf."""
    if role not in KINDS or role not in MERIT_ROLES:
        raise Refused("nobody is drawn for this role", where=role.value)
    now = moment(ctx)
    pool = candidates(case, role, now)
    promised = next_promised()
    if promised is None:
        raise PoolTooSmall("the case keeper has promised no more secrets", mend="Promise some, then draw again.")
    plan = _plan(case, role, pool, promised.commitment)
    _check_feasible(role, plan, pool)
    touched = _touched_by_party(case, pool)
    row = Draw(
        id=ctx.new_id(), case=case, number=plan.draw_no, purpose=role.value, commitment=plan.commitment,
        nonce_commitment=promised.commitment, committed_at=now, transcript=canonical(plan.document()).decode(),
    )  # fmt: skip
    commitments = {
        "pool": canonical(plan.document()["pool"]), "constraints": canonical(plan.constraints.document()),
    }  # fmt: skip
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="commit a draw") as r,
        acting(r, "draw.committed", case=case, obj=row.id, commitments=commitments) as act,
    ):
        act.fact(shrunk=[[each.seat, each.eligible, each.touched] for each in shrunk_strata(plan, touched)])
        act.insert(row)
    return row, r.acknowledged[0].index


def _plan(case: Case, role: CaseRole, pool: _Pool, promised: str) -> Plan:
    number = (Draw.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0) + 1
    constraints = seats_for(role, balance=_BRANCHES, least=least_eligible(case))
    kept = _kept(case, role)
    if len(kept) == len(constraints.seats):
        raise Refused("no seat is empty", where=role.value)
    return Plan(case.id, number, tuple(each for each, _ in pool.values()), constraints, promised, kept)


def _kept(case: Case, role: CaseRole) -> dict[str, str]:
    """Return seat name -> opaque id of whoever still sits: a re-draw replaces only the person concerned (INV-19)."""
    last = Draw.objects.filter(case=case, purpose=role).exclude(drawn_at=None).order_by("-number").first()
    if last is None:
        return {}
    sitting = Seat.objects.filter(case=case, role=role, ends=None).values("member__person")
    salted = set(FrozenPool.objects.filter(case=case, member__person__in=sitting).values_list("salted", flat=True))
    return {
        each.seat: each.person for each in from_document(json.loads(last.transcript)).seats if each.person in salted
    }


def _check_feasible(role: CaseRole, plan: Plan, pool: _Pool) -> None:
    """Raise PoolTooSmall before anything is committed: whether seats can be filled does not hang on the secret."""
    bodies = {member.appointed_by for _, members in pool.values() for member in members}
    if UNIT not in KINDS[role] and len(bodies) < _BODIES:
        raise PoolTooSmall("the pool was not appointed by two bodies", mend="Ask for people from outside.")
    draw(
        Plan(plan.case_id, plan.draw_no, plan.pool, plan.constraints, nonce_commitment(_ANY_NONCE), plan.kept),
        _ANY_NONCE,
    )


def _touched_by_party(case: Case, pool: _Pool) -> frozenset[str]:
    """Return the opaque ids of people whom a party linked to itself after receipt: counted, never excluded by that."""
    people = set(Link.objects.filter(case=case, by_party=True).values_list("person", flat=True))
    return frozenset(salted for salted, (_, members) in pool.items() if members[0].person in people)


def _make(case: Case, row: Draw, leaf: int, ctx: Context) -> tuple[tuple[Seat, ...], bool]:
    """Reveal the secret, fill the empty seats, return them and whether one stayed empty.

    Whoever was drawn and has meanwhile become unable to sit (between the two commits, or before a draw that a crash
    left was finished) stays in the transcript, which can be repeated, and takes no seat.
    """
    nonce = reveal(row.nonce_commitment, ctx)
    plan = _stored_plan(row)
    result = draw(plan, nonce)
    now = moment(ctx)
    pool = candidates(case, CaseRole(row.purpose), now)
    drawn = _new_seats(plan, result)
    able = [each for each in drawn if each.person in pool and pool[each.person][0].excluded is None]
    document = to_document(result.record)
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="make a draw") as r,
        acting(r, "draw.made", case=case, obj=row.id, ref=(leaf,)) as act,
    ):
        act.change(
            row, nonce=nonce.hex(), drawn_at=now, transcript=canonical(document).decode(),
            forced=any(each.forced for each in result.seats),
        )  # fmt: skip
        places = {place.name: place for place in plan.constraints.seats}
        return tuple(_sit(act, case, row, places[each.seat], each.person) for each in able), len(able) < len(drawn)


def _stored_plan(row: Draw) -> Plan:
    plan: dict[str, Any] = json.loads(row.transcript)
    filled = {"plan": plan, "commitment": row.commitment, "nonce": "", "seats": []}
    return from_document(filled).plan


def _new_seats(plan: Plan, result: DrawResult) -> list[Seated]:
    return [each for each in result.seats if each.seat not in plan.kept]


def _sit(act: Act, case: Case, row: Draw, needs: Place, salted: str) -> Seat:
    """Seat whoever was drawn under an opaque id, on a membership that gives what the seat needs."""
    now, role = moment(act.r.ctx), CaseRole(row.purpose)
    frozen = FrozenPool.objects.filter(case=case, salted=salted, member__kind__in=KINDS[role])
    members = [each.member for each in frozen.select_related("member").order_by("member_id")]
    member = next(each for each in members if trained(each, now) and _gives(each, needs))
    return sit(act, case, member.person, role, now, member=member, draw=row, chair=needs.name == "chair")


def _gives(member: PoolMember, needs: Place) -> bool:
    return not needs.needs or SKILLS.get(member.kind) in needs.needs


def _leave_to_case_keeper(case: Case, role: CaseRole, ctx: Context) -> None:
    """Let the case keeper own a case whose seat cannot be filled, where that seat is the one that owns it."""
    case.refresh_from_db()
    if case.due is None or case.allocation_pending or owner_of(State(case.state)) is not role or case.owner:
        return
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="nobody to allocate to") as r,
        acting(r, "owner.changed", case=case, obj=case.id) as act,
    ):
        act.change(case, **pending(case, moment(ctx)))

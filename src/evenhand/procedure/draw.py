"""Who sits: drawn by lot, so that nobody chooses, and so that anybody can repeat it (INV-17, INV-18, INV-19, INV-51).

    plan = Plan(case_id, 1, pool, constraints, nonce_commitment(nonce))     # the log holds plan.commitment
    result = draw(plan, nonce)                                             # the nonce is revealed afterwards
    replay(result.record) == ()                                            # for ever, offline

A pool holds salted opaque ids, never names. Who is excluded stays in it, with the reason, so that an exclusion made
later is visible. A re-draw keeps every other seat and fills the vacated one only. What is uniform: each seat, among
everybody who could take it, given the seats before it; the constraints are published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from evenhand.errors import UsageError
from evenhand.procedure.draw_bytes import NONCE_SIZE, commitment_of, nonce_commitment, opaque_id, rank_of, seed_of
from evenhand.procedure.roles import CaseRole

__all__ = [
    "AtMost",
    "Candidate",
    "Constraints",
    "DrawRecord",
    "DrawResult",
    "Exclusion",
    "Plan",
    "PoolTooSmall",
    "Seat",
    "Seated",
    "Shrunk",
    "Skill",
    "check_beacon",
    "draw",
    "eligible_for",
    "nonce_commitment",
    "opaque_id",
    "redraw",
    "replay",
    "seats_for",
    "shrunk_strata",
]


class Skill(StrEnum):
    """What a seat may need its holder to be."""

    LEGALLY_QUALIFIED = "legally_qualified"
    SUBJECT_EXPERT = "subject_expert"
    LAY = "lay"


class Exclusion(StrEnum):
    """Why somebody in the pool cannot sit in this case; closed, coded, counted (INV-03, INV-19, INV-41, INV-47)."""

    IS_PARTY = "is_party"
    SAME_BRANCH = "same_branch"
    EMPLOYER_OF = "employer_of"
    FAMILY = "family"
    CO_CANDIDATE = "co_candidate"
    EARLIER_COMPLAINT = "earlier_complaint"
    PUBLIC_STATEMENT = "public_statement"
    DONATION_OR_STAFF_LINK = "donation_or_staff_link"
    NAMED_THEMSELVES = "named_themselves"
    RESTRICTED_MANDATE = "restricted_mandate"
    OTHER_SEAT = "other_seat"
    EARLIER_ROUND = "earlier_round"
    NOT_TRAINED = "not_trained"
    JOINED_LATER = "joined_later"
    SENDER_EXCLUDED = "sender_excluded"
    RECUSED = "recused"
    CHALLENGED = "challenged"
    ILL = "ill"
    LATE = "late"
    REVIEWER_CONFIRMED_LINK = "reviewer_confirmed_link"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person of a frozen pool: opaque id, skills, lawfully held groups (`kind:value`), and why excluded."""

    person: str
    skills: frozenset[Skill]
    groups: frozenset[str] = frozenset()
    excluded: Exclusion | None = None

    def document(self) -> dict[str, object]:
        """Return the candidate as canonical JSON holds it."""
        return {
            "person": self.person,
            "skills": sorted(self.skills),
            "groups": sorted(self.groups),
            "excluded": self.excluded,
        }


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat and the skills it needs."""

    name: str
    needs: frozenset[Skill] = frozenset()

    def fits(self, candidate: Candidate) -> bool:
        """Say whether the candidate may sit here, other constraints aside."""
        return candidate.excluded is None and self.needs <= candidate.skills


@dataclass(frozen=True, slots=True)
class AtMost:
    """Balance: of one value of a kind of group ("branch") at most `number` people in the seats together."""

    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class Constraints:
    """What the seats must satisfy. `least` people must be eligible per seat; 1 allows a forced draw (SP3)."""

    seats: tuple[Seat, ...]
    balance: tuple[AtMost, ...] = ()
    least: int = 2

    def document(self) -> dict[str, object]:
        """Return the constraints as canonical JSON holds them."""
        return {
            "seats": [{"name": seat.name, "needs": sorted(seat.needs)} for seat in self.seats],
            "balance": [{"kind": each.kind, "number": each.number} for each in self.balance],
            "least": self.least,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is fixed and committed before the nonce is known. `kept`: seat name -> person, in a re-draw."""

    case_id: str
    draw_no: int
    pool: tuple[Candidate, ...]
    constraints: Constraints
    nonce_commitment: str
    kept: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, object]:
        """Return the plan as canonical JSON holds it; the pool in order of id, so that its order says nothing."""
        return {
            "v": 1,
            "case": self.case_id,
            "draw_no": self.draw_no,
            "pool": [each.document() for each in sorted(self.pool, key=lambda each: each.person)],
            "constraints": self.constraints.document(),
            "nonce_commitment": self.nonce_commitment,
            "kept": dict(self.kept),
        }

    @property
    def commitment(self) -> str:
        """What the log holds before the draw: 64 hex digits. Cost: linear in the pool."""
        return commitment_of(self.document())


@dataclass(frozen=True, slots=True)
class Seated:
    """Who sits where. `forced`: nobody else could have (counted, M15)."""

    seat: str
    person: str
    forced: bool = False


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """What is needed to repeat a draw: the plan, the commitment that was logged, the nonce, and the outcome."""

    plan: Plan
    commitment: str
    nonce: bytes
    seats: tuple[Seated, ...]


@dataclass(frozen=True, slots=True)
class DrawResult:
    """The outcome: seats, who was considered with their ranks (best first), who was excluded and why."""

    seats: tuple[Seated, ...]
    considered: tuple[tuple[str, str], ...]
    excluded: tuple[tuple[str, Exclusion], ...]
    record: DrawRecord

    def holder(self, seat: str) -> str:
        """Return who sits there; KeyError if there is no such seat."""
        return next(each.person for each in self.seats if each.seat == seat)


class PoolTooSmall(UsageError):
    """Fewer people can sit than the seats need: the case waits for outsiders, owned by the case keeper."""


_PANEL: Final = (
    Seat("chair", frozenset({Skill.LEGALLY_QUALIFIED})),
    Seat("expert", frozenset({Skill.SUBJECT_EXPERT})),
    Seat("lay", frozenset({Skill.LAY})),
)
_CHAIRED: Final = (Seat("chair", frozenset({Skill.LEGALLY_QUALIFIED})), Seat("second"), Seat("third"))
_SEATS: Final[Mapping[CaseRole, tuple[Seat, ...]]] = MappingProxyType(
    {
        CaseRole.PANEL: _PANEL,
        CaseRole.APPEAL_PANEL: _CHAIRED,
        CaseRole.REOPENING_PANEL: _CHAIRED,
        CaseRole.INTERIM_PANEL: (Seat("chair", frozenset({Skill.LEGALLY_QUALIFIED})),),
    }
)
MAY_BE_FORCED: Final = frozenset({CaseRole.INTAKE, CaseRole.ASSESSOR, CaseRole.SECOND_ASSESSOR, CaseRole.INVESTIGATOR})
"""SP3: a draw with one eligible person is allowed for these seats only."""


def seats_for(role: CaseRole, *, balance: tuple[AtMost, ...] = (), least: int = 2) -> Constraints:
    """Return the constraints under which a role's seats are drawn; a deciding seat never goes below `least`."""
    seats = _SEATS.get(role, (Seat(role.value),))
    return Constraints(seats, balance, 1 if role in MAY_BE_FORCED else max(2, least))


def draw(plan: Plan, nonce: bytes) -> DrawResult:
    """Return who sits: for each seat in order the best rank with which all seats and the balance can still be met.

    Raises PoolTooSmall if too few can sit, UsageError if the nonce is not the committed one, or if the plan names a
    person or a seat twice. Cost: one SHA-256 per person, then a search that is linear where balance does not bind.
    """
    _check(plan, nonce)
    seed = seed_of(plan.case_id, plan.commitment, nonce, plan.draw_no)
    ranked = sorted((each for each in plan.pool if each.excluded is None), key=lambda each: rank_of(seed, each.person))
    _check_sizes(plan)
    chosen = _fill(plan, ranked)
    if chosen is None:
        raise PoolTooSmall(
            "nobody can be seated so that skills and balance are met.", mend="Ask for people from outside."
        )
    seats = tuple(Seated(seat.name, chosen[seat.name], _forced(plan, seat)) for seat in plan.constraints.seats)
    considered = tuple((each.person, rank_of(seed, each.person).hex()) for each in ranked)
    excluded = tuple((each.person, each.excluded) for each in plan.pool if each.excluded is not None)
    return DrawResult(seats, considered, excluded, DrawRecord(plan, plan.commitment, nonce, seats))


def redraw(last: DrawRecord, vacated: str, reason: Exclusion, nonce_commitment_: str) -> Plan:
    """Return the plan that replaces the person of one seat and nobody else.

    The pool is the same frozen one; only the person concerned is now excluded, with a coded reason. The nonce must be
    a fresh one, committed before. Raises UsageError if there is no such seat.
    """
    gone = next((each.person for each in last.seats if each.seat == vacated), None)
    if gone is None:
        raise UsageError(f"there is no seat '{vacated}' in this draw.")
    plan = last.plan
    pool = tuple(
        Candidate(each.person, each.skills, each.groups, reason) if each.person == gone else each for each in plan.pool
    )
    kept = {each.seat: each.person for each in last.seats if each.seat != vacated}
    return Plan(plan.case_id, plan.draw_no + 1, pool, plan.constraints, nonce_commitment_, kept)


def replay(record: DrawRecord) -> tuple[str, ...]:
    """Return what does not hold when the draw is repeated, in words; () if it is the same draw."""
    found: list[str] = []
    if record.plan.commitment != record.commitment:
        found.append("the pool, the constraints or the kept seats are not those that were committed")
    if len(record.nonce) != NONCE_SIZE or nonce_commitment(record.nonce) != record.plan.nonce_commitment:
        return (*found, "the nonce is not the one that was committed")
    try:
        again = draw(record.plan, record.nonce).seats
    except UsageError as error:
        return (*found, f"the draw cannot be repeated: {error.what}")
    if again != record.seats:
        found.append("repeating the draw seats other people")
    return tuple(found)


def check_beacon(beacon_at: datetime, committed_at: datetime) -> None:
    """Refuse a public beacon value that was known when the pool was committed; raise UsageError."""
    if beacon_at <= committed_at:
        raise UsageError(
            "this beacon value is not later than the commitment to the pool.", mend="Use the next value of the beacon."
        )


def eligible_for(seat: Seat, pool: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Return everybody in the pool who may take the seat, other constraints aside."""
    return tuple(each for each in pool if seat.fits(each))


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A seat for which one party's own acts touch so many people that the auditor is told (INV-51)."""

    seat: str
    eligible: int
    touched: int


def shrunk_strata(plan: Plan, touched: frozenset[str], *, share: float = 1 / 3) -> tuple[Shrunk, ...]:
    """Return the seats of which one party's own later acts touch at least `share` of those eligible.

    Such acts exclude nobody by themselves: the people stay in the pool until the reviewer decides on each.
    """
    strata = ((seat, eligible_for(seat, plan.pool)) for seat in plan.constraints.seats)
    counted = ((seat.name, len(people), sum(each.person in touched for each in people)) for seat, people in strata)
    return tuple(Shrunk(*each) for each in counted if each[2] and each[2] >= share * each[1])


def _check(plan: Plan, nonce: bytes) -> None:
    if nonce_commitment(nonce) != plan.nonce_commitment:
        raise UsageError("the nonce is not the one that was committed.", mend="Use the nonce of this draw.")
    people = [each.person for each in plan.pool]
    if len(set(people)) != len(people):
        raise UsageError("a person stands in the pool twice.")
    names = [seat.name for seat in plan.constraints.seats]
    if not names or len(set(names)) != len(names):
        raise UsageError("the seats of a draw need names of their own.")
    if not set(plan.kept) <= set(names) or not set(plan.kept.values()) <= set(people):
        raise UsageError("a kept seat or its holder is not part of this draw.")


def _check_sizes(plan: Plan) -> None:
    """Refuse a draw in which too few people could take a seat that is still to be filled."""
    free = [seat for seat in plan.constraints.seats if seat.name not in plan.kept]
    held = set(plan.kept.values())
    for seat in free:
        alike = sum(other.needs == seat.needs for other in free)
        able = sum(each.person not in held for each in eligible_for(seat, plan.pool))
        if able < plan.constraints.least * alike:
            raise PoolTooSmall(
                f"too few people can take the seat '{seat.name}': {able}, needed {plan.constraints.least * alike}.",
                mend="Ask for people from outside.",
            )


def _forced(plan: Plan, seat: Seat) -> bool:
    if seat.name in plan.kept:
        return False
    held = set(plan.kept.values())
    return sum(each.person not in held for each in eligible_for(seat, plan.pool)) == 1


def _fill(plan: Plan, ranked: list[Candidate]) -> dict[str, str] | None:
    people = {each.person: each for each in plan.pool}
    chosen = dict(plan.kept)
    taken = [people[person] for person in plan.kept.values()]
    free = [seat for seat in plan.constraints.seats if seat.name not in plan.kept]
    return next(_seatings(plan.constraints.balance, free, ranked, chosen, taken), None)


def _seatings(
    balance: tuple[AtMost, ...],
    free: list[Seat],
    ranked: list[Candidate],
    chosen: dict[str, str],
    taken: list[Candidate],
) -> Iterator[dict[str, str]]:
    """Yield every way to fill the free seats, the best ranks of the first seats first."""
    if not free:
        yield chosen
        return
    seat, *rest = free
    for each in ranked:
        if each not in taken and seat.fits(each) and _balanced(balance, [*taken, each]):
            yield from _seatings(balance, rest, ranked, {**chosen, seat.name: each.person}, [*taken, each])


def _balanced(balance: tuple[AtMost, ...], people: list[Candidate]) -> bool:
    for rule in balance:
        groups = [group for each in people for group in each.groups if group.startswith(f"{rule.kind}:")]
        if any(groups.count(group) > rule.number for group in set(groups)):
            return False
    return True

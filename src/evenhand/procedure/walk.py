"""The state machine itself, pure: where a case may go from where it stands and from where it came.

The table alone says which pairs of states exist. Some steps lead back: a frozen or withdrawn case goes on only where
it stopped, a verified end is told as that end, a declined request leaves a case where it was. `Standing.came_from`
remembers what that takes; whoever holds a case stores both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from evenhand.errors import UsageError
from evenhand.procedure.edges import NOT_OFFERED, Actor, Transition
from evenhand.procedure.states import ENDS, OPEN, State
from evenhand.procedure.transitions import (
    TABLE,
    NotATransition,
    NotOffered,
    clock_of,
    find,
    owner_of,
    transitions_from,
)


class NotThisRole(UsageError):
    """The step exists; it is somebody else's."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands, the states it is to go back to, the nearest last (mostly none), and what it has passed.

    `charged`: formal allegations were sent. A closed case that never came so far, looked at again, goes back to the
    assessment and never straight to a panel.
    """

    state: State
    came_from: tuple[State, ...] = ()
    charged: bool = False


_ASIDE: Final = frozenset({State.LEFT_UNDER_INVESTIGATION, State.WITHDRAWN})
_REMEMBERING: Final = _ASIDE | {State.INDEPENDENT_REVIEW, State.SCREENING_REVIEW, State.REOPEN_REQUESTED}
"""States that a case leaves for a place that depends on where it came from."""

_SET_BACK: Final = {
    State.OUT_OF_SCOPE: State.MEMBERSHIP_CHECK,
    State.DISMISSED_UNFIT: State.EVIDENCE_ASSESSMENT,
    State.NO_CASE: State.UNDER_INVESTIGATION,
}
"""Which stage a screening end goes back to when a reviewer sends it back."""


def start() -> Standing:
    """Return the standing of a report that is being written."""
    return Standing(State.DRAFT)


def possible(standing: Standing) -> tuple[Transition, ...]:
    """Return every edge the case may take from where it stands, offered or not, in the order of the table."""
    return tuple(edge for edge in transitions_from(standing.state) if _fits(standing, edge.target))


def take(standing: Standing, target: State, role: Actor, *, offered_only: bool = True) -> Standing:
    """Return the standing after the step; raise NotATransition, NotOffered or NotThisRole with readable words."""
    edge = find(standing.state, target)
    if edge is None or not _fits(standing, target):
        raise NotATransition("A case cannot go from where it stands to there. Nothing was changed.")
    if offered_only and not edge.offered:
        raise NotOffered(NOT_OFFERED)
    if not edge.may(role):
        raise NotThisRole("This step belongs to somebody else in the case. Nothing was changed.")
    charged = standing.charged or target is State.REPLY_WINDOW
    return Standing(target, _remembered(standing, target), charged)


def _remembered(standing: Standing, target: State) -> tuple[State, ...]:
    state, trail = standing.state, standing.came_from
    if state in _ASIDE:
        # Back where it stopped, with what that state itself remembers; closing forgets everything.
        return trail[:-1] if target in OPEN else ()
    if target in _REMEMBERING:
        return (*trail, state)
    return ()


def _fits(standing: Standing, target: State) -> bool:
    if standing.state is State.REOPENED and target is State.PANEL_SET:
        return standing.charged
    if standing.state not in _REMEMBERING or target in _ASIDE:
        return True
    return bool(standing.came_from) and _leads_back(standing.state, standing.came_from[-1], target)


def _leads_back(state: State, before: State, target: State) -> bool:
    if state in _ASIDE:
        return target is before or target is State.CLOSED
    if state is State.REOPEN_REQUESTED:
        return target is before or target is State.REOPENED
    if before in _SET_BACK:
        return target in {before, _SET_BACK[before], State.CLOSED}
    return target not in _SET_BACK and target is not State.MEMBERSHIP_CHECK


def faults(table: Iterable[Transition] = TABLE) -> list[str]:
    """Return everything that is wrong with the machine as a whole, in words; [] for the shipped table.

    Looked for: an open state without owner, clock or a way on; a state nobody reaches; an end that does not reach
    `closed`; a way out of `closed` other than by a request to look again; two edges between the same states.
    """
    edges = tuple(table)
    onward: dict[State, set[State]] = {state: set() for state in State}
    found: list[str] = []
    for edge in edges:
        if edge.target in onward[edge.source]:
            found.append(f"{edge.source} -> {edge.target} occurs twice")
        onward[edge.source].add(edge.target)
    found += [f"{state} is never reached" for state in State if state not in _reached(onward, State.DRAFT)]
    found += [f"{state} has nowhere to go" for state in OPEN if not onward[state]]
    found += [f"{state} never reaches closed" for state in ENDS | OPEN if State.CLOSED not in _reached(onward, state)]
    found += [f"{state} has no clock" for state in OPEN if clock_of(state) is None]
    found += [f"{state} has no owner" for state in State if not owner_of(state)]
    found += [f"closed leads to {to}" for to in onward[State.CLOSED] if to is not State.REOPEN_REQUESTED]
    return sorted(found)


def _reached(onward: dict[State, set[State]], origin: State) -> set[State]:
    seen, waiting = {origin}, [origin]
    while waiting:
        fresh = onward[waiting.pop()] - seen
        seen |= fresh
        waiting += fresh
    return seen

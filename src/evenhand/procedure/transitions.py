"""The one transition table, version 1: every state and edge of a case (PROCEDURE §2.3). No other transition exists.

    edge = require(State.TRIAGE, State.MEMBERSHIP_CHECK)     # or find(…), which returns None
    edge.may(CaseRole.INTAKE), [words_of(guard) for guard in edge.guards]
    owner_of(State.HEARING), clock_of(State.HEARING)

A case pins the table's version; `EDGES` is what the database's edge rows are generated from, so that a composite
foreign key refuses any other pair, also by raw SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evenhand.errors import UsageError
from evenhand.procedure.clock_rules import ClockId
from evenhand.procedure.edges import (
    MAY_BE_BULK,
    NOT_OFFERED,
    SYSTEM,
    Actor,
    OverlayRule,
    RetentionStep,
    Transition,
)
from evenhand.procedure.guards import EXTRA_GUARDS, GUARDS, SAFETY_STEPS, Guard, GuardId, words_of
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.procedure.table import afterwards, intake, merits

__all__ = [
    "EDGES",
    "EXTRA_GUARDS",
    "GUARDS",
    "MAY_BE_BULK",
    "NOT_OFFERED",
    "OVERLAYS",
    "RETENTION_TABLE",
    "SAFETY_STEPS",
    "STEP_IDS",
    "SYSTEM",
    "TABLE",
    "TABLE_VERSION",
    "Actor",
    "Guard",
    "GuardId",
    "NotATransition",
    "NotOffered",
    "OverlayRule",
    "RetentionStep",
    "Transition",
    "clock_of",
    "find",
    "owner_of",
    "require",
    "steps",
    "transitions_from",
    "transitions_to",
    "words_of",
]

TABLE_VERSION: Final = 1
TABLE: Final[tuple[Transition, ...]] = (*intake.ROWS, *merits.ROWS, *afterwards.ROWS)
OVERLAYS: Final[tuple[OverlayRule, ...]] = afterwards.OVERLAYS
RETENTION_TABLE: Final[tuple[RetentionStep, ...]] = afterwards.RETENTION

EDGES: Final = frozenset((TABLE_VERSION, edge.source, edge.target) for edge in TABLE)
STEP_IDS: Final = tuple(
    dict.fromkeys([*(edge.id for edge in TABLE), *(rule.id for rule in OVERLAYS), *(row.id for row in RETENTION_TABLE)])
)
"""Every step id once: edges, then overlays, then retention."""

_BY_PAIR: Final[Mapping[tuple[State, State], Transition]] = MappingProxyType(
    {(edge.source, edge.target): edge for edge in TABLE}
)


class NotATransition(UsageError):
    """The table has no such edge."""


class NotOffered(UsageError):
    """The edge exists; its page comes later."""


def find(source: State, target: State) -> Transition | None:
    """Return the edge between two states, or None; there is never more than one."""
    return _BY_PAIR.get((source, target))


def require(source: State, target: State) -> Transition:
    """Return the edge between two states if it is offered; raise NotATransition or NotOffered with readable words."""
    edge = find(source, target)
    if edge is None:
        raise NotATransition("A case cannot go from where it stands to there. Nothing was changed.")
    if not edge.offered:
        raise NotOffered(NOT_OFFERED)
    return edge


def transitions_from(state: State) -> tuple[Transition, ...]:
    """Return every edge that leaves a state, in the order of the table."""
    return tuple(edge for edge in TABLE if edge.source is state)


def transitions_to(state: State) -> tuple[Transition, ...]:
    """Return every edge that leads to a state, in the order of the table."""
    return tuple(edge for edge in TABLE if edge.target is state)


def steps(id_: str) -> tuple[Transition, ...]:
    """Return every edge of one step, such as both of T07; () for an overlay, or an id that does not exist."""
    return tuple(edge for edge in TABLE if edge.id == id_)


def owner_of(state: State) -> CaseRole:
    """Return the role that owns a case in this state and answers for its clock (INV-26).

    Where the role has nobody yet, `allocation_pending` lies over the state and the case keeper owns it. After an
    end, intake answers letters until the case is closed and its data gone; nothing is decided there.
    """
    return _OWNERS[state][0]


def clock_of(state: State) -> ClockId | None:
    """Return the clock that starts when a case enters this state; None where only a date is awaited.

    A step may have a clock of its own beside it (`Transition.clock`): the panel is drawn within two days of the
    reply, which itself has fourteen.
    """
    return _OWNERS[state][1]


_R, _C = CaseRole, ClockId
_OWNERS: Final[Mapping[State, tuple[CaseRole, ClockId | None]]] = MappingProxyType(
    {
        State.DRAFT: (_R.COMPLAINANT, None),
        State.RECEIVED: (_R.INTAKE, _C.ACKNOWLEDGE),
        State.ACKNOWLEDGED: (_R.INTAKE, _C.TRIAGE),
        State.TRIAGE: (_R.INTAKE, _C.MEMBERSHIP),
        State.MERGED: (_R.INTAKE, None),
        State.MEMBERSHIP_CHECK: (_R.ASSESSOR, _C.EVIDENCE),
        State.OUT_OF_SCOPE: (_R.INTAKE, _C.SCREENING_ASK),
        State.EVIDENCE_ASSESSMENT: (_R.ASSESSOR, _C.NOTICE),
        State.MORE_INFO_REQUESTED: (_R.ASSESSOR, _C.INFO),
        State.DISMISSED_UNFIT: (_R.INTAKE, _C.SCREENING_ASK),
        State.INFORMAL: (_R.ASSESSOR, _C.INFORMAL),
        State.UNDER_INVESTIGATION: (_R.INVESTIGATOR, _C.INVESTIGATION),
        State.NO_CASE: (_R.INTAKE, _C.SCREENING_ASK),
        State.CASE_TO_ANSWER: (_R.CHARGE_ASSESSOR, _C.CHARGE),
        State.CHARGED: (_R.CHARGE_ASSESSOR, _C.CHARGE),
        State.REPLY_WINDOW: (_R.CHARGE_ASSESSOR, _C.REPLY),
        State.ADMITTED: (_R.CHARGE_ASSESSOR, _C.PANEL),
        State.PANEL_SET: (_R.PANEL, _C.HEARING),
        State.HEARING: (_R.PANEL, _C.LIABILITY),
        State.LIABILITY_DECIDED: (_R.PANEL, _C.SANCTION),
        State.SANCTION_DECIDED: (_R.PANEL, _C.REASONS),
        State.INDEPENDENT_REVIEW: (_R.REVIEWER, _C.REVIEW),
        State.DECIDED: (_R.INTAKE, _C.APPEAL),
        State.SCREENING_REVIEW: (_R.REVIEWER, _C.SCREENING_DECIDE),
        State.APPEALED: (_R.APPEAL_PANEL, _C.APPEAL_DECIDE),
        State.APPEAL_DECIDED: (_R.INTAKE, None),
        State.SANCTION_ACTIVE: (_R.INTAKE, None),
        State.SPENT: (_R.INTAKE, None),
        State.CLOSED: (_R.INTAKE, None),
        State.REOPEN_REQUESTED: (_R.REOPENING_PANEL, _C.REOPEN_DECIDE),
        State.REOPENED: (_R.CASE_KEEPER, _C.ALLOCATION),
        State.LEFT_UNDER_INVESTIGATION: (_R.CHARGE_ASSESSOR, _C.LEAVE),
        State.WITHDRAWN: (_R.ASSESSOR, _C.WITHDRAWAL),
    }
)

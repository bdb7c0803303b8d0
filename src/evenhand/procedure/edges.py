"""What one row of the transition table is, and the few words it takes to write one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from evenhand.procedure.clock_rules import ClockId
from evenhand.procedure.guards import GUARDS, GuardId
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import Overlay, Retention, State

SYSTEM: Final[Literal["system"]] = "system"
"""The actor of a step without discretion: it follows from recorded facts and dates."""

Actor = CaseRole | Literal["system"]

NOT_OFFERED: Final = "This step exists in the procedure, and its page comes later. Nothing was changed."
"""What a person reads when they ask for a step that is not offered yet; a message id."""

MAY_BE_BULK: Final = frozenset({"T01", "T02a"})
"""The steps of §2.4 that may be taken for several cases at once; no other may."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One edge. `id` is the step of PROCEDURE §2.3; a step with several edges gives its id to each of them.

    `name` is what an officer's button says (a message id). `actor`: any one of them may take the step. All
    `guards` must hold. `clock`: by when the step is due, counted from entering `source`. `leaf`: the type of
    the record. `offered` is false while its page comes later: the edge exists and is refused with words.
    """

    id: str
    name: str
    source: State
    target: State
    actor: frozenset[Actor]
    guards: tuple[GuardId, ...]
    notices: tuple[NoticeId, ...]
    clock: ClockId | None
    leaf: str
    offered: bool
    never_bulk: bool

    def may(self, role: CaseRole | str) -> bool:
        """Say whether somebody with this role in the case may take the step."""
        return role in self.actor


@dataclass(frozen=True, slots=True)
class OverlayRule:
    """One overlay: where it may lie, who sets and ends it, and on which clock it is looked at again."""

    id: str
    name: str
    overlay: Overlay
    states: frozenset[State]
    actor: frozenset[Actor]
    guards: tuple[GuardId, ...]
    notices: tuple[NoticeId, ...]
    clock: ClockId
    leaf: str
    ended_leaf: str
    offered: bool = False


@dataclass(frozen=True, slots=True)
class RetentionStep:
    """One edge of T23, the machine over closed cases."""

    id: str
    name: str
    source: Retention
    target: Retention
    actor: frozenset[Actor]
    guards: tuple[GuardId, ...]
    leaf: str
    offered: bool = False


def guards_of(text: str) -> tuple[GuardId, ...]:
    """Return the guards named in a text, in order; KeyError for a guard that does not exist."""
    return tuple(GUARDS[GuardId(name)].id for name in text.split())


def notices_of(text: str) -> tuple[NoticeId, ...]:
    """Return the notices named in a text, in order; ValueError for a number that does not exist."""
    return tuple(NoticeId(name) for name in text.split())


def actors_of(text: str) -> frozenset[Actor]:
    """Return the actors named in a text; ValueError for a role that does not exist."""
    return frozenset(SYSTEM if name == SYSTEM else CaseRole(name) for name in text.split())


def step(  # noqa: PLR0917 - a row of the table: its columns in order
    id_: str,
    name: str,
    sources: State | tuple[State, ...],
    target: State,
    by: str,
    guards: str,
    leaf: str,
    *,
    notices: str = "",
    clock: ClockId | None = None,
    offered: bool = True,
) -> tuple[Transition, ...]:
    """Return one edge per source of a step. `by`, `guards` and `notices` are names with spaces between."""
    each = (sources,) if isinstance(sources, State) else sources
    return tuple(
        Transition(
            id=id_,
            name=name,
            source=source,
            target=target,
            actor=actors_of(by),
            guards=guards_of(guards),
            notices=notices_of(notices),
            clock=clock,
            leaf=leaf,
            offered=offered,
            never_bulk=id_ not in MAY_BE_BULK,
        )
        for source in each
    )

"""The state machine walked: every (state, step, role) once, at random, and by a hypothesis rule machine."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from evenhand.procedure.edges import SYSTEM, Actor
from evenhand.procedure.roles import MERIT_ROLES, CaseRole, may_hold_both
from evenhand.procedure.states import ENDS, OPEN, State
from evenhand.procedure.transitions import EDGES, TABLE_VERSION, NotATransition, NotOffered, clock_of, find, owner_of
from evenhand.procedure.walk import NotThisRole, Standing, possible, start, take

NIGHTLY = bool(os.environ.get("EVENHAND_NIGHTLY"))
STEPS = 1_000_000 if NIGHTLY else 20_000
ACTORS: tuple[Actor, ...] = (SYSTEM, *CaseRole)
OUTSIDERS = ("restricted", "sysadmin", "public", "")
S = State
ASIDE = {*ENDS, S.CLOSED} - {S.DECIDED, S.APPEAL_DECIDED}


@pytest.mark.slow
def test_inv_27_every_state_step_and_role_once() -> None:
    """33 states x 33 targets x (26 roles, the system, four outsiders): allowed exactly where the table says."""
    allowed = 0
    for source in State:
        for target in State:
            edge = find(source, target)
            standing = Standing(source, (target,))
            for actor in (*ACTORS, *OUTSIDERS):
                may = edge is not None and edge.may(actor)
                try:
                    after = take(standing, target, actor, offered_only=False)
                except (NotATransition, NotThisRole) as refused:
                    assert str(refused).endswith("Nothing was changed.")
                    if may:
                        # Only a way back that leads somewhere else may refuse an actor of the table.
                        assert edge is not None and edge not in possible(standing)
                    continue
                assert may and after.state is target
                allowed += 1
    assert allowed > len(EDGES)


@pytest.mark.parametrize("actor", OUTSIDERS)
def test_an_outsider_takes_no_step(actor: str) -> None:
    for version, source, target in EDGES:
        assert version == TABLE_VERSION
        with pytest.raises((NotThisRole, NotATransition)):
            take(Standing(source, (target,)), target, actor, offered_only=False)


def walked(*states: State, came_from: tuple[State, ...] = ()) -> Standing:
    standing = Standing(states[0], came_from)
    for target in states[1:]:
        edge = find(standing.state, target)
        assert edge is not None, (standing, target)
        standing = take(standing, target, next(iter(edge.actor)), offered_only=False)
    return standing


def targets(standing: Standing) -> set[State]:
    return {edge.target for edge in possible(standing)}


def test_t13_t14_a_reviewed_end_is_told_as_that_end_or_goes_back_to_its_stage() -> None:
    reviewed = walked(S.MEMBERSHIP_CHECK, S.OUT_OF_SCOPE, S.INDEPENDENT_REVIEW)
    assert targets(reviewed) == {S.OUT_OF_SCOPE, S.MEMBERSHIP_CHECK, S.LEFT_UNDER_INVESTIGATION, S.WITHDRAWN}
    decided = walked(S.LIABILITY_DECIDED, S.SANCTION_DECIDED, S.INDEPENDENT_REVIEW)
    assert {S.DECIDED, S.PANEL_SET} <= targets(decided)
    assert not targets(decided) & {S.OUT_OF_SCOPE, S.DISMISSED_UNFIT, S.NO_CASE, S.MEMBERSHIP_CHECK}
    assert walked(S.NO_CASE, S.INDEPENDENT_REVIEW, S.NO_CASE) == Standing(S.NO_CASE)


def test_t15a_a_checked_refusal_is_confirmed_or_goes_back_to_its_own_stage() -> None:
    checked = walked(S.DISMISSED_UNFIT, S.SCREENING_REVIEW)
    assert targets(checked) & {S.MEMBERSHIP_CHECK, S.EVIDENCE_ASSESSMENT, S.UNDER_INVESTIGATION, S.CLOSED} == {
        S.EVIDENCE_ASSESSMENT,
        S.CLOSED,
    }


@pytest.mark.parametrize("frozen", sorted(OPEN))
def test_t20a_t21a_a_case_goes_on_only_where_it_stopped(frozen: State) -> None:
    aside = walked(frozen, S.WITHDRAWN, came_from=(S.DECIDED,))
    assert targets(aside) == {frozen, S.CLOSED}
    edge = find(S.WITHDRAWN, frozen)
    assert edge is not None
    assert take(aside, frozen, next(iter(edge.actor)), offered_only=False).came_from == (S.DECIDED,)


def test_t19_a_declined_request_leaves_a_case_where_it_was() -> None:
    closed = walked(S.CLOSED, S.REOPEN_REQUESTED)
    assert S.CLOSED in targets(closed) and S.DECIDED not in targets(closed)
    assert S.DECIDED in targets(walked(S.DECIDED, S.REOPEN_REQUESTED))


def test_t19_a_case_that_never_had_formal_allegations_goes_back_to_the_assessment() -> None:
    """Found by the rule machine: merged, closed, reopened, and straight to a panel."""
    again = walked(S.TRIAGE, S.MERGED, S.CLOSED, S.REOPEN_REQUESTED, S.REOPENED)
    assert S.PANEL_SET not in targets(again) and S.EVIDENCE_ASSESSMENT in targets(again)
    heard = walked(S.CHARGED, S.REPLY_WINDOW, S.PANEL_SET, S.HEARING, S.LIABILITY_DECIDED, S.DECIDED, S.CLOSED)
    assert heard.charged and S.PANEL_SET in targets(replace(heard, state=S.REOPENED))


def test_a_step_whose_page_comes_later_is_refused_with_words() -> None:
    with pytest.raises(NotOffered, match="comes later"):
        take(Standing(S.DECIDED), S.APPEALED, CaseRole.RESPONDENT)
    assert take(Standing(S.DECIDED), S.APPEALED, CaseRole.RESPONDENT, offered_only=False).state is S.APPEALED


@pytest.mark.slow
def test_inv_26_a_long_random_walk_is_never_lost() -> None:
    rng = random.Random(20260302)
    standing, seen, rounds = start(), set(), 0
    for _ in range(STEPS):
        seen.add(standing.state)
        if standing.state in OPEN:
            assert isinstance(owner_of(standing.state), CaseRole) and clock_of(standing.state) is not None
        ways = possible(standing)
        assert ways, standing
        # Rarely aside, or the deep states would hardly ever be reached.
        edge = rng.choices(ways, [0.05 if each.target in ASIDE else 1 for each in ways])[0]
        assert (TABLE_VERSION, standing.state, edge.target) in EDGES
        standing = take(standing, edge.target, rng.choice(sorted(edge.actor)), offered_only=False)
        assert len(standing.came_from) <= 12
        if standing.state is S.CLOSED and rng.random() < 0.5:
            standing, rounds = start(), rounds + 1
    assert seen == set(State) and rounds > 100


def shortest_to_closed(standing: Standing) -> int:
    """Return how many steps it takes to close, over steps of the table with their ways back."""
    frontier, known = [standing], {standing}
    for distance in range(40):
        if any(each.state is S.CLOSED for each in frontier):
            return distance
        reached = [
            take(each, edge.target, next(iter(edge.actor)), offered_only=False)
            for each in frontier
            for edge in possible(each)
        ]
        frontier = [each for each in dict.fromkeys(reached) if each not in known]
        known |= set(frontier)
    return -1


@pytest.mark.parametrize("end", sorted(ENDS))
def test_t18_every_end_reaches_closed(end: State) -> None:
    came_from = (S.UNDER_INVESTIGATION,) if end in (S.WITHDRAWN, S.LEFT_UNDER_INVESTIGATION) else ()
    assert shortest_to_closed(Standing(end, came_from)) == 1


CONTESTED = (
    S.DRAFT, S.RECEIVED, S.ACKNOWLEDGED, S.TRIAGE, S.MEMBERSHIP_CHECK, S.EVIDENCE_ASSESSMENT, S.UNDER_INVESTIGATION,
    S.CASE_TO_ANSWER, S.CHARGED, S.REPLY_WINDOW, S.PANEL_SET, S.HEARING, S.LIABILITY_DECIDED, S.SANCTION_DECIDED,
    S.DECIDED, S.APPEALED, S.APPEAL_DECIDED, S.SANCTION_ACTIVE, S.SPENT, S.CLOSED,
)  # fmt: skip


class CaseMachine(RuleBasedStateMachine):
    """One case, a dozen people, seats taken and steps tried by anybody at any time, from anywhere on the long path."""

    people = st.integers(0, 11)

    def __init__(self) -> None:
        super().__init__()
        self.standing = start()
        self.parts: dict[int, set[CaseRole]] = {0: {CaseRole.COMPLAINANT}, 1: {CaseRole.RESPONDENT}}
        self.path = [S.DRAFT]

    @initialize(done=st.integers(0, len(CONTESTED) - 1))
    def the_case_came_some_way(self, done: int) -> None:
        for target in CONTESTED[1 : done + 1]:
            edge = find(self.standing.state, target)
            assert edge is not None
            self.attempt(target, sorted(edge.actor)[0])
        assert self.standing.state is CONTESTED[done]

    @rule(person=people, role=st.sampled_from(sorted(MERIT_ROLES)))
    def seat(self, person: int, role: CaseRole) -> None:
        held = self.parts.setdefault(person, set())
        if all(may_hold_both(role, other) for other in held):
            held.add(role)

    @rule(person=people, wanted=st.sampled_from(list(State)))
    def anybody_tries(self, person: int, wanted: State) -> None:
        for role in sorted(self.parts.get(person, ())):
            self.attempt(wanted, role)

    @rule(data=st.data())
    def the_right_person_steps(self, data: st.DataObject) -> None:
        edge = data.draw(st.sampled_from(possible(self.standing)))
        self.attempt(edge.target, data.draw(st.sampled_from(sorted(edge.actor))))

    @rule(data=st.data())
    def the_case_goes_on(self, data: st.DataObject) -> None:
        onward = [edge for edge in possible(self.standing) if edge.target not in ASIDE]
        if onward:
            edge = data.draw(st.sampled_from(onward))
            self.attempt(edge.target, sorted(edge.actor)[0])

    def attempt(self, target: State, role: Actor) -> None:
        try:
            self.standing = take(self.standing, target, role, offered_only=False)
        except (NotATransition, NotThisRole):
            return
        self.path.append(target)

    @invariant()
    def open_means_owned_and_timed(self) -> None:
        state = self.standing.state
        assert state not in OPEN or clock_of(state) is not None
        assert isinstance(owner_of(state), CaseRole)

    @invariant()
    def no_forbidden_edge(self) -> None:
        assert all((TABLE_VERSION, *pair) in EDGES for pair in zip(self.path, self.path[1:], strict=False))

    @invariant()
    def nobody_decides_twice_or_on_their_own(self) -> None:
        for held in self.parts.values():
            assert len(held & MERIT_ROLES) <= 1
            assert not (held & MERIT_ROLES and held & {CaseRole.COMPLAINANT, CaseRole.RESPONDENT})

    @invariant()
    def no_decision_without_a_panel_and_a_reply(self) -> None:
        if S.LIABILITY_DECIDED in self.path:
            before = self.path[: self.path.index(S.LIABILITY_DECIDED)]
            assert {S.PANEL_SET, S.HEARING, S.CASE_TO_ANSWER, S.UNDER_INVESTIGATION} <= set(before)


@pytest.mark.slow
def test_the_rule_machine() -> None:
    """400 cases of up to 50 steps: 20,000 steps; nightly 1,000,000."""
    run_state_machine_as_test(
        CaseMachine, settings=settings(max_examples=20_000 if NIGHTLY else 400, stateful_step_count=50)
    )

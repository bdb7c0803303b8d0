"""Random walks: no live state without owner and clock, no forbidden edge, no double role, no undisclosed evidence.

The pure machine takes 20,000 steps here (a million by night); the engine over SQLite a few hundred (and thousands).
"""

from __future__ import annotations

import os
import random
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tests.databases import Template
from tests.web.cases.cases_room import Company, company, received
from tests.web.cases.cases_story import CHAPTERS, Story, publish_code, to_checked_end, to_verified_end
from tests.web.cases.cases_template import Prepared, copy_of, prepared

from evenhand.context import Context
from evenhand.errors import EvenhandError
from evenhand.procedure.roles import MERIT_ROLES, CaseRole, may_hold_both
from evenhand.procedure.states import NOT_LIVE, OPEN, State
from evenhand.procedure.transitions import NotATransition, clock_of, find, owner_of
from evenhand.procedure.walk import NotThisRole, possible, start, take
from evenhand.web.cases import engine
from evenhand.web.cases.contacts import Channel, Note, file_contact, flag_contact, unfiled
from evenhand.web.cases.engine import SaidItem
from evenhand.web.cases.invariant_queries import QUERIES
from evenhand.web.cases.models import Case, Event, Seat
from evenhand.web.cases.recusal import recuse, redraw
from evenhand.web.cases.refusals import NobodyLeft
from evenhand.web.cases.steps.decide.conclude import reviewed_end
from evenhand.web.record.ids import ActorId
from evenhand.web.record.verify import verify

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NIGHTLY = bool(os.environ.get("EVENHAND_NIGHTLY"))
WALKS, STEPS = (1_000, 1_000) if NIGHTLY else (20, 1_000)
DATABASE_WALKS, DATABASE_STEPS = (60, 200) if NIGHTLY else (5, 40)


@settings(max_examples=WALKS, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_the_pure_machine(seed: int) -> None:
    draw = random.Random(seed)
    at, people = start(), _People(draw)
    for _ in range(STEPS):
        edges = possible(at)
        if not edges:
            assert at.state is State.CLOSED or at.state in NOT_LIVE
            at, people = start(), _People(draw)
            continue
        _forbidden_is_refused(at, draw)
        edge = draw.choice(edges)
        role = draw.choice(sorted(edge.actor))
        people.act(role)
        at = take(at, edge.target, role, offered_only=False)
        if at.state in OPEN:
            assert owner_of(at.state)
            assert clock_of(at.state)


def _forbidden_is_refused(at: Any, draw: random.Random) -> None:
    target = draw.choice(list(State))
    if find(at.state, target) is None:
        with pytest.raises(NotATransition):
            take(at, target, "system", offered_only=False)
    else:
        edge = find(at.state, target)
        assert edge is not None
        wrong = next(role for role in CaseRole if role not in edge.actor)
        with suppress(NotATransition), pytest.raises(NotThisRole):
            take(at, target, wrong, offered_only=False)


class _People:
    """Who holds which role in the case of a pure walk; a role is filled by whoever may still hold it."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.held: dict[int, set[CaseRole]] = {}

    def act(self, role: Any) -> None:
        if role not in MERIT_ROLES:
            return
        if not any(role in roles for roles in self.held.values()):
            free = [p for p in range(30) if all(may_hold_both(role, other) for other in self.held.get(p, ()))]
            self.held.setdefault(self.draw.choice(free), set()).add(role)
        assert all(len(roles & MERIT_ROLES) <= 1 for roles in self.held.values())


class EngineMachine(RuleBasedStateMachine):
    """Officers, panels and outsiders do what they may and what they may not, on one database."""

    source: Prepared
    folder: Path
    people: Company
    walks = events = checked = 0

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Story] = []
        type(self).walks += 1
        self.open = ExitStack()
        root = self.folder / str(self.walks)
        self.desk = self.open.enter_context(copy_of(self.source, root, Context.repeatable("walk", NOW)))

    def teardown(self) -> None:
        """Everything that was written is what the record says; then the copy goes."""
        type(self).events += Event.objects.count()
        try:
            assert [finding for finding in verify(self.desk.ctx).findings if finding.verdict == "failed"] == []
        finally:
            self.open.close()

    @precondition(lambda self: len(self.told) < 3)
    @rule(proved=st.booleans())
    def report(self, proved: bool) -> None:
        ctx = self.desk.ctx
        post = SaidItem(f"chirp:{ctx.new_id()}", "https://chirp.example/1", text="You muppet")
        self.told.append(Story(ctx, self.people, received(ctx, items=(post,)).cases[0], proved=proved))

    @precondition(lambda self: self.told)
    @rule(which=st.integers(0, 2))
    def go_on(self, which: int) -> None:
        """Take the next chapter of a case: all its steps, by whoever holds the seats now."""
        story = self.told[which % len(self.told)]
        states = [State.RECEIVED, *CHAPTERS]
        if State(story.case.state) not in states or reviewed_end(story.case) is not None:
            return
        here = states.index(State(story.case.state))
        if story.case.state == State.LIABILITY_DECIDED and not story.proved:
            here = states.index(State.SANCTION_DECIDED)  # nothing was proved, so nothing follows
        if here + 1 < len(states):
            for role in story.seats:
                story.seats[role] = list(
                    Seat.objects.filter(case=story.case_id, role=role, ends=None).order_by("-chair")
                )
            # A seat that nobody could fill, an unfiled contact: the chapter stops with words.
            with suppress(EvenhandError, IndexError):
                CHAPTERS[states[here + 1]](story)

    @precondition(lambda self: any(story.case.state == State.MEMBERSHIP_CHECK for story in self.told))
    @rule()
    def an_end_before_a_panel(self) -> None:
        """It is out of scope and in the sample: a reviewer has it, with a clock, before anybody is told."""
        story = next(story for story in self.told if story.case.state == State.MEMBERSHIP_CHECK)
        with suppress(EvenhandError, AssertionError):
            to_checked_end(story)
            type(self).checked += 1

    @precondition(lambda self: any(_waits_at_an_end(story.case) for story in self.told))
    @rule()
    def an_end_is_verified(self) -> None:
        story = next(story for story in self.told if _waits_at_an_end(story.case))
        with suppress(EvenhandError, ObjectDoesNotExist):
            to_verified_end(story)

    @precondition(lambda self: self.told)
    @rule(which=st.integers(0, 2), far=st.integers(1, 4))
    def go_far(self, which: int, far: int) -> None:
        """Take several chapters at once, so that a short walk also comes to the late ones."""
        for _ in range(far):
            self.go_on(which)

    @precondition(lambda self: self.told)
    @rule(which=st.integers(0, 2), wanted=st.sampled_from(State), role=st.sampled_from([*CaseRole, "system"]))
    def try_anything(self, which: int, wanted: State, role: Any) -> None:
        """Ask for any state in any role: what the table lacks is refused, and changes nothing."""
        case = self.told[which % len(self.told)].case
        edge = find(State(case.state), wanted)
        if edge is not None and edge.offered and edge.may(role):
            return
        with pytest.raises(EvenhandError):
            engine.edge_of(case, edge.id if edge else "T19", wanted, role)
        assert Case.objects.get(pk=case.id).revision == case.revision

    @precondition(lambda self: self.told)
    @rule(which=st.integers(0, 2), place=st.integers(0, 9))
    def somebody_recuses(self, which: int, place: int) -> None:
        story = self.told[which % len(self.told)]
        seats = list(Seat.objects.filter(case=story.case_id, ends=None).order_by("begins", "id"))
        if seats and story.case.state not in {State.HEARING, State.LIABILITY_DECIDED}:
            recuse(case=story.case_id, actor=ActorId(seats[place % len(seats)].person), ctx=self.desk.ctx)

    @precondition(lambda self: self.told)
    @rule(which=st.integers(0, 2), file=st.booleans())
    def a_contact(self, which: int, file: bool) -> None:
        case = self.told[which % len(self.told)].case
        if case.owner is None:
            return
        if not file or not unfiled(case.id, case.owner):
            flag_contact(case=case, recipient=case.owner, actor=self.people["keeper"], ctx=self.desk.ctx)
        note = Note(case.owner, "press", Channel.MAIL, self.desk.ctx.now(), "Asked. No answer.")
        file_contact(case=case, note=note, actor=ActorId(case.owner), ctx=self.desk.ctx)

    @precondition(lambda self: self.told)
    @rule(which=st.integers(0, 2), role=st.sampled_from([CaseRole.ASSESSOR, CaseRole.INVESTIGATOR, CaseRole.REVIEWER]))
    def draw_again(self, which: int, role: CaseRole) -> None:
        story = self.told[which % len(self.told)]
        with suppress(NobodyLeft, EvenhandError):
            redraw(case=story.case_id, role=role, ctx=self.desk.ctx)

    @invariant()
    def nothing_is_broken(self) -> None:
        for case in Case.objects.filter(pk__in=[story.case_id for story in self.told]):
            live = State(case.state) not in NOT_LIVE
            assert (case.owner_role is not None and case.due is not None) == live, case.state
            assert case.owner is None or Seat.objects.filter(case=case, person=case.owner, ends=None).exists()
            assert case.owner is not None or case.allocation_pending or case.owner_role == "intake" or not live
            places = list(Event.objects.filter(case=case).order_by("place").values_list("place", "source", "target"))
            assert [place for place, _, _ in places] == list(range(1, len(places) + 1))
            assert all(find(State(source), State(target)) for _, source, target in places)
        with connection.cursor() as cursor:
            for number in (2, 4, 13, 20, 26, 27, 29, 30, 44, 45, 46):
                cursor.execute(QUERIES[number])
                assert cursor.fetchall() == [], number


def _waits_at_an_end(case: Case) -> bool:
    return case.state == State.INDEPENDENT_REVIEW and reviewed_end(case) is not None


def _furnish(ctx: Context) -> None:
    EngineMachine.people = company(ctx, nonces=120)
    publish_code(ctx)


@pytest.mark.slow
@pytest.mark.nightly
def test_the_engine_over_a_database(sqlite_template: Template, tmp_path: Path) -> None:
    EngineMachine.folder = tmp_path
    EngineMachine.source = prepared(sqlite_template, "walk", _furnish, Context.repeatable("furnished", NOW))
    run_state_machine_as_test(
        EngineMachine,
        settings=settings(
            max_examples=DATABASE_WALKS,
            stateful_step_count=DATABASE_STEPS,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate),  # a step costs a commit: shrinking would take minutes
        ),
    )
    assert EngineMachine.events > 10 * DATABASE_WALKS, "the walks went nowhere"
    assert EngineMachine.checked > 0, "no walk came to an end that is checked"

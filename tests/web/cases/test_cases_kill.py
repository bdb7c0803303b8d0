"""kill -9 between any two statements of a step: afterwards there is the whole step with its record, or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Desk, Template
from tests.kill import Acknowledge, Work, die, killed_after, points, random_delays, together, until_dead
from tests.web.cases.cases_room import company, received, seated, step, step_as_seen
from tests.web.cases.cases_template import copy_of, prepared

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case, Clock, Draw, Event, Party, Seat, Submission
from evenhand.web.cases.recusal import recuse
from evenhand.web.cases.seats import check_draw, seat_by_draw
from evenhand.web.record.ids import ActorId
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


def _build(ctx: Context) -> None:
    people = company(ctx, nonces=40)
    case = received(ctx).cases[0]
    seated(case, people["officer_1"], CaseRole.INTAKE, ctx)
    seat_by_draw(case=case, role=CaseRole.ASSESSOR, ctx=ctx)


@pytest.fixture
def office(sqlite_template: Template, tmp_path: Path, ctx: Context) -> Iterator[Desk]:
    """A case with its intake and assessor, people, a stocked pool; on SQLite."""
    source = prepared(sqlite_template, "office", _build, ctx)
    with copy_of(source, tmp_path / "home", Context(now=ctx.now, random=secrets.token_bytes)) as ready:
        yield ready


def _acknowledge(ctx: Context) -> None:
    case = Case.objects.get(place_in_year=1)
    step(case.id, State.ACKNOWLEDGED, CaseRole.INTAKE, str(case.owner), ctx)


def _recuse(ctx: Context) -> None:
    case = Case.objects.get(place_in_year=1)
    recuse(case=case.id, actor=ActorId(Seat.objects.get(role="assessor", ends=None).person), ctx=ctx)


def _draw(ctx: Context) -> None:
    seat_by_draw(case=Case.objects.get(place_in_year=1).id, role=CaseRole.INVESTIGATOR, ctx=ctx)


STEPS: dict[str, Callable[[Context], Any]] = {
    "receive": lambda ctx: received(ctx, subjects=("Sam Reed", "Kim Hale")),
    "acknowledge": _acknowledge,
    "draw": _draw,
    "recuse": _recuse,
}


def _dying(ctx: Context, verb: Callable[[Context], Any], statement: int) -> Work:
    """Return work that does the step and dies before its nth statement; its lines say how many there were."""

    def work(acknowledge: Acknowledge) -> None:
        from django.db import connection

        count = 0

        def counted(execute: Any, *rest: Any) -> Any:
            nonlocal count
            count += 1
            if count == statement:
                die()
            return execute(*rest)

        with connection.execute_wrapper(counted):
            verb(ctx)
        acknowledge(str(count))

    return work


def whole(desk: Desk) -> None:
    """Assert that no step is there by half, whatever was going on."""
    for case in Case.objects.all():
        events = list(Event.objects.filter(case=case).order_by("place").values_list("target", flat=True))
        assert events[-1] == case.state
        assert Clock.objects.filter(case=case, stage=True, ended_at=None).count() == 1
        assert Party.objects.filter(case=case).exists()
    assert Submission.objects.count() == len(set(Case.objects.values_list("submission", flat=True)))
    for draw in Draw.objects.exclude(drawn_at=None):
        assert check_draw(draw) == ()
        assert Seat.objects.filter(draw=draw).exists()
    assert [finding for finding in verify(desk.ctx).findings if finding.verdict == "failed"] == []


@pytest.mark.parametrize("name", STEPS)
def test_killed_before_each_statement(office: Desk, name: str) -> None:
    verb = STEPS[name]
    ctx = office.ctx
    tried = range(3, 400, points(short=7, nightly=1))
    survived = 0
    for statement in tried:
        if _came_to_its_end(ctx, verb, statement):
            survived += 1
            break
        whole(office)
    assert survived == 1, "the step never came to its end"
    whole(office)


def _came_to_its_end(ctx: Context, verb: Callable[[Context], Any], statement: int) -> bool:
    """Return whether the step was over before the statement at which it was to die."""
    return bool(until_dead(_dying(ctx, verb, statement)))


def test_killed_at_random_moments(office: Desk) -> None:
    def busy(acknowledge: Acknowledge) -> None:
        for _ in range(100):
            opened = received(office.ctx)
            acknowledge(opened.cases[0])

    told: list[str] = []
    for delay in random_delays(points(short=12, nightly=300), longest=0.4):
        told += killed_after(delay, busy)
    whole(office)
    assert set(told) - {"end"} <= set(Case.objects.values_list("id", flat=True)), "a receipt was lost"
    numbers = sorted(Case.objects.values_list("place_in_year", flat=True))
    assert numbers == list(range(1, len(numbers) + 1)), "a number is missing"


def test_many_reports_at_once_lose_none_and_leave_no_gap(office: Desk) -> None:
    """Four doors at once; a minute's 200 reports are the benchmark's to time, here they are counted."""
    each = points(short=6, nightly=100)

    def door(acknowledge: Acknowledge) -> None:
        for _ in range(each):
            opened = received(office.ctx)
            acknowledge(f"{opened.numbers[0]} {opened.index}")

    lines = [line for told in together([door] * 4) for line in told]
    assert len(lines) == len({line.split()[0] for line in lines}) == 4 * each
    numbers = sorted(Case.objects.values_list("place_in_year", flat=True))
    assert numbers == list(range(1, 4 * each + 2))
    whole(office)


def test_two_officers_at_once_one_wins(office: Desk) -> None:
    seen = Case.objects.get(place_in_year=1)  # by both of them, before either acts

    def officer(acknowledge: Acknowledge) -> None:
        from evenhand.errors import EvenhandError

        try:
            step_as_seen(seen, State.ACKNOWLEDGED, CaseRole.INTAKE, str(seen.owner), office.ctx)
            acknowledge("done")
        except EvenhandError as error:
            acknowledge(f"refused: {error.what}")

    said = sorted(line for told in together([officer, officer]) for line in told)
    assert said[0] == "done"
    assert said[1] == "refused: Somebody else has moved this case since you opened the page."
    assert Event.objects.filter(case__place_in_year=1).count() == 2
    whole(office)

"""Rows to count: reports of two quarters, a case walked to its end, one out of scope, one joined, one test report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.web.cases.cases_room import Company, company, received, seated, step
from tests.web.cases.cases_story import Story, story

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases import engine
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Case
from evenhand.web.cases.receipt import SaidItem
from evenhand.web.record.unit import recording

MEMBERS = 48_000
MANY = 14
"""Plain reports of the first quarter."""


@dataclass
class Year:
    """What a test counts."""

    ctx: Context
    people: Company
    decided: Story
    out: Story
    joined: str
    test: str


def on(ctx: Context, month: int, day: int) -> Context:
    moment = datetime(2026, month, day, 9, tzinfo=UTC)
    return Context(now=lambda: moment, random=ctx.random)


def report(ctx: Context, number: int, *, item: int | None = None, subject: int | None = None, **more: object) -> Case:
    """Receive one report about its own item and its own person, unless told otherwise."""
    place = number if item is None else item
    said = SaidItem(f"chirp:{place}", f"https://chirp.example/{place}", text="You muppet")
    name = f"Robin Quill {number if subject is None else subject}"
    return Case.objects.get(pk=received(ctx, items=(said,), subjects=(name,), **more).cases[0])


def join(case: Case, into: str, people: Company, ctx: Context) -> None:
    """Join a case to another one."""
    officer = people["officer_1"]
    seated(case.id, officer, CaseRole.INTAKE, ctx)
    for target in (State.ACKNOWLEDGED, State.TRIAGE):
        step(case.id, target, CaseRole.INTAKE, officer, ctx)
    case = Case.objects.get(pk=case.id)
    with (
        recording(actor=officer, ctx=ctx, purpose="join") as r,
        acting(r, "submission.merged", case=case, ref=(0,)) as act,
    ):
        act.change(case, merged_into_id=into)
        met = {"duplicate_of_known_item", "affected_keeps_rights"}
        engine.move(act, case, "T02a", target=State.MERGED, role=CaseRole.INTAKE, met=met, ctx=ctx)


def year(ctx: Context) -> Year:
    """Make the rows: the first quarter is busy, the second has one report, one decision and one closing."""
    people = company(ctx)
    decided = story(ctx, people=people)
    out = story(ctx, until=State.MEMBERSHIP_CHECK, people=people)
    out.move(State.OUT_OF_SCOPE, CaseRole.ASSESSOR, reason_code="not_member")
    first = report(ctx, 0)
    for number in range(1, MANY):
        report(on(ctx, 3, 3), number, sender="witness" if number % 3 == 0 else "target")
    same = report(ctx, 90, item=0, subject=0)
    join(same, first.id, people, ctx)
    test = report(on(ctx, 3, 6), 91, channel="mail", seeded=True)
    report(on(ctx, 5, 6), 92, subject=1, channel="telephone")
    return Year(ctx, people, decided, out, same.id, test.id)

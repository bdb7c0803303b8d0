"""People who press buttons, and the steps of one whole case through the pages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.test import Client
from tests.cast import signed_in, text_of, visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.remembered import remembered
from tests.web.cases.cases_room import REPORT, Company, company
from tests.web.notices.notices_room import LETTERS_TOML

from evenhand.codes import ActType, builtin_text
from evenhand.context import Context
from evenhand.membership.register import read_register
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases import clocks
from evenhand.web.cases.engine import open_case
from evenhand.web.cases.models import Allegation, Case, Item, LookupAsk, Party, Seat
from evenhand.web.notices.actions import open_letter
from evenhand.web.notices.queries import letters_of
from evenhand.web.record.ids import ActorId
from evenhand.web.register.actions import load
from evenhand.web.rules.actions import publish_code
from evenhand.web.rules.queries import clauses_on

CODE = "abcd-efgh-ijkl-mnop"  # the sender's, in the fixture `story`
REGISTER = "member_id,joined,left,deceased,handles,name\n1001234,2019-05-01,,,chirp:harbour_gull,Robin Quill\n"


@dataclass
class Story:
    """One case and everybody in it."""

    desk: Desk
    clock: MovingClock
    people: Company
    case: Case

    @property
    def ctx(self) -> Context:
        return self.desk.ctx

    def client(self, person: str) -> Client:
        return signed_in(person)

    def press(self, person: str, slug: str, **fields: Any) -> Any:
        """Open a step's page as somebody, then send its form; the answer must lead back to the case."""
        self.case.refresh_from_db()
        client = self.client(person)
        shown = client.get(f"/cases/{self.case.id}/{slug}")
        assert shown.status_code == 200, (slug, shown.status_code)
        self.case.refresh_from_db()
        sent = client.post(f"/cases/{self.case.id}/{slug}", {"revision": str(self.case.revision)} | fields)
        assert sent.status_code == 302, (slug, sent.status_code, text_of(sent))
        self.case.refresh_from_db()
        return sent

    def sits(self, role: CaseRole) -> str:
        seat = Seat.objects.filter(case=self.case, role=role.value, ends=None).order_by("-chair").first()
        assert seat is not None, role
        return str(seat.person)

    def panel(self) -> list[str]:
        seats = Seat.objects.filter(case=self.case, role="panel", ends=None).order_by("-chair")
        return [str(person) for person in seats.values_list("person", flat=True)]

    def party(self, side: str) -> Party:
        return Party.objects.get(case=self.case, side=side)

    def open_letters(self, side: str) -> list[str]:
        party = self.party(side)
        return [
            open_letter(row.id, ActorId(party.id), "read a letter", self.ctx)
            for row in letters_of(self.case.id, party.id)
        ]


def step(play: Callable[..., None]) -> Callable[..., None]:
    """Let a step of the story be played once in a run, and laid down wherever else it is walked alike."""
    replayed = remembered(play)

    def walked(story: Story, *given: Any, **named: Any) -> None:
        replayed(story, *given, **named)
        story.case.refresh_from_db()

    return functools.wraps(play)(walked)


def begin(desk: Desk, clock: MovingClock, **changed: object) -> Story:
    """Publish the rules, load the register, appoint everybody, and receive one report."""
    (desk.home.root / "letters.toml").write_text(LETTERS_TOML)
    ids, case = _begun(desk, **changed)
    return Story(desk, clock, Company(desk.ctx, ids), Case.objects.select_related("submission").get(pk=case))


@remembered
def _begun(desk: Desk, **changed: object) -> tuple[dict[str, str], str]:
    people = company(desk.ctx, nonces=200)
    for text in (builtin_text("general"),):
        publish_code(text=text, first_signer=people["officer_5"], second_signer=people["keeper"], ctx=desk.ctx)
    load(register=read_register(REGISTER), actor=people["officer_5"], ctx=desk.ctx)
    officer = people["officer_5"] if changed.get("own_motion") else None
    opened = open_case(report=replace(REPORT, **changed), ctx=desk.ctx, actor=officer)
    return dict(people.ids), opened.cases[0]


def follower() -> Client:
    """Return a browser in which the sender who has CODE follows the report."""
    client = visitor()
    client.post("/follow", {"code": CODE})
    return client


@step
def to_assessor(story: Story) -> None:
    story.press(story.people["officer_1"], "acknowledge", pseudonym="Ash")
    from_triage(story)


@step
def from_triage(story: Story) -> None:
    officer, second = story.people["officer_1"], story.people["officer_2"]
    story.press(officer, "triage", danger="none")
    story.press(officer, "look-up", account="chirp:harbour_gull", purpose="Was it a member?", on_day="2026-02-27")
    assert (
        story.client(second).post("/approvals", {"ask": LookupAsk.objects.get(case=story.case).id}).status_code == 302
    )
    story.press(officer, "membership")


@step
def to_assessed(story: Story, shown_text: str = "Somebody was called a muppet, twice.", **gates: str) -> None:
    assessor = story.sits(CaseRole.ASSESSOR)
    story.press(assessor, "blind", shown="breach", reason="Name-calling, twice.")
    passed = {f"G{n}": "pass" for n in range(1, 15)} | gates
    item = Item.objects.get()
    story.press(assessor, "items", item=item.id, link="B", act="wrote", seen="on", **passed)
    story.press(assessor, "route", shown="breach", reason="", shown_text=shown_text, audience="400")


@step
def to_investigation(story: Story, *, sender: bool = True) -> None:
    assessor = story.sits(CaseRole.ASSESSOR)
    story.press(assessor, "risk", risk="low")
    from evenhand.web.cases.steps.identity import answer_identity

    if sender:
        answer_identity(party=story.party("complainant"), answer="agreed", reason="", ctx=story.ctx)
    day = story.clock.now.date() - timedelta(days=3)
    clause = max(clauses_on(day), key=lambda each: each.most[ActType.WROTE].height if ActType.WROTE in each.most else 0)
    story.press(
        assessor, "allege", conduct_on=day.isoformat(), clause=clause.id, act="wrote", items=[Item.objects.get().id],
        particulars="On that day you wrote “you muppet” under the treasurer's post, twice.",
    )  # fmt: skip
    story.press(assessor, "investigate")


@step
def to_formal(story: Story) -> None:
    investigator = story.sits(CaseRole.INVESTIGATOR)
    story.press(
        investigator, "search", place="thread", what="What it answered", found="nothing", result="Nothing before it."
    )
    story.press(investigator, "facts", facts="Robin Quill wrote it twice and deleted it on the next day.")
    charge = story.sits(CaseRole.CHARGE_ASSESSOR)
    story.press(charge, "prospect-blind", decision="case_to_answer", reason="It stands there.")
    story.press(charge, "prospect", decision="case_to_answer", reason="It stands there.", contact="none")
    story.press(charge, "formal")


@step
def to_drawn(story: Story) -> None:
    """Let the time to answer pass; three people are drawn and asked whether they can sit."""
    from evenhand.web.cases.steps.panel.convene import convene_due

    story.open_letters("respondent")
    respondent = story.party("respondent")
    clocks.window_served(
        case=story.case.id, clock=ClockId.REPLY, party=respondent.id, served=story.clock.now, ctx=story.ctx
    )
    story.clock.move(days=16)
    clocks.apply_due(story.ctx)
    convene_due(story.ctx)


@step
def to_panel(story: Story) -> None:
    to_drawn(story)
    for member in story.panel():
        story.press(member, "conflict", conflict="none")
    story.case.refresh_from_db()


def first_day_of(story: Story) -> date:
    from evenhand.web.cases.steps.panel.hearing import first_day

    return first_day(story.case, story.ctx)


def allegation_of(story: Story) -> Allegation:
    return Allegation.objects.get(case=story.case)


@step
def to_findings(story: Story, result: str = "proved") -> None:
    chair = story.panel()[0]
    day = first_day_of(story)
    story.press(chair, "hearing", form="paper", on_day=day.isoformat())
    story.clock.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    story.press(chair, "hearing")
    allegation = allegation_of(story)
    for member in story.panel():
        assert story.client(member).get(f"/cases/{story.case.id}/papers").status_code == 200
    story.clock.move(minutes=10)
    for member in story.panel():
        story.press(member, "vote", **{f"vote_{allegation.id}": result, "contact": "none", "reason": ""})
    story.press(chair, "find", dissent="", **{f"reason_{allegation.id}": "The post stands there under their own name."})


@step
def to_outcome(story: Story, rung: str = "L1") -> None:
    chair = story.panel()[0]
    for member in story.panel():
        story.press(member, "what-follows", rung=rung, contact="none")
    story.press(chair, "what-follows", reason="It was deleted at once.", factors=["deletion"])


@step
def to_reasons(story: Story) -> None:
    story.press(
        story.panel()[0], "reasons", facts="Two posts.", exculpatory="Nothing was found but the deletion.",
        redress_outside="The ombuds council of the federation.",
    )  # fmt: skip


@step
def past_review(story: Story) -> None:
    """Let the reviewer verify the decision where the case was drawn for a review from outside; else do nothing."""
    story.case.refresh_from_db()
    if story.case.state == "independent_review":
        reviewer = story.sits(CaseRole.REVIEWER)
        story.client(reviewer).get(f"/cases/{story.case.id}/review")
        story.clock.move(minutes=10)
        story.press(reviewer, "review", verdict="verified", reason="All five points.", contact="none")
        story.case.refresh_from_db()


STEPS: tuple[Callable[[Story], None], ...] = (
    to_assessor, to_assessed, to_investigation, to_formal, to_panel, to_findings, to_outcome, to_reasons,
)  # fmt: skip

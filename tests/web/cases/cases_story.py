"""One contested case, walked by the engine with every row a step needs, up to the state a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.web.cases.cases_room import Company, company, later, received, seated, step

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.outcomes import ReviewCause
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases import clocks
from evenhand.web.cases.acts import Act, acting
from evenhand.web.cases.contacts import count_of
from evenhand.web.cases.engine import SaidItem
from evenhand.web.cases.models import (
    Allegation,
    AllegationItem,
    BlindRecord,
    Case,
    Decision,
    Finding,
    Hearing,
    Identity,
    ItemAssessment,
    Lookup,
    OpenRecord,
    Outcome,
    Party,
    Reading,
    Reply,
    Review,
    Search,
    Seat,
    Vote,
)
from evenhand.web.cases.seats import declare, items_of, open_file, seat_by_draw
from evenhand.web.cases.steps.decide.checking import reviewer_of, to_reviewer
from evenhand.web.cases.steps.panel.convene import SEATS
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.unit import recording
from evenhand.web.rules.models import Clause, CodeVersion

CODE = "c" * 64
CLAUSE = f"{CODE}:1"
R, S = CaseRole, State


def publish_code(ctx: Context) -> None:
    """Publish one code with one clause, in force since January."""
    since = date(2026, 1, 1)
    code = CodeVersion(
        id=CODE, slug="quill", version="1", in_force_from=since, published_at=ctx.now() - timedelta(days=60),
        first_signer="1" * 32, second_signer="2" * 32, text="text",
    )  # fmt: skip
    clause = Clause(id=CLAUSE, code=code, clause="1", in_force_from=since)
    with recording(actor=SYSTEM, ctx=ctx, purpose="publish") as r:
        for row in (code, clause):
            row.save(force_insert=True)
        body = {ROWS: [said(code), said(clause)]}
        r.add(type="code.adopted", key=ORGANISATION, body=body, pub={"code": bytes.fromhex(CODE)})


@dataclass
class Story:
    """A case on its way; `now` moves on by itself where a window has to pass."""

    ctx: Context
    people: Company
    case_id: str
    proved: bool = True
    rung: str = "L2"
    seats: dict[CaseRole, list[Seat]] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        """The case as it is now."""
        return Case.objects.get(pk=self.case_id)

    def id(self) -> str:
        return self.ctx.new_id()

    def holder(self, role: CaseRole) -> ActorId:
        return ActorId(self.seats[role][0].person)

    @contextmanager
    def act(self, type: str, actor: str = SYSTEM, **more: Any) -> Iterator[Act]:
        """One act on the case."""
        with (
            recording(actor=ActorId(actor), ctx=self.ctx, purpose="story") as r,
            acting(r, type, case=self.case, **more) as act,
        ):
            yield act

    def draw(self, role: CaseRole) -> None:
        self.seats[role] = list(seat_by_draw(case=self.case_id, role=role, ctx=self.ctx))

    def move(self, target: State, role: CaseRole | str, actor: str | None = None, **more: Any) -> None:
        who = actor or (SYSTEM if role == "system" else self.holder(CaseRole(role)))
        step(self.case_id, target, role, who, self.ctx, **more)


def story(
    ctx: Context,
    *,
    until: State = S.CLOSED,
    people: Company | None = None,
    report: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Story:
    """Return a case that was walked to the state; its clock is the one given, or later where a window passed.

    `report`: what its report says else than every other one.
    """
    people = people or company(ctx)
    if not CodeVersion.objects.exists():
        publish_code(ctx)
    post = SaidItem(f"chirp:{ctx.new_id()}", "https://chirp.example/1", text="You muppet")
    told = Story(ctx, people, received(ctx, **{"items": (post,), **(report or {})}).cases[0], **facts)
    for state, chapter in CHAPTERS.items():
        if told.case.state == until.value:
            break
        chapter(told)
        assert told.case.state == state.value, (told.case.state, state)
    assert told.case.state == until.value
    return told


def to_membership(s: Story) -> None:
    s.seats[R.INTAKE] = [seated(s.case_id, s.people["officer_1"], R.INTAKE, s.ctx)]
    s.draw(R.ASSESSOR)
    s.move(S.ACKNOWLEDGED, R.INTAKE)
    s.move(S.TRIAGE, R.INTAKE)
    with s.act("lookup.made", commitments={"purpose": b"p", "approver": b"a"}) as act:
        act.insert(
            Lookup(
                id=s.id(), case=s.case, result="both", band="exact_id", on_day=s.ctx.now().date(), evidence=s.id(),
                purpose=s.id(), approver=s.people["officer_2"], made_by=s.people["officer_1"], made_at=s.ctx.now(),
            )
        )  # fmt: skip
    s.move(S.MEMBERSHIP_CHECK, R.INTAKE)


def blind_and_open(s: Story, stage: str, role: CaseRole, decision: str) -> None:
    person = s.holder(role)
    blind = BlindRecord(
        id=s.id(), case=s.case, stage=stage, person=person, decision=decision, reason=s.id(), blinded=True,
        at=s.ctx.now(),
    )  # fmt: skip
    with s.act("blind.recorded", person) as act:
        act.insert(blind)
        open_file(act, s.case, person, role, s.ctx.now())
    with s.act("open.recorded", person) as act:
        now = s.ctx.now()
        act.insert(Reading(case=s.case, person=person, what="open", first_at=now, last_at=now, seconds=90))
        act.insert(OpenRecord(blind=blind, decision=decision, changed=False, at=now))


def to_assessment(s: Story) -> None:
    a1 = s.holder(R.ASSESSOR)
    with s.act("evidence.assessed", a1) as act:
        act.insert(
            ItemAssessment(
                id=s.id(), item=items_of(s.case).get(), assessor=a1, case=s.case, fitness="fit", author_link="A",
                act_type="post", provenance="P1", grade="C3", assessed_at=s.ctx.now(),
            )
        )  # fmt: skip
    blind_and_open(s, "T04", R.ASSESSOR, "supported")
    s.move(S.EVIDENCE_ASSESSMENT, R.ASSESSOR)


def to_investigation(s: Story) -> None:
    s.draw(R.INVESTIGATOR)
    with s.act("disclosure.recorded") as act:
        act.insert(
            Identity(
                case=s.case, shown_text=s.id(), asked_at=s.ctx.now(), answer="agreed", answered_at=s.ctx.now(),
                protection="none", risk="low", risk_assessed_by=s.holder(R.ASSESSOR), risk_assessed_at=s.ctx.now(),
            )
        )  # fmt: skip
        allegation = act.insert(
            Allegation(
                id=s.id(), case=s.case, number=1, clause_id=CLAUSE, act_type="post", conduct_on=date(2026, 2, 20),
                particulars=s.id(), most_that_can_follow="L3", set_by=s.holder(R.ASSESSOR), set_at=s.ctx.now(),
            )
        )  # fmt: skip
        act.insert(AllegationItem(allegation=allegation, item=items_of(s.case).get(), elements="words"))
        act.insert(
            Party(
                id=s.id(), case=s.case, side="respondent", key=s.case.key, locale="en", by="post",
                joined_at=s.ctx.now(),
            )
        )  # fmt: skip
    s.move(S.UNDER_INVESTIGATION, R.ASSESSOR)


def to_case_to_answer(s: Story) -> None:
    s.draw(R.CHARGE_ASSESSOR)
    blind_and_open(s, "T07", R.CHARGE_ASSESSOR, "case_to_answer")
    s.move(S.CASE_TO_ANSWER, R.CHARGE_ASSESSOR)


def to_charged(s: Story) -> None:
    with s.act("case.charge_assessed") as act:
        act.insert(
            Search(
                id=s.id(), case=s.case, place="thread", what=s.id(), found="nothing", result=s.id(),
                made_by=s.holder(R.INVESTIGATOR), made_at=s.ctx.now(),
            )
        )  # fmt: skip
        for item in AllegationItem.objects.filter(allegation__case=s.case):
            act.change(item, disclosed_at=s.ctx.now())
        for allegation in Allegation.objects.filter(case=s.case):
            act.change(allegation, formal_at=s.ctx.now())
    s.move(S.CHARGED, R.CHARGE_ASSESSOR)


def to_reply_window(s: Story) -> None:
    s.move(S.REPLY_WINDOW, R.CHARGE_ASSESSOR)
    respondent = Party.objects.get(case=s.case, side="respondent")
    clocks.window_served(case=s.case_id, clock=ClockId.REPLY, party=respondent.id, served=s.ctx.now(), ctx=s.ctx)


def to_panel(s: Story) -> None:
    respondent = Party.objects.get(case=s.case, side="respondent")
    with s.act("case.reply_received", commitments={"reply": b"r"}) as act:
        act.insert(
            Reply(
                id=s.id(), case=s.case, party=respondent, answer="dispute", final=True, channel="letter",
                at=s.ctx.now(),
            )
        )  # fmt: skip
    s.draw(R.PANEL)
    for seat in s.seats[R.PANEL]:
        declare(seat=seat.id, kind="conflict", stage="seat", text=None, actor=ActorId(seat.person), ctx=s.ctx)
    s.move(S.PANEL_SET, "system")


def to_hearing(s: Story) -> None:
    with s.act("case.hearing_recorded", s.holder(R.PANEL)) as act:
        act.insert(Hearing(case=s.case, form="paper", on_day=s.ctx.now().date(), quorum=3, held_at=s.ctx.now()))
    s.move(S.HEARING, R.PANEL)


def vote(s: Story, stage: str, word: str) -> None:
    if len(s.seats[R.PANEL]) < SEATS:
        raise UsageError("Not everybody has voted.", mend="Wait for all three.")  # as the verb says it
    for seat in s.seats[R.PANEL]:
        person = ActorId(seat.person)
        declare(seat=seat.id, kind="contact", stage=stage, text=None, actor=person, ctx=s.ctx)
        with s.act("vote.recorded", person) as act:
            act.insert(Vote(id=s.id(), case=s.case, seat=seat, stage=stage, vote=word, at=s.ctx.now()))


def to_liability(s: Story) -> None:
    result = "proved" if s.proved else "not_proved"
    vote(s, "T11", result)
    with s.act("case.deliberation_recorded", s.holder(R.PANEL)) as act:
        for allegation in Allegation.objects.filter(case=s.case):
            for item in AllegationItem.objects.filter(allegation=allegation):
                act.change(item, relied_on=True)
            act.insert(Finding(allegation=allegation, result=result, reasons=s.id(), found_at=s.ctx.now()))
    s.move(S.LIABILITY_DECIDED, R.PANEL)


def to_sanction(s: Story) -> None:
    vote(s, "T12", s.rung)
    with s.act("case.deliberation_recorded", s.holder(R.PANEL)) as act:
        act.insert(Outcome(case=s.case, rung=s.rung, reason=s.id(), decided_at=s.ctx.now()))
    s.move(S.SANCTION_DECIDED, R.PANEL)


def to_review(s: Story) -> None:
    s.draw(R.REVIEWER)
    with s.act("sample.drawn") as act:
        act.insert(Review(id=s.id(), case=s.case, seat=s.seats[R.REVIEWER][0], why="sampled", drawn_at=s.ctx.now()))
    s.move(S.INDEPENDENT_REVIEW, "system")


def to_decided(s: Story) -> None:
    with s.act("case.review_recorded", s.holder(R.REVIEWER)) as act:
        act.change(Review.objects.get(case=s.case), verdict="verified", reviewed_at=s.ctx.now())
    with s.act("case.decided", commitments={"contacts": b"0", "reasons": b"r"}) as act:
        act.insert(
            Decision(
                case=s.case, kind="sanction", text=s.id(), fields="facts", contacts=count_of(s.case_id),
                declared_none=3, declared_seats=3, automated_detection=False,
                redress_until=s.ctx.now().date(), made_at=s.ctx.now(),
            )
        )  # fmt: skip
    s.move(S.DECIDED, "system")


def to_closed(s: Story) -> None:
    for party in Party.objects.filter(case=s.case, side__in=("complainant", "respondent")):
        clocks.window_served(case=s.case_id, clock=ClockId.APPEAL, party=party.id, served=s.ctx.now(), ctx=s.ctx)
    s.ctx = later(s.ctx, days=60)
    assert clocks.windows_over(s.case, s.ctx.now())
    s.move(S.CLOSED, "system")


def to_checked_end(s: Story) -> None:
    """End it without a panel, in the sample: the reviewer has it in the same unit, before anybody is told."""
    seat = reviewer_of(s.case, s.ctx)
    assert seat is not None
    with recording(actor=SYSTEM, ctx=s.ctx, purpose="story"):
        s.move(S.OUT_OF_SCOPE, R.ASSESSOR, reason_code="policy_disagreement")
        to_reviewer(s.case, seat, (ReviewCause.SAMPLE,), ctx=s.ctx)


def to_verified_end(s: Story) -> None:
    """The reviewer verifies the end, and the case stands at it again."""
    review = Review.objects.get(case=s.case, verdict=None)
    with s.act("case.review_recorded", review.seat.person) as act:
        act.change(review, verdict="verified", reviewed_at=s.ctx.now())
    s.move(S.OUT_OF_SCOPE, "system")


CHAPTERS: dict[State, Callable[[Story], None]] = {
    S.MEMBERSHIP_CHECK: to_membership,
    S.EVIDENCE_ASSESSMENT: to_assessment,
    S.UNDER_INVESTIGATION: to_investigation,
    S.CASE_TO_ANSWER: to_case_to_answer,
    S.CHARGED: to_charged,
    S.REPLY_WINDOW: to_reply_window,
    S.PANEL_SET: to_panel,
    S.HEARING: to_hearing,
    S.LIABILITY_DECIDED: to_liability,
    S.SANCTION_DECIDED: to_sanction,
    S.INDEPENDENT_REVIEW: to_review,
    S.DECIDED: to_decided,
    S.CLOSED: to_closed,
}

"""What people do in the demonstration's cases, each through the verb that a page would call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from evenhand.cli.demo_cases.things import mail_of_platform, picture_of_post
from evenhand.codes import ActType, Rung
from evenhand.context import Context
from evenhand.evidence.gates import Answer as GateAnswer
from evenhand.evidence.gates import AuthorLink, Gate, GateCode, GateResult
from evenhand.evidence.grades import ProvenanceClass, Route
from evenhand.procedure.outcomes import ChargeDecision, HearingForm, ScopeCode
from evenhand.procedure.outcomes import Finding as Result
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.access import code_digest, new_code
from evenhand.web.cases.items import items_of
from evenhand.web.cases.models import Allegation, Case, LookupAsk, Party, Seat
from evenhand.web.cases.queries import files_of
from evenhand.web.cases.receipt import Report, SaidItem
from evenhand.web.cases.seats import take
from evenhand.web.cases.steps import reply, withdraw
from evenhand.web.cases.steps.acknowledge import acknowledge
from evenhand.web.cases.steps.assess import ask, blind, dismiss, items, route
from evenhand.web.cases.steps.charge import decide as prospect
from evenhand.web.cases.steps.charge import facts, formal
from evenhand.web.cases.steps.decide import conclude, reasons, review
from evenhand.web.cases.steps.files import add_file, clear
from evenhand.web.cases.steps.identity import answer_identity, assess_risk
from evenhand.web.cases.steps.investigate import allege, begin
from evenhand.web.cases.steps.panel import bundle, convene, findings, hearing, outcome
from evenhand.web.cases.steps.report import receive_report
from evenhand.web.cases.steps.scope import answer_out_of_scope, approve_lookup, ask_lookup, confirm_scope
from evenhand.web.cases.steps.service import open_side
from evenhand.web.cases.steps.triage import Danger, join, look_for_danger
from evenhand.web.record.ids import ActorId
from evenhand.web.rules.queries import clauses_on


@dataclass
class Play:
    """One case of the demonstration: who is there, what it is about, and the codes its two sides hold."""

    ctx: Context
    people: Mapping[str, ActorId]
    told: Report
    member: str
    code: str = ""
    answer_code: str = ""
    case_id: str = ""

    @property
    def case(self) -> Case:
        """The case as it stands now."""
        return Case.objects.select_related("submission").get(pk=self.case_id)

    def sits(self, role: CaseRole) -> ActorId:
        """Return who holds a role, of a panel the chair."""
        seat = Seat.objects.filter(case=self.case_id, role=role.value, ends=None).order_by("-chair", "begins").first()
        assert seat is not None, role
        return ActorId(seat.person)

    def panel(self) -> list[Seat]:
        """Return the panel, the chair first."""
        return list(convene.panel_of(self.case))

    def party(self, side: str) -> Party:
        """Return one side."""
        return Party.objects.select_related("case__submission").get(case=self.case_id, side=side)

    def report(self) -> None:
        """The sender sends it and keeps the code."""
        from dataclasses import replace

        self.code = new_code(self.ctx)
        submission = self.ctx.new_id()
        said = replace(self.told, code_digest=code_digest(self.code))
        self.case_id = receive_report(said, submission=submission, ctx=self.ctx).case

    def hand_in(self) -> None:
        """The sender adds a picture of the post and the mail that told them of it."""
        post, party = self.told.items[0].text or "", self.party(self.told.role.value)
        picture = picture_of_post(self.told.subjects[0], post, self.ctx.now())
        add_file(party=party, name="screenshot.png", data=picture, ctx=self.ctx)
        add_file(party=party, name="mail.eml", data=mail_of_platform(post, self.ctx.now()), ctx=self.ctx)

    def release_picture(self) -> None:
        """The officer looks at the picture and releases it; the mail still waits to be looked at."""
        upload = files_of(self.case).get(kind="png")
        clear(upload=upload, actor=self.sits(CaseRole.INTAKE), ctx=self.ctx, restrict=False)

    def acknowledge(self) -> None:
        """An officer takes it and says so."""
        officer = self.people["officer"]
        take(case=self.case_id, role=CaseRole.INTAKE, person=officer, ctx=self.ctx)
        acknowledge(case=self.case, actor=officer, pseudonym="Heron", ctx=self.ctx)

    def triage(self) -> None:
        """The officer looks for danger."""
        danger = Danger.CARD if self.told.danger_claimed else Danger.NONE
        look_for_danger(case=self.case, actor=self.people["officer"], danger=danger, ctx=self.ctx)

    def join(self, other: Play) -> None:
        """It is the same item as in another case."""
        join(case=self.case, into=other.case, actor=self.people["officer"], ctx=self.ctx)

    def ask_back(self) -> None:
        """The sender asks for their report back, with their code; nobody pressed them."""
        withdraw.ask_back(party=self.party("complainant"), text="", pressed=False, ctx=self.ctx)

    def take_back(self) -> None:
        """The time to change one's mind is over: the officer carries it out."""
        officer = self.sits(CaseRole.INTAKE)
        withdraw.take_back(case=self.case, role=CaseRole.INTAKE, actor=officer, ctx=self.ctx)

    def ask_lookup(self) -> None:
        """The register is to be asked."""
        day = (self.told.items[0].happened_on if self.told.items else None) or self.ctx.now().date()
        purpose = "Was the person a member on the day, and now?"
        officer = self.people["officer"]
        ask_lookup(case=self.case, account=self.member, purpose=purpose, on_day=day, actor=officer, ctx=self.ctx)

    def confirm_scope(self) -> None:
        """A second officer approves; the first looks and confirms; an assessor is drawn."""
        row = LookupAsk.objects.get(case=self.case_id)
        approve_lookup(ask=row, actor=self.people["officer_2"], ctx=self.ctx)
        row.refresh_from_db()
        confirm_scope(case=self.case, ask=row, actor=self.people["officer"], ctx=self.ctx)

    def out_of_scope(self) -> None:
        """It is not something the unit can take further."""
        assessor = self.sits(CaseRole.ASSESSOR)
        answer_out_of_scope(case=self.case, code=ScopeCode.NOT_MEMBER, actor=assessor, ctx=self.ctx)

    def assess(self, *, gap: Gate | None = None) -> None:
        """Blind, then the items; one gate may be unknown."""
        assessor = self.sits(CaseRole.ASSESSOR)
        words = "Name-calling in a public thread; nothing in it is about an opinion."
        blind.record_blind(
            case=self.case, shown=blind.Shown.BREACH, reason=words, blinded=True, actor=assessor, ctx=self.ctx
        )
        for item in items.waiting(self.case):
            said = items.Assessed(_gates(gap), AuthorLink.B.value, ActType.WROTE, _SEEN)
            items.assess(case=self.case, item=item, said=said, actor=assessor, ctx=self.ctx)

    def finish_assessment(self) -> None:
        """The open decision; the sender is asked about the exact words."""
        shown = "Somebody was called a muppet and a clown under a post about mooring fees, three times in one evening."
        said = route.Opened(blind.Shown.BREACH, "", shown, 400)
        route.finish(case=self.case, said=said, actor=self.sits(CaseRole.ASSESSOR), ctx=self.ctx)

    def ask_more(self) -> None:
        """What can be mended is asked, once."""
        ask.ask(case=self.case, actor=self.sits(CaseRole.ASSESSOR), ctx=self.ctx)

    def no_answer(self) -> None:
        """Nothing came in time."""
        ask.go_on(case=self.case, changed=(), actor=self.sits(CaseRole.ASSESSOR), ctx=self.ctx)

    def vote_dismissal(self, role: CaseRole) -> None:
        """One of the two assessors votes to dismiss."""
        actor = self.sits(role)
        seat = dismiss.own_seat(self.case, actor)
        dismiss.vote(
            case=self.case, seat=seat, choice=dismiss.DISMISS, code="unverified", contact="", actor=actor, ctx=self.ctx,
            reason="Nothing but a picture of a screen; the place was asked for and is not known.",
        )  # fmt: skip
        dismiss.settle(case=self.case, actor=actor, ctx=self.ctx)

    def agree(self) -> None:
        """The sender agrees to the words; the risk is assessed."""
        if self.told.role is CaseRole.COMPLAINANT:
            answer_identity(party=self.party("complainant"), answer="agreed", reason="", ctx=self.ctx)
        assess_risk(case=self.case, risk="low", actor=self.sits(CaseRole.ASSESSOR), ctx=self.ctx)

    def investigate(self) -> None:
        """One allegation under the rule of that day; both sides are told."""
        assessor = self.sits(CaseRole.ASSESSOR)
        day = (self.told.items[0].happened_on if self.told.items else None) or self.ctx.now().date()
        covering = [clause for clause in clauses_on(day) if ActType.WROTE in clause.most]
        clause = max(covering, key=lambda each: each.most[ActType.WROTE].height)
        words = "On that evening you wrote “you muppet” and “clown” under the berth officer's post, three times."
        chosen = tuple(items_of(self.case).values_list("id", flat=True))
        said = allege.Alleged(clause.id, ActType.WROTE, day, words, chosen)
        allege.allege(case=self.case, said=said, actor=assessor, ctx=self.ctx)
        self.answer_code = begin.begin(case=self.case, actor=assessor, ctx=self.ctx)

    def hand_over(self) -> None:
        """The investigator searches both ways and writes the facts down."""
        actor = self.sits(CaseRole.INVESTIGATOR)
        for place, found, words in (
            ("thread", "nothing", "Nobody had written to them before in that thread."),
            ("profile", "something", "The words were deleted the next morning, with a line of regret."),
        ):
            facts.record_search(
                case=self.case, place=place, what="What came before and after", found=found, result=words, actor=actor,
                ctx=self.ctx,
            )  # fmt: skip
        text = "The account is declared in the register. The words stand there three times; they were deleted at 07:40."
        facts.hand_over(case=self.case, facts=text, actor=actor, ctx=self.ctx)

    def prospect(self, decision: ChargeDecision = ChargeDecision.CASE_TO_ANSWER) -> None:
        """Somebody from outside decides, blind and then open."""
        actor = self.sits(CaseRole.CHARGE_ASSESSOR)
        words = (
            "The words are there, under an account that is declared."
            if decision is ChargeDecision.CASE_TO_ANSWER
            else ("The words are aimed at a decision and not at a person: three people could not find it proved.")
        )
        prospect.decide_blind(case=self.case, decision=decision, reason=words, blinded=True, actor=actor, ctx=self.ctx)
        prospect.decide_open(case=self.case, decision=decision, reason=words, contact="", actor=actor, ctx=self.ctx)

    def formal(self) -> None:
        """The formal allegations go out."""
        formal.set_formal(case=self.case, actor=self.sits(CaseRole.CHARGE_ASSESSOR), ctx=self.ctx)

    def open_letters(self, side: str) -> None:
        """A side opens its letters: that is service, and nothing else."""
        open_side(party=self.party(side), ctx=self.ctx)

    def answer(self) -> None:
        """The person complained about answers, and says that it is all."""
        party = self.party("respondent")
        row = Allegation.objects.get(case=self.case_id)
        words = "I wrote it, I was angry about the fees, and I took it down. It was about the fees, not about her."
        said = [reply.Answer(reply.Point(row.id, None), reply.Said.DISPUTE, words)]
        reply.answer(party=party, answers=said, channel=reply.Channel.PAGE, actor=ActorId(party.id), ctx=self.ctx)
        reply.finish(party=party, channel=reply.Channel.PAGE, actor=ActorId(party.id), ctx=self.ctx)
        convene.convene(self.case, self.ctx)

    def conflicts(self) -> None:
        """Each of the three says that they are linked to nobody in it."""
        for seat in self.panel():
            actor = ActorId(seat.person)
            convene.answer_conflict(case=self.case, seat=seat, conflict="", actor=actor, ctx=self.ctx)

    def announce(self) -> timedelta:
        """The chair announces the day; return how long it is until then."""
        day = hearing.first_day(self.case, self.ctx)
        actor = ActorId(self.panel()[0].person)
        hearing.announce(case=self.case, form=HearingForm.PAPER, on_day=day, actor=actor, ctx=self.ctx)
        return timedelta(days=(day - self.ctx.now().date()).days)

    def open_hearing(self) -> None:
        """The chair opens it; all three begin to read."""
        hearing.open_hearing(case=self.case, actor=ActorId(self.panel()[0].person), ctx=self.ctx)
        for seat in self.panel():
            bundle.note_reading(self.case, ActorId(seat.person), self.ctx)

    def find(self, result: Result = Result.PROVED) -> None:
        """Three votes, then the findings."""
        row = Allegation.objects.get(case=self.case_id)
        for seat in self.panel():
            findings.vote(
                case=self.case, votes={row.id: result}, reason="", contact="", actor=ActorId(seat.person), ctx=self.ctx
            )
        words = (
            "The words stand there under their own account; they do not dispute having written them."
            if result is Result.PROVED
            else "It was said about a decision and its author; the rule does not forbid harsh words about a decision."
        )
        findings.find(
            case=self.case, reasons={row.id: words}, dissent="", actor=ActorId(self.panel()[0].person), ctx=self.ctx
        )

    def follow(self, rung: Rung = Rung.ADVICE) -> None:
        """Three votes on what follows."""
        for seat in self.panel():
            outcome.vote(case=self.case, rung=rung, contact="", actor=ActorId(seat.person), ctx=self.ctx)
        said = outcome.Follows(None, ("deletion",), "A reminder is enough: it was taken down within a night.")
        outcome.decide(case=self.case, said=said, actor=ActorId(self.panel()[0].person), ctx=self.ctx)

    def give_reasons(self) -> None:
        """The chair gives the reasons; the house sends the decision out, or to a reviewer."""
        typed = reasons.Typed(
            "Three short insults in one evening, taken down the next morning.",
            "That they were taken down, and that the thread was heated. Both were weighed.",
            ("We believe that it was about the fees; the words were still aimed at a person.",),
            "The Guild of Estuary Notaries hears complaints about our decisions.",
        )
        reasons.give_reasons(case=self.case, typed=typed, actor=ActorId(self.panel()[0].person), ctx=self.ctx)
        conclude.conclude(self.case, self.ctx)

    def read_as_reviewer(self) -> None:
        """The reviewer opens the papers."""
        bundle.note_reading(self.case, self.sits(CaseRole.REVIEWER), self.ctx)

    def verify(self) -> None:
        """The reviewer verifies the outcome."""
        review.verify(
            case=self.case, reason="Lawful, rational, by the procedure, in proportion; no conflict.", contact="",
            actor=self.sits(CaseRole.REVIEWER), ctx=self.ctx,
        )  # fmt: skip


_SEEN = Route(ProvenanceClass.USER_STATEMENT, link="given", link_seen_by_us=True)


def _gates(gap: Gate | None) -> tuple[GateResult, ...]:
    """Return all gates passed, but for one that is not known."""
    codes = {Gate.G4: GateCode.UNVERIFIED, Gate.G1: GateCode.NO_LOCATOR}
    found = []
    for gate in Gate:
        if gate is gap:
            found.append(GateResult(gate, GateAnswer.UNKNOWN, codes.get(gate)))
        else:
            found.append(GateResult(gate, GateAnswer.PASS, link=AuthorLink.B if gate is Gate.G5 else None))
    return tuple(found)


def told(number: int, subject: str, day_before: int, now: Context, **more: object) -> Report:
    """Return a report of the demonstration about one post of some days ago. Everybody in it is invented."""
    happened = now.now().date() - timedelta(days=day_before)
    place = f"https://chirp.example/{subject.lower().replace(' ', '_')}/{1_000 + number}"
    said = {
        "sender": "target",
        "explanation": "Under my post about mooring fees he called me a muppet and a clown, three times that evening.",
        "subjects": (subject,),
        "items": (SaidItem(f"url:{place}", place, happened_on=happened, text="You muppet. Clown. Still a clown."),),
    }
    return Report(**(said | more))  # type: ignore[arg-type] # the scenes name fields of Report

"""T04a: the gaps that can be mended are asked about once, by name; the answer comes back through the dialogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.gates import ASKED, Gate, GateResult, gate_question
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.engine import move
from evenhand.web.cases.items import items_of
from evenhand.web.cases.models import Case, Event, GateAnswer, Item, ItemAssessment, Message
from evenhand.web.cases.periods import day_of, due_from, moment
from evenhand.web.cases.steps.assess.items import gaps_of, reassess
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.telling import tell_sender
from evenhand.web.notices.composing import Fields
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording


def ask(*, case: Case, actor: ActorId, ctx: Context) -> None:
    """Take T04a: the sender gets N12 with every gap and its cure. UsageError where nothing can be mended."""
    gaps = gaps_of(case)
    if not gaps:
        raise UsageError(_("Nothing is left that an answer could mend."), mend=_("Choose another way."))
    until = due_from(case, ClockId.INFO, moment(ctx)).bound
    with recording(actor=actor, ctx=ctx, purpose="ask for more") as r:
        with acting(r, "case.info_asked", case=case) as act:
            move(
                act, case, "T04a", target=State.MORE_INFO_REQUESTED, role=CaseRole.ASSESSOR, met={"gaps_named"}, ctx=ctx
            )

        def words() -> Fields:
            asked = [ASKED[gate] for gate in dict.fromkeys(gap.gate for _item, gap in gaps)]
            missing, helps = [_(what) for what, _helps in asked], [_(helps) for _what, helps in asked]
            return {"gaps": missing, "cures": helps, "until_when": day_of(case, until) if until else ""}

        tell_sender(r, case, NoticeId.N12, words, ctx=ctx)


def asked_at(case: Case) -> datetime | None:
    """Return when the sender was asked for more, None if never."""
    return Event.objects.filter(case=case, target=State.MORE_INFO_REQUESTED.value).values_list("at", flat=True).first()


def answers(case: Case) -> list[Message]:
    """Return what the sender has written since they were asked."""
    since = asked_at(case)
    return list(Message.objects.filter(case=case, from_party=True, at__gte=since).order_by("at")) if since else []


def go_on(*, case: Case, changed: Sequence[tuple[Item, GateResult]], actor: ActorId, ctx: Context) -> None:
    """Take T04a back, with what the answer changed of the gates; every gap now counts as asked.

    Raises UsageError before an answer has come or its time has passed.
    """
    if not answers(case) and not (case.due and case.due < ctx.now()):
        raise UsageError(_("Neither an answer has come nor is its time over."), mend=_("Wait for one of the two."))
    for assessment in ItemAssessment.objects.filter(item__in=items_of(case), asked=False).select_related(
        "case", "item"
    ):
        results = [result for item, result in changed if item.pk == assessment.item_id]
        asked = frozenset(Gate(row.gate) for row in GateAnswer.objects.filter(assessment=assessment, cure="curable"))
        reassess(assessment=assessment, results=results, asked=asked, actor=actor, ctx=ctx)
    with (
        recording(actor=actor, ctx=ctx, purpose="take an answer") as r,
        acting(r, "case.info_received", case=case) as act,
    ):
        met = {"info_answered_or_expired"}
        move(act, case, "T04a", target=State.EVIDENCE_ASSESSMENT, role=CaseRole.ASSESSOR, met=met, ctx=ctx)


@page(
    Step(
        "ask", gettext_lazy("Ask the sender for what is missing"), frozenset({State.EVIDENCE_ASSESSMENT}),
        frozenset({CaseRole.ASSESSOR}),
    )
)  # fmt: skip
def ask_view(here: Here) -> HttpResponse:
    """Show the gaps that can be mended; a press asks for all of them, once."""
    gaps = gaps_of(here.case)
    if here.posted:
        ask(case=here.case, actor=here.actor, ctx=here.ctx)
        return here.done()
    rows = [(_(gate_question(gap.gate)), _(gap.cure)) for _item, gap in gaps]
    return here.show("cases/steps/assess_ask.html", {"rows": list(dict.fromkeys(rows))})


@page(
    Step(
        "answer-taken", gettext_lazy("Go on with what came"), frozenset({State.MORE_INFO_REQUESTED}),
        frozenset({CaseRole.ASSESSOR}),
    )
)  # fmt: skip
def answer_view(here: Here) -> HttpResponse:
    """Show what the sender answered; each gap it closes is ticked, and the case goes on."""
    gaps = gaps_of(here.case)
    if here.posted:
        closed = set(here.request.POST.getlist("closed"))
        changed = [
            (item, GateResult(gap.gate, gap.answer.__class__.PASS))
            for item, gap in gaps
            if f"{item.id}/{gap.gate}" in closed and gap.gate is not Gate.G5
        ]
        go_on(case=here.case, changed=changed, actor=here.actor, ctx=here.ctx)
        return here.done()
    said = answers(here.case)
    texts = (
        open_texts([row.text for row in said], actor=here.actor, purpose="read an answer", ctx=here.ctx) if said else {}
    )
    rows = [(f"{item.id}/{gap.gate}", _(gate_question(gap.gate))) for item, gap in gaps]
    return here.show(
        "cases/steps/assess_answer.html", {"lines": [texts.get(row.text, "") for row in said], "rows": rows}
    )

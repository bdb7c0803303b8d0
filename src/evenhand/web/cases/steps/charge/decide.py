"""T07: is there a realistic prospect that a panel could find it proved? Blind first, then open (INV-20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django import forms
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.outcomes import ChargeDecision
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.contacts import check_filed
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Allegation, BlindRecord, Case, OpenRecord, Party, Seat
from evenhand.web.cases.periods import day_of, due_from, moment
from evenhand.web.cases.seating import open_file
from evenhand.web.cases.seats import declare, declared
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.decide.checking import causes_of, reviewer_before, to_reviewer
from evenhand.web.cases.steps.declared import ContactDeclared
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.telling import tell
from evenhand.web.notices.composing import Fields
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.ui.choices import one_of

STAGE: Final = "T07"
WORDS: Final[Mapping[ChargeDecision, str | Promise]] = {
    ChargeDecision.CASE_TO_ANSWER: gettext_lazy("Yes: three people could find it proved"),
    ChargeDecision.NO_CASE: gettext_lazy("No: nobody could find it proved on this"),
}


def decide_blind(
    *, case: Case, decision: ChargeDecision, reason: str, blinded: bool, actor: ActorId, ctx: Context
) -> None:
    """Save the blind decision; the items open with it."""
    with recording(actor=actor, ctx=ctx, purpose="decide blind") as r, acting(r, "blind.recorded", case=case) as act:
        act.insert(
            BlindRecord(
                id=ctx.new_id(), case=case, stage=STAGE, person=actor, decision=decision.value,
                reason=act.seal("blind.reason", reason), blinded=blinded, at=moment(ctx),
            )
        )  # fmt: skip
        open_file(act, case, actor, CaseRole.CHARGE_ASSESSOR, moment(ctx))


def decide_open(
    *, case: Case, decision: ChargeDecision, reason: str, contact: str, actor: ActorId, ctx: Context
) -> None:
    """Take T07 with the open decision; a change from the blind one has its reason, and contact is declared first.

    Where "no case" has to be checked from outside first, both sides are told when it was. Raises Refused where nobody
    can be drawn to check it.
    """
    blind = blind_of(case, actor)
    if blind is None:
        raise UsageError(_("The blind copy comes first."), mend=_("Read it and answer."))
    changed = blind.decision != decision.value
    if not reason.strip():
        raise UsageError(_("Your reason is missing."), mend=_("Both sides read it where there is no case."))
    check_filed(case.id, actor)
    seat = Seat.objects.get(case=case, person=actor, role=CaseRole.CHARGE_ASSESSOR.value, ends=None)
    ends = decision is ChargeDecision.NO_CASE
    causes = causes_of(case, decided_by=CaseRole.CHARGE_ASSESSOR) if ends else ()
    reviewer = reviewer_before(case, causes, ctx)
    if not declared(case.id, "contact", STAGE).get(seat.id):
        declare(seat=seat.id, kind="contact", stage=STAGE, text=contact or None, actor=actor, ctx=ctx)
    with recording(actor=actor, ctx=ctx, purpose="case to answer") as r:
        with acting(r, "open.recorded", case=case) as act:
            sealed = act.seal("open.reason", reason)
            act.insert(OpenRecord(blind=blind, decision=decision.value, changed=changed, reason=sealed, at=moment(ctx)))
        with acting(r, "case.charge_assessed", case=case) as act:
            met = {
                "blind_and_open_saved", "change_has_reason", "realistic_prospect_answered", "contacts_declared",
                "contacts_filed",
            }  # fmt: skip
            target = State(decision.value)
            move(act, case, STAGE, target=target, role=CaseRole.CHARGE_ASSESSOR, met=met, ctx=ctx)
        if reviewer is not None:
            to_reviewer(case, reviewer, causes, ctx=ctx)
        elif ends:
            tell_no_case(r, case, reason, ctx)


def reason_of(case: Case, actor: ActorId, ctx: Context) -> str:
    """Return the reason of the open decision that stands, opened in one logged reading."""
    row = OpenRecord.objects.filter(blind__case=case, blind__stage=STAGE).order_by("-at").first()
    if row is None or row.reason is None:
        return ""
    return open_texts([row.reason], actor=actor, purpose="case to answer", ctx=ctx).get(row.reason, "")


def tell_no_case(r: Recorder, case: Case, reason: str, ctx: Context) -> None:
    """Send N13 to both sides: no formal allegations, why, until when somebody new can be asked to look."""
    until = due_from(case, ClockId.SCREENING_ASK, moment(ctx)).bound

    def words() -> Fields:
        return {
            "answer": _(
                "There are no formal allegations. Somebody from outside has looked at everything, for and against."
            ),
            "code": _("Nobody could find it proved on what there is."), "reasons_per_allegation": [reason],
            "review_date": day_of(case, until) if until else "",
        }  # fmt: skip

    for party in Party.objects.filter(case=case).select_related("case"):
        tell(r, party, NoticeId.N13, words, ctx=ctx)


def blind_of(case: Case, person: str) -> BlindRecord | None:
    """Return the blind decision of this person, if they have made it."""
    return BlindRecord.objects.filter(case=case, stage=STAGE, person=person).first()


class ProspectForm(forms.Form):
    """The one question, with its reason."""

    decision = one_of(
        gettext_lazy("Could three people find it proved?"), [(word.value, words) for word, words in WORDS.items()]
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"), widget=forms.Textarea, max_length=20_000,
        error_messages={"required": gettext_lazy("Give your reason.")},
    )  # fmt: skip


class BlindProspectForm(ProspectForm):
    """The question on the blind copy."""

    not_blind = forms.BooleanField(
        required=False, label=gettext_lazy("I could tell who is meant, or which side they are on"),
        help_text=gettext_lazy("That is counted, never held against you."),
    )  # fmt: skip


class OpenProspectForm(ContactDeclared, ProspectForm):
    """The question on the open file, with the declaration of contact."""


_A3: Final = frozenset({CaseRole.CHARGE_ASSESSOR})
_AT: Final = frozenset({State.UNDER_INVESTIGATION})


@page(Step("prospect-blind", gettext_lazy("Read the blind copy and decide"), _AT, _A3))
def blind_view(here: Here) -> HttpResponse:
    """Show the facts without names and take the blind decision."""
    form = BlindProspectForm(here.request.POST if here.posted else None)
    if form.is_valid() and blind_of(here.case, here.actor) is None:
        said = form.cleaned_data
        decide_blind(
            case=here.case, decision=ChargeDecision(said["decision"]), reason=said["reason"],
            blinded=not said["not_blind"], actor=here.actor, ctx=here.ctx,
        )  # fmt: skip
        return here.done()
    wanted = [text for text in (here.case.facts_blind, here.case.blind_text) if text]
    texts = open_texts(wanted, actor=here.actor, purpose="decide blind", ctx=here.ctx)
    context = {
        "form": form,
        "texts": [texts.get(text, "") for text in wanted],
        "answered": blind_of(here.case, here.actor),
    }
    return here.show("cases/steps/prospect_blind.html", context)


@page(Step("prospect", gettext_lazy("Decide on the open file"), _AT, _A3))
def open_view(here: Here) -> HttpResponse:
    """Show the facts and allegations and take T07."""
    if blind_of(here.case, here.actor) is None:
        return here.show("cases/steps/prospect_first.html", {})
    form = OpenProspectForm(here.request.POST if here.posted else None)
    if form.is_valid():
        said = form.cleaned_data
        decide_open(
            case=here.case, decision=ChargeDecision(said["decision"]), reason=said["reason"],
            contact=form.declared(), actor=here.actor, ctx=here.ctx,
        )  # fmt: skip
        return here.done()
    return here.show("cases/steps/prospect.html", {"form": form, "texts": file_texts(here)})


def file_texts(here: Here) -> list[str]:
    """Return the facts and the particulars, opened for whoever decides."""
    rows = Allegation.objects.filter(case=here.case, drop_reason=None).order_by("number")
    wanted = [text for text in (here.case.facts, *(row.particulars for row in rows)) if text]
    texts = open_texts(wanted, actor=here.actor, purpose="case to answer", ctx=here.ctx)
    return [texts.get(text, "") for text in wanted]

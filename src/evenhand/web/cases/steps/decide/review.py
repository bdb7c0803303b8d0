"""The reviewer's page of T13: the file, what would go out, and one word on it. A verified outcome goes out at once.

The reviewer puts no decision of their own in its place. Sending it back (T13a) has no page yet: whoever cannot verify
is told so, nothing goes out, and the case stays with them, on the auditor's list from its date on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.evidence.fitness import Fitness
from evenhand.membership import MembershipResult
from evenhand.procedure.outcomes import DismissalCode, ScopeCode
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.contacts import check_filed
from evenhand.web.cases.hints import answered
from evenhand.web.cases.items import items_of
from evenhand.web.cases.models import Allegation, Case, Decision, ItemAssessment, Lookup, Review, Seat
from evenhand.web.cases.periods import moment
from evenhand.web.cases.refusals import Refused
from evenhand.web.cases.seats import declare, declared
from evenhand.web.cases.steps.assess.dismiss import CODE_WORDS, reasons_of
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.charge.decide import reason_of
from evenhand.web.cases.steps.decide.checking import STAGE
from evenhand.web.cases.steps.decide.conclude import code_of_end, conclude, decision_fields, reviewed_end
from evenhand.web.cases.steps.declared import ContactDeclared
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.panel.bundle import check_read, note_reading
from evenhand.web.cases.steps.scope import RESULT_WORDS, SCOPE_WORDS
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording
from evenhand.web.ui.choices import one_of

_PURPOSE = "review"
_CAN, _CANNOT = "verified", "not"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What would go out, and what lies behind it, opened for the reviewer."""

    outcome: str
    reasons: Sequence[str]
    texts: Sequence[str]
    papers: bool


def verify(*, case: Case, reason: str, contact: str, actor: ActorId, ctx: Context) -> None:
    """Verify an outcome from outside; then it goes out. `contact`: "" for none, else what it was.

    Raises UsageError before the file was open long enough, Unfiled while a known contact with the reviewer has no
    note, Refused for anybody but the reviewer who was drawn, or where it was verified already.
    """
    row = Review.objects.filter(case=case, verdict=None).first()
    seat = Seat.objects.filter(case=case, role=CaseRole.REVIEWER.value, person=actor, ends=None).first()
    if row is None or seat is None:
        raise Refused(_("Another reviewer was drawn for this, or it was checked already."), mend=_("Open it again."))
    check_filed(case.id, actor)
    check_read(case, actor, ctx)
    if seat.id not in declared(case.id, "contact", STAGE):
        declare(seat=seat.id, kind="contact", stage=STAGE, text=contact or None, actor=actor, ctx=ctx)
    now = moment(ctx)
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r, acting(r, "case.review_recorded", case=case) as act:
        sealed = act.seal("review.reason", reason)
        if row.seat_id == seat.id:
            act.change(row, verdict=_CAN, reason=sealed, reviewed_at=now)
        else:
            # Whoever was drawn first stepped back and said nothing: that row stays as it is, the verdict is one's own.
            mine = Review(id=ctx.new_id(), case=case, seat=seat, why=row.why, drawn_at=now, verdict=_CAN)
            mine.reason, mine.reviewed_at = sealed, now
            act.insert(mine)
    case.refresh_from_db()
    conclude(case, ctx)


def outgoing(case: Case, actor: ActorId, ctx: Context) -> Outgoing:
    """Return what the reviewer checks: a decision with its reasons, or an end without a panel with what led to it."""
    end = reviewed_end(case)
    if end is None:
        decision = Decision.objects.get(case=case)
        text = open_texts([decision.text], actor=actor, purpose=_PURPOSE, ctx=ctx)[decision.text]
        fields = decision_fields(case, decision, json.loads(text), "respondent")
        return Outgoing(str(fields["outcome"]), list(fields["reasons"]), (), papers=True)
    return Outgoing(*_end_words(case, end, actor, ctx), _file_of(case, actor, ctx), papers=end is State.NO_CASE)


def _end_words(case: Case, end: State, actor: ActorId, ctx: Context) -> tuple[str, list[str]]:
    if end is State.OUT_OF_SCOPE:
        look = Lookup.objects.filter(case=case).order_by("-made_at").first()
        member = str(RESULT_WORDS[MembershipResult(look.result)]) if look else _("not looked up")
        reasons = [str(SCOPE_WORDS[ScopeCode(code_of_end(case))]), _("The register says: %(what)s") % {"what": member}]
        return _("It is not something we can take further."), reasons
    if end is State.DISMISSED_UNFIT:
        items = ItemAssessment.objects.filter(item__in=items_of(case)).order_by("assessed_at", "id")
        fit = [_("Item %(n)d") % {"n": n} + f": {_(Fitness(row.fitness).words)}" for n, row in enumerate(items, 1)]
        code = str(CODE_WORDS[DismissalCode(code_of_end(case))])
        return _("There is too little to go on."), [code, *fit, *reasons_of(case, actor, ctx)]
    return _("There are no formal allegations."), [reason_of(case, actor, ctx)]


def _file_of(case: Case, actor: ActorId, ctx: Context) -> list[str]:
    """Return the texts behind an end: what was sent, as the blind copy has it, the facts, what was alleged."""
    rows = Allegation.objects.filter(case=case, drop_reason=None).order_by("number")
    wanted = [text for text in (case.blind_text, case.facts, *(row.particulars for row in rows)) if text]
    texts = open_texts(wanted, actor=actor, purpose=_PURPOSE, ctx=ctx)
    return [texts.get(text, "") for text in wanted]


class ReviewForm(ContactDeclared):
    """The reviewer's word."""

    verdict = one_of(
        gettext_lazy("Can you verify it?"),
        [(_CAN, gettext_lazy("Yes: send it out")), (_CANNOT, gettext_lazy("No, it should not go out so"))],
    )
    reason = forms.CharField(
        label=gettext_lazy("What you checked: lawful, rational, by the procedure, in proportion, no conflict"),
        widget=forms.Textarea, max_length=20_000, error_messages={"required": gettext_lazy("Say what you checked.")},
    )  # fmt: skip
    field_order = ("verdict",)

    def clean(self) -> dict[str, Any]:
        """Say what happens where it cannot be verified."""
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == _CANNOT:
            self.add_error("verdict", _NO_WAY_BACK)
        return cleaned


_NO_WAY_BACK = gettext_lazy(
    "The procedure lets you send it back to new people; the page for that comes later. Nothing goes out and nobody is"
    " told: the case stays with you. Write to the case keeper what has to be done anew, and say so to the auditor, who"
    " sees the case from its date on."
)


@page(
    Step(
        "review", gettext_lazy("Check the decision from outside"), frozenset({State.INDEPENDENT_REVIEW}),
        frozenset({CaseRole.REVIEWER}),
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """Show the file and what would go out; the reviewer's word sends it out."""
    form = ReviewForm(here.request.POST if here.posted else None)
    if form.is_valid():
        said = form.cleaned_data
        verify(case=here.case, reason=said["reason"], contact=form.declared(), actor=here.actor, ctx=here.ctx)
        return here.done()
    note_reading(here.case, here.actor, here.ctx)
    context = {
        "form": form, "out": outgoing(here.case, here.actor, here.ctx),
        "words": answered(here.case, here.actor, here.ctx),
    }  # fmt: skip
    return here.show("cases/steps/review.html", context)

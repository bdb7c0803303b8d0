"""T13 and T14: the decision goes out when its reasons are complete and, where it must be, a reviewer verified it."""

from __future__ import annotations

import json
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.codes import Rung
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.outcomes import Origin, review_causes
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.sampling import SampleOf, in_sample
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Case, Decision, Draw, Finding, Outcome, Party, Review, Seat
from evenhand.web.cases.periods import moment
from evenhand.web.cases.seats import declare, declared
from evenhand.web.cases.steps.base import Here, Step, page
from evenhand.web.cases.steps.panel.bundle import bundle_of, check_read, note_reading
from evenhand.web.cases.steps.panel.findings import contact_fields
from evenhand.web.cases.steps.scope import draw_or_wait
from evenhand.web.cases.steps.telling import recipient
from evenhand.web.notices.actions import send
from evenhand.web.notices.composing import Fields
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import Recorder, recording

STAGE: Final = "T13"
SHARE: Final = 0.05  # of the other decisions are checked as well
_BEFORE: Final = frozenset({State.LIABILITY_DECIDED, State.SANCTION_DECIDED})


def conclude(case: Case, ctx: Context) -> None:
    """Take the next step of a decision with complete reasons: to a reviewer where it must, else out to both sides."""
    if State(case.state) not in _BEFORE or not Decision.objects.filter(case=case).exists():
        return
    causes = review_causes(
        rung_height=_rung(case).height, protected_characteristic=case.protected_characteristic,
        origin=Origin.OWN_MOTION if case.own_motion else Origin.COMPLAINT, restricted_linked=case.restricted_linked,
        sampled=_sampled(case),
    )  # fmt: skip
    if causes:
        _to_reviewer(case, sampled=len(causes) == 1 and causes[0].value == "sample", ctx=ctx)
    else:
        _send_out(case, ctx)


def conclude_due(ctx: Context) -> int:
    """Conclude what waits with complete reasons, such as for a reviewer nobody could draw. Due work, idempotent."""
    states = [state.value for state in _BEFORE]
    waiting = Case.objects.filter(state__in=states, pk__in=Decision.objects.values("case"))
    for case in waiting:
        conclude(case, ctx)
    return len(waiting)


def _sampled(case: Case) -> bool:
    """Return whether the decision is one of those checked by sample: decided by the panel's own draw, repeatable."""
    drawn = Draw.objects.filter(case=case, purpose=CaseRole.PANEL.value).exclude(nonce=None).order_by("number").first()
    return drawn is not None and in_sample(SampleOf.REVIEW, bytes.fromhex(str(drawn.nonce)), case.id, SHARE)


def _to_reviewer(case: Case, *, sampled: bool, ctx: Context) -> None:
    if not Seat.objects.filter(case=case, role=CaseRole.REVIEWER.value, ends=None).exists():
        draw_or_wait(case, CaseRole.REVIEWER, ctx)  # a challenge of a panel member may have drawn one already
    case.refresh_from_db()
    seat = Seat.objects.filter(case=case, role=CaseRole.REVIEWER.value, ends=None).first()
    if seat is None:
        return
    with recording(actor=SYSTEM, ctx=ctx, purpose="review") as r, acting(r, "case.review_recorded", case=case) as act:
        why = "sampled" if sampled else "always"
        act.insert(Review(id=ctx.new_id(), case=case, seat=seat, why=why, drawn_at=moment(ctx)))
        met = {"reviewer_drawn", "not_yet_notified"} | (set() if _proved(case) else {"none_proved"})
        move(act, case, STAGE, target=State.INDEPENDENT_REVIEW, role="system", met=met, ctx=ctx)


def verify_decision(*, case: Case, reason: str, contact: str, actor: ActorId, ctx: Context) -> None:
    """Verify a decision from outside; then it goes out. A veto sends it back and is taken by another step."""
    check_read(case, actor, ctx)
    row = Review.objects.get(case=case, verdict=None)
    if row.seat.person != actor:
        raise UsageError(_("Another reviewer was drawn for this."))
    if row.seat_id not in declared(case.id, "contact", STAGE):
        declare(seat=row.seat_id, kind="contact", stage=STAGE, text=contact or None, actor=actor, ctx=ctx)
    with recording(actor=actor, ctx=ctx, purpose="review") as r, acting(r, "case.review_recorded", case=case) as act:
        act.change(row, verdict="verified", reason=act.seal("review.reason", reason), reviewed_at=moment(ctx))
    case.refresh_from_db()
    _send_out(case, ctx)


def _send_out(case: Case, ctx: Context) -> None:
    """Take T14 by rule: the decision is made, both sides get N7 and N8 in the same unit."""
    decision = Decision.objects.get(case=case)
    statement = json.loads(
        open_texts([decision.text], actor=SYSTEM, purpose="send the decision", ctx=ctx)[decision.text]
    )
    source = State(case.state)
    met = {"reasons_complete", "contact_count_given"}
    if source is State.INDEPENDENT_REVIEW:
        met |= {"review_verified", "contacts_declared"}
    else:
        met |= {"review_not_required"} | (set() if _proved(case) else {"none_proved"})
    reasons = json.dumps(statement, ensure_ascii=False, sort_keys=True).encode()
    commitments = {"contacts": str(decision.contacts).encode(), "reasons": reasons}
    with recording(actor=SYSTEM, ctx=ctx, purpose="send the decision") as r:
        with acting(r, "case.decided", case=case, commitments=commitments) as act:
            move(act, case, "T14", target=State.DECIDED, role="system", met=met, ctx=ctx)
        _tell(r, case, decision, statement, ctx)


def _tell(r: Recorder, case: Case, decision: Decision, statement: dict[str, Any], ctx: Context) -> None:
    for party in Party.objects.filter(case=case):
        to = recipient(party, case)
        with translation.override(party.locale):
            fields: Fields = decision_fields(case, decision, statement, party.side)
            appeal: Fields = {
                "until_when": decision.redress_until,
                "external_redress": [statement["redress"]["out_of_court"]],
            }
        send(r, notice=NoticeId.N7, case=case.id, number=case.number, party=to, fields=fields, ctx=ctx)
        if party.side in {"respondent", "complainant"}:
            send(r, notice=NoticeId.N8, case=case.id, number=case.number, party=to, fields=appeal, ctx=ctx)


def decision_fields(case: Case, decision: Decision, statement: dict[str, Any], side: str) -> dict[str, Any]:
    """Return what N7 says to a side: everything to the respondent, the outcome and reasons to the complainant, to a
    reporter that it is concluded (PROCEDURE §2.5)."""
    if side == "reporter":
        return {
            "outcome": _("The matter you reported is concluded."),
            "reasons": [_("More is told only to those it concerns.")],
        }
    outcome = _outcome_words(case)
    reasons = [
        statement["facts"],
        *(f"{found['allegation']}: {found['why']}" for found in statement["findings"]),
        _("The standard: more likely than not."),
        _("What speaks for the person: %(what)s") % {"what": statement["exculpatory_considered"]},
        *(f"{answer['said']} – {answer['answer']}" for answer in statement["answers"]),
        _("Found by a machine: %(yes)s. No machine decided anything.")
        % {"yes": _("yes") if decision.automated_detection else _("no")},
        _("Outside contacts about this case: %(n)d. Declared none: %(none)d of %(seats)d.")
        % {"n": decision.contacts, "none": decision.declared_none, "seats": decision.declared_seats},
    ]  # fmt: skip
    if side == "respondent":
        reasons += [
            _("Comparable outcomes: %(what)s") % {"what": statement["comparators"]},
            _("Letters and when they arrived: %(what)s") % {"what": "; ".join(statement["service_dates"])},
        ]
    return {"outcome": outcome, "reasons": [reason for reason in reasons if reason.strip()]}


def _outcome_words(case: Case) -> str:
    if not _proved(case):
        return _("It was not proved. Nothing follows.")
    row = Outcome.objects.get(case=case)
    return _("It was found proved. What follows: %(what)s.") % {"what": _(Rung(row.rung).words)}


def _rung(case: Case) -> Rung:
    row = Outcome.objects.filter(case=case).first()
    return Rung(row.rung) if row else Rung.NOTHING


def _proved(case: Case) -> bool:
    return Finding.objects.filter(allegation__case=case, result="proved").exists()


class ReviewForm(forms.Form):
    """The reviewer's word. Only "verified" has a page today; a veto goes to the case keeper by letter."""

    contact, contact_words = contact_fields()
    reason = forms.CharField(
        label=gettext_lazy("What you checked: lawful, rational, by the procedure, in proportion, no conflict"),
        widget=forms.Textarea, max_length=20_000, error_messages={"required": gettext_lazy("Say what you checked.")},
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for words where there was a contact."""
        cleaned = super().clean() or {}
        if cleaned.get("contact") == "some" and not cleaned.get("contact_words"):
            self.add_error("contact_words", _("Say who it was and what about."))
        return cleaned


@page(
    Step(
        "review", gettext_lazy("Check the decision from outside"), frozenset({State.INDEPENDENT_REVIEW}),
        frozenset({CaseRole.REVIEWER}),
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """Show the papers and the reasons; the reviewer's word sends the decision out."""
    form = ReviewForm(here.request.POST if here.posted else None)
    if form.is_valid():
        said = form.cleaned_data
        contact = said["contact_words"] if said["contact"] == "some" else ""
        verify_decision(case=here.case, reason=said["reason"], contact=contact, actor=here.actor, ctx=here.ctx)
        return here.done()
    note_reading(here.case, here.actor, here.ctx)
    decision = Decision.objects.get(case=here.case)
    text = open_texts([decision.text], actor=here.actor, purpose="review", ctx=here.ctx)[decision.text]
    fields = decision_fields(here.case, decision, json.loads(text), "respondent")
    context = {"form": form, "bundle": bundle_of(here.case, here.actor, here.ctx), "fields": fields}
    return here.show("cases/steps/review.html", context)

"""T03 and T03a: one look-up in the register that a second officer approved, then either an assessor or the one answer.

The answer of T03a is the same for every reason, members and others: whoever reports somebody to learn whether they
are a member learns nothing (INV-48). The code stays inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.membership import MembershipResult
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.outcomes import ScopeCode
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.draws import seat_by_draw
from evenhand.web.cases.engine import move
from evenhand.web.cases.items import items_of
from evenhand.web.cases.models import Case, Exclusion, Lookup, LookupAsk
from evenhand.web.cases.periods import day_of, due_from, moment
from evenhand.web.cases.queries import look_ups_waiting
from evenhand.web.cases.refusals import NobodyLeft, Stale
from evenhand.web.cases.steps.assess.blinding import blinded
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.decide.checking import causes_of, reviewer_before, to_reviewer
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.telling import tell_sender
from evenhand.web.people.standing import Standing
from evenhand.web.record.ids import ORGANISATION, ActorId
from evenhand.web.record.sealed import erase_texts, open_texts
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.register.lookup import LookupResult, commitments, look_up
from evenhand.web.ui.choices import one_of

_PURPOSE: Final = "membership look-up"
SCOPE_WORDS: Final[Mapping[ScopeCode, str | Promise]] = {
    ScopeCode.NOT_MEMBER: gettext_lazy("The person is not, and was not, a member"),
    ScopeCode.OTHER_BODY: gettext_lazy("Another body is responsible"),
    ScopeCode.POLICY_DISAGREEMENT: gettext_lazy("It is a disagreement about politics, not conduct"),
    ScopeCode.OUT_OF_TIME: gettext_lazy("It is too long ago, and nothing makes an exception"),
    ScopeCode.EMPLOYEE_MATTER: gettext_lazy("It is a matter between employer and employee"),
    ScopeCode.PLATFORM_ONLY: gettext_lazy("Only the platform can do something"),
}
RESULT_WORDS: Final[Mapping[MembershipResult, str | Promise]] = {
    MembershipResult.MEMBER_AT_TIME: gettext_lazy("a member on that day, not now"),
    MembershipResult.MEMBER_NOW: gettext_lazy("a member now, not on that day"),
    MembershipResult.BOTH: gettext_lazy("a member on that day and now"),
    MembershipResult.FORMER: gettext_lazy("a former member, neither on that day nor now"),
    MembershipResult.NEVER: gettext_lazy("never a member"),
    MembershipResult.DECEASED: gettext_lazy("died"),
    MembershipResult.UNDETERMINED: gettext_lazy("cannot be said from the register"),
}


def ask_lookup(*, case: Case, account: str, purpose: str, on_day: date, actor: ActorId, ctx: Context) -> str:
    """Ask that the register may be looked into for this case, and return the id of the request.

    What is to be looked for lies under the organisation's key until the look-up is made: whoever approves it holds no
    seat in the case. `confirm_scope` seals it under the case's key and deletes it here; so does an erasure.
    """
    if LookupAsk.objects.filter(case=case).exclude(pk__in=_used(case)).exists():
        raise UsageError(_("A look-up for this case waits already."), mend=_("Another officer has to approve it."))
    with (
        recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r,
        acting(r, "owner.changed", key=ORGANISATION, obj=(new := ctx.new_id())) as act,
    ):
        act.fact(asked="lookup")
        act.insert(
            LookupAsk(
                id=new, case=case, account=act.seal("lookup.account", account),
                purpose=act.seal("lookup.purpose", purpose), on_day=on_day, asked_by=actor, asked_at=moment(ctx),
            )
        )  # fmt: skip
    return new


def approve_lookup(*, ask: LookupAsk, actor: ActorId, ctx: Context) -> None:
    """Approve a look-up somebody else asked for, in one's own session. UsageError for one's own, or twice."""
    if ask.asked_by == actor:
        raise UsageError(_("You asked for this look-up yourself."), mend=_("Another officer has to approve it."))
    if ask.approved_by is not None:
        raise UsageError(_("Somebody has already approved this look-up."))
    with (
        recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r,
        acting(r, "owner.changed", key=ORGANISATION, obj=ask.id) as act,
    ):
        act.fact(approved="lookup")
        act.change(ask, approved_by=actor, approved_at=moment(ctx))


def asks_to_approve(standing: Standing) -> QuerySet[LookupAsk]:
    """Return the look-ups this officer could approve: none of their own, none of a case that excludes them."""
    hidden = Exclusion.objects.filter(person=standing.person).values("submission")
    waiting = LookupAsk.objects.filter(approved_by=None).exclude(asked_by=standing.person)
    return waiting.exclude(case__submission__in=hidden).select_related("case").order_by("asked_at")


def approved_ask(case: Case) -> LookupAsk | None:
    """Return the approved look-up of a case that was not made yet."""
    return LookupAsk.objects.filter(case=case, approved_by__isnull=False).exclude(pk__in=_used(case)).first()


def _used(case: Case) -> list[str]:
    return list(Lookup.objects.filter(case=case).values_list("id", flat=True))


def look(*, ask: LookupAsk, actor: ActorId, ctx: Context) -> LookupResult:
    """Look the account up, as approved; nothing is stored by it but the log of the reading."""
    account, purpose = _asked_for(ask, actor, ctx)
    asked = {"account": account} if ":" in account else {"member_ref": account}
    return look_up(
        number=ask.case.number, on_day=ask.on_day, purpose=purpose, approver=ActorId(str(ask.approved_by)),
        actor=actor, ctx=ctx, **asked,
    )  # fmt: skip


def _asked_for(ask: LookupAsk, actor: ActorId, ctx: Context) -> tuple[str, str]:
    """Return what is to be looked for, and why. Raises Stale where the look-up was made a moment ago."""
    texts = open_texts([ask.account, ask.purpose], actor=actor, purpose=_PURPOSE, ctx=ctx)
    if ask.account not in texts or ask.purpose not in texts:
        raise Stale
    return texts[ask.account], texts[ask.purpose]


def confirm_scope(*, case: Case, ask: LookupAsk, actor: ActorId, ctx: Context) -> None:
    """Take T03: an assessor is drawn, then the look-up and its result are recorded and the case is theirs."""
    found = look(ask=ask, actor=actor, ctx=ctx)
    draw_or_wait(case, CaseRole.ASSESSOR, ctx)
    case.refresh_from_db()
    account, purpose = _asked_for(ask, actor, ctx)
    approver = ActorId(str(ask.approved_by))
    copy = _blind_copy(case, actor, ctx)
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        with acting(r, "lookup.made", case=case, obj=ask.id, commitments=commitments(purpose, approver)) as act:
            act.insert(
                Lookup(
                    id=ask.id, case=case, result=found.result.value, band=found.band.value, on_day=ask.on_day,
                    evidence=act.seal("lookup.evidence", found.evidence()), purpose=act.seal("lookup.purpose", purpose),
                    approver=approver, made_by=actor, made_at=moment(ctx), confirmed_by=actor,
                )
            )  # fmt: skip
            # INV-06: the row of the request stays as it was approved; what it points to lies in this document now.
            act.fact(account=act.seal("lookup.account", account), erased_texts=[ask.account, ask.purpose])
            erase_texts(r, [ask.account, ask.purpose])
        with acting(r, "case.scope_recorded", case=case) as act:
            act.change(case, blind_text=act.seal("case.blind", copy))
            met = {"looked_up_once", "membership_recorded", "no_merits_yet"}
            move(act, case, "T03", target=State.MEMBERSHIP_CHECK, role=CaseRole.INTAKE, met=met, ctx=ctx)


def _blind_copy(case: Case, actor: ActorId, ctx: Context) -> str:
    """Return what was sent with everybody and everything in it that names somebody as tokens."""
    items = list(items_of(case))
    named = [case.subject_name, *(item.locator for item in items)]
    words = [case.submission.explanation, *(item.text for item in items if item.text)]
    texts = open_texts([*named, *words], actor=actor, purpose="make the blind copy", ctx=ctx)
    known = [texts.get(case.subject_name, "")]
    return blinded("\n\n".join(texts.get(text, "") for text in words), known)


def draw_or_wait(case: Case, role: CaseRole, ctx: Context) -> None:
    """Draw somebody for a seat; where nobody can be drawn the case keeper has the case, and says so on its page."""
    try:
        seat_by_draw(case=case.id, role=role, ctx=ctx)
    except NobodyLeft:
        return


def answer_out_of_scope(*, case: Case, code: ScopeCode, actor: ActorId, ctx: Context) -> None:
    """Take T03a: the sender reads the one answer; the code is kept for the reviewer and the statistics alone.

    Where the end has to be checked from outside first, the sender is told when it was. Raises Refused where nobody
    can be drawn to check it.
    """
    causes = causes_of(case, decided_by=CaseRole.ASSESSOR)
    seat = reviewer_before(case, causes, ctx)
    with recording(actor=actor, ctx=ctx, purpose="out of scope") as r:
        with acting(r, "case.scope_recorded", case=case) as act:
            act.change(case, scope_code=code.value)
            met = {"assessor_drawn", "scope_code_given"}
            move(
                act, case, "T03a", target=State.OUT_OF_SCOPE, role=CaseRole.ASSESSOR, met=met, ctx=ctx,
                reason_code=code.value,
            )  # fmt: skip
        if seat is not None:
            to_reviewer(case, seat, causes, ctx=ctx)
        else:
            tell_out_of_scope(r, case, ctx)


def tell_out_of_scope(r: Recorder, case: Case, ctx: Context) -> None:
    """Send the one answer of T03a to the sender, the same for every code."""
    review = due_from(case, ClockId.SCREENING_ASK, moment(ctx)).bound or moment(ctx) + timedelta(days=28)
    tell_sender(r, case, NoticeId.N13, lambda: {"review_date": day_of(case, review)}, ctx=ctx, out_of_scope=True)


class LookupForm(forms.Form):
    """What to look for, on which day, and why: three fields, and a second officer."""

    account = forms.CharField(
        label=gettext_lazy("Account or membership number"), max_length=200,
        help_text=gettext_lazy("platform:handle, such as x:harbour_gull, or a number. Names are never searched."),
        error_messages={"required": gettext_lazy("Say what to look for.")},
    )  # fmt: skip
    on_day = forms.DateField(
        label=gettext_lazy("Day of the conduct"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Give the day: membership is asked for that day."),
            "invalid": gettext_lazy("Write the day as in 2026-03-09."),
        },
    )  # fmt: skip
    purpose = forms.CharField(
        label=gettext_lazy("Why this case needs it"), max_length=500,
        error_messages={"required": gettext_lazy("Say in a sentence why the case needs it.")},
    )  # fmt: skip


class ScopeForm(forms.Form):
    """The reason, from the closed list; no party ever reads it."""

    code = one_of(
        gettext_lazy("Why is it not something we can take further?"),
        [(code.value, words) for code, words in SCOPE_WORDS.items()],
        missing=gettext_lazy("Choose the reason."),
    )


@page(
    Step(
        "look-up",
        gettext_lazy("Ask for the membership look-up"),
        frozenset({State.TRIAGE}),
        frozenset({CaseRole.INTAKE}),
        when=lambda case: not look_ups_waiting([case.id]),
    )
)
def ask_view(here: Here) -> HttpResponse:
    """Ask for a look-up; another officer approves it."""
    form = LookupForm(here.request.POST if here.posted else None)
    if form.is_valid():
        said = form.cleaned_data
        ask_lookup(
            case=here.case, account=said["account"], purpose=said["purpose"], on_day=said["on_day"],
            actor=here.actor, ctx=here.ctx,
        )  # fmt: skip
        return here.done()
    waiting = look_ups_waiting([here.case.id]).get(here.case.id)
    return here.show("cases/steps/look_up.html", {"form": form, "waiting": waiting is False})


@page(
    Step(
        "membership",
        gettext_lazy("Confirm the look-up; an assessor is drawn"),
        frozenset({State.TRIAGE}),
        frozenset({CaseRole.INTAKE}),
        when=lambda case: approved_ask(case) is not None,
    )
)
def confirm_view(here: Here) -> HttpResponse:
    """Make the approved look-up, show its result, and on the officer's word record it and draw an assessor."""
    ask = approved_ask(here.case)
    if here.posted and ask is not None:
        confirm_scope(case=here.case, ask=ask, actor=here.actor, ctx=here.ctx)
        return here.done()
    found = look(ask=ask, actor=here.actor, ctx=here.ctx) if ask else None
    words = RESULT_WORDS[found.result] if found else ""
    return here.show("cases/steps/membership.html", {"found": found, "ask": ask, "words": words})


@page(
    Step(
        "out-of-scope",
        gettext_lazy("Answer that we cannot take it further"),
        frozenset({State.MEMBERSHIP_CHECK}),
        frozenset({CaseRole.ASSESSOR}),
    )
)
def scope_view(here: Here) -> HttpResponse:
    """Ask for the reason code and answer the sender in the one text."""
    form = ScopeForm(here.request.POST if here.posted else None)
    if form.is_valid():
        answer_out_of_scope(case=here.case, code=ScopeCode(form.cleaned_data["code"]), actor=here.actor, ctx=here.ctx)
        return here.done()
    return here.show("cases/steps/out_of_scope.html", {"form": form})

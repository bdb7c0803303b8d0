"""T04: the open decision beside the blind one, and the identity step that begins with it (INV-46)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import Act, acting
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Case, Identity, OpenRecord, Party
from evenhand.web.cases.periods import day_of, due_from, moment
from evenhand.web.cases.steps.assess.blind import SHOWN_WORDS, Shown, blind_of
from evenhand.web.cases.steps.assess.items import waiting
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.telling import sender_of, tell
from evenhand.web.cases.steps.triage import what_was_sent
from evenhand.web.notices.composing import Fields
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording
from evenhand.web.ui.choices import one_of

SMALL_AUDIENCE: Final = 20
"""Under so many people who could know it, the warning says that they may guess (default)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The open decision, a reason where it differs from the blind one, and the words the other side would be shown."""

    shown: Shown
    reason: str
    shown_text: str
    audience: int | None


def finish(*, case: Case, said: Opened, actor: ActorId, ctx: Context) -> None:
    """Take T04. The complainant is asked about the exact words before anybody else could read them.

    Raises UsageError while an item waits, before the blind answer, or for a change without a reason.
    """
    blind = blind_of(case, actor)
    if blind is None or waiting(case):
        raise UsageError(_("The blind copy and every item come first."), mend=_("Go back to the items."))
    changed = blind.decision != said.shown.value
    if changed and not said.reason.strip():
        raise UsageError(_("Your answer differs from the blind one."), mend=_("Say in a sentence what changed it."))
    party = sender_of(case)
    with recording(actor=actor, ctx=ctx, purpose="assess") as r:
        with acting(r, "open.recorded", case=case) as act:
            reason = act.seal("open.reason", said.reason) if said.reason.strip() else None
            act.insert(
                OpenRecord(blind=blind, decision=said.shown.value, changed=changed, reason=reason, at=moment(ctx))
            )
        with acting(r, "case.scope_recorded", case=case) as act:
            if party is not None and party.side == CaseRole.COMPLAINANT:
                _ask_identity(act, case, said, ctx)
            else:
                _never_named(act, case, ctx)
            met = {"assessor_drawn", "items_gated", "blind_then_open", "identity_step_started"}
            move(act, case, "T04", target=State.EVIDENCE_ASSESSMENT, role=CaseRole.ASSESSOR, met=met, ctx=ctx)
        if party is not None and party.side == CaseRole.COMPLAINANT:
            tell(r, party, NoticeId.N22, lambda: _fields(case, said, ctx), ctx=ctx)


def _ask_identity(act: Act, case: Case, said: Opened, ctx: Context) -> None:
    if not said.shown_text.strip():
        raise UsageError(_("The words the other side would be shown are missing."), mend=_("Write them out in full."))
    act.insert(
        Identity(
            case=case, shown_text=act.seal("identity.shown", said.shown_text), asked_at=moment(ctx), protection="none",
            audience=said.audience,
        )
    )  # fmt: skip


def _never_named(act: Act, case: Case, ctx: Context) -> None:
    """A reporter who saw it happen to somebody else is never named: there is nothing to ask them."""
    shown = act.seal("identity.shown", _("The sender is not named."))
    now = moment(ctx)
    act.insert(
        Identity(
            case=case, shown_text=shown, asked_at=now, answer="never_named", answered_at=now, protection="none"
        )
    )  # fmt: skip


def _fields(case: Case, said: Opened, ctx: Context) -> Fields:
    few = said.audience is not None and said.audience < SMALL_AUDIENCE
    warning = (
        _("Few people could know this. They may guess who you are, even without your name.")
        if few
        else _("Somebody who was there may recognise what is told, even without your name.")
    )
    until = due_from(case, ClockId.IDENTITY, moment(ctx)).bound or moment(ctx) + timedelta(days=7)
    day = day_of(case, until)
    return {"exact_text_shown": said.shown_text, "small_audience_warning": warning, "answer_within": day}


class RouteForm(forms.Form):
    """The open decision, and what the person complained about would be shown."""

    shown = one_of(
        gettext_lazy("Now that you know the whole file: what does it show?"),
        [(word.value, words) for word, words in SHOWN_WORDS.items()],
    )
    reason = forms.CharField(
        label=gettext_lazy("If that differs from your blind answer: what changed it?"), required=False,
        widget=forms.Textarea, max_length=5000,
    )  # fmt: skip
    shown_text = forms.CharField(
        label=gettext_lazy("The exact words the person complained about would be shown"), required=False,
        widget=forms.Textarea, max_length=20_000,
        help_text=gettext_lazy("Without the sender's name. The sender reads them first and may say no."),
    )  # fmt: skip
    audience = forms.IntegerField(
        label=gettext_lazy("How many people could know what is in it?"), required=False, min_value=1,
        max_value=10_000_000, help_text=gettext_lazy("A guess helps: under 20 the sender is warned. Empty: not known."),
        error_messages={"invalid": gettext_lazy("Write a whole number, or leave it empty.")},
    )  # fmt: skip


@page(
    Step(
        "route", gettext_lazy("Say what the file shows, and ask the sender"), frozenset({State.MEMBERSHIP_CHECK}),
        frozenset({CaseRole.ASSESSOR}),
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """Ask for the open decision; the answer takes T04."""
    if blind_of(here.case, here.actor) is None or waiting(here.case):
        return here.show("cases/steps/assess_first.html", {})
    form = RouteForm(here.request.POST if here.posted else None)
    if form.is_valid():
        said = form.cleaned_data
        opened = Opened(Shown(said["shown"]), said["reason"], said["shown_text"], said["audience"])
        finish(case=here.case, said=opened, actor=here.actor, ctx=here.ctx)
        return here.done()
    sent = what_was_sent(here.case, here.actor, here.ctx)
    named = Party.objects.filter(case=here.case, side=CaseRole.COMPLAINANT.value).exists()
    return here.show("cases/steps/assess_route.html", {"form": form, "sent": sent, "asked": named})

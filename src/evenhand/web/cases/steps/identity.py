"""The identity step (INV-46): the sender answers before being named; protection is decided by two; risk comes first."""

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
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Case, Identity, Message, Party
from evenhand.web.cases.periods import calendar_of, due_from, moment
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.dialogue import Kind
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.telling import sender_of
from evenhand.web.cases.steps.withdraw import asked
from evenhand.web.notices.queries import LetterRow, letters_of, served_at
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording
from evenhand.web.ui.choices import one_of

AGREED, PROTECT = "agreed", "protect"
RISKS: Final[Mapping[str, str | Promise]] = {
    "low": gettext_lazy("Low: nobody would recognise the sender from the words"),
    "some": gettext_lazy("Some: people close to it might guess"),
    "high": gettext_lazy("High: the sender would be recognised"),
}


def answer_identity(*, party: Party, answer: str, reason: str, ctx: Context) -> None:
    """Record the sender's answer to the exact words. Asking for protection stops the naming until it is decided."""
    row = Identity.objects.filter(case=party.case).first()
    if row is None or row.answer is not None:
        raise UsageError(_("Nothing waits for your answer here."), mend=_("Write us a message instead."))
    with (
        recording(actor=ActorId(party.id), ctx=ctx, purpose="identity step") as r,
        acting(r, "disclosure.recorded", case=party.case) as act,
    ):
        columns: dict[str, object] = {"answer": answer, "answered_at": moment(ctx)}
        if answer == PROTECT:
            columns |= {"protection": "pending", "protection_reason": act.seal("identity.why", reason)}
        act.change(row, **columns)


def assess_risk(*, case: Case, risk: str, actor: ActorId, ctx: Context) -> None:
    """Record the risk that the sender is recognised from the words; it precedes every investigation."""
    row = Identity.objects.get(case=case)
    with (
        recording(actor=actor, ctx=ctx, purpose="disclosure risk") as r,
        acting(r, "disclosure.recorded", case=case) as act,
    ):
        act.change(row, risk=risk, risk_assessed_by=actor, risk_assessed_at=moment(ctx))


def decide_protection(*, case: Case, granted: bool, actor: ActorId, ctx: Context) -> None:
    """Say yes or no to protection; it counts when a second person has said the same (two people, two sessions).

    Raises UsageError for the same person twice, or where the two disagree: then protection is granted by neither.
    """
    row = Identity.objects.get(case=case)
    word = "granted" if granted else "refused"
    with (
        recording(actor=actor, ctx=ctx, purpose="protect an identity") as r,
        acting(r, "disclosure.recorded", case=case) as act,
    ):
        if row.protection_by is None:
            act.change(row, protection_by=actor, protection_proposed=word)
            return
        _check_second(row, word, actor)
        act.change(row, protection=word, protection_approver=actor)
        if granted:
            party = sender_of(case)
            if party is not None:
                act.change(party, protected_identity=True)


def _check_second(row: Identity, word: str, actor: ActorId) -> None:
    if row.protection_by == actor:
        raise UsageError(_("You have said so already."), mend=_("A second person decides with you."))
    if row.protection_proposed != word:
        raise UsageError(_("The two of you disagree."), mend=_("Speak with each other; nothing was decided."))


def met_before_naming(case: Case, ctx: Context) -> frozenset[str]:
    """Return which of the three conditions before T06 hold: the step is done, nothing is pending, risk assessed.

    A reporter who saw it happen to somebody else is never named, so nothing is asked of them. Whoever asked to take
    their report back was promised that nobody is told meanwhile, so the step is not done while that waits.
    """
    back = asked(case)
    waits = back is not None and back.stops_naming(ctx.now())
    row = Identity.objects.filter(case=case).first()
    held = set()
    if not waits and (row is None or row.answer is not None or _time_over(case, ctx)):
        held.add("identity_step_done")
    if row is None:
        return frozenset(held | {"no_protection_pending", "disclosure_risk_assessed"})
    if row.protection != "pending":
        held.add("no_protection_pending")
    if row.risk_assessed_at is not None:
        held.add("disclosure_risk_assessed")
    return frozenset(held)


def may_be_named(case: Case) -> bool:
    """Return whether N3 may say who complains: the sender agreed, and no protection was granted."""
    row = Identity.objects.filter(case=case).first()
    return row is not None and row.answer == AGREED and row.protection != "granted"


def _time_over(case: Case, ctx: Context) -> bool:
    """Return whether five working days have passed since the sender was asked, counted from service.

    They were told to write a line if they need longer: while such a line is unanswered their time is not over.
    """
    party = sender_of(case)
    if party is None:
        return True
    letter = _asking_letter(party)
    if letter is None or line_waits(case):
        return False
    served = served_at(letter.id, calendar=calendar_of(case), now=ctx.now())
    until = due_from(case, ClockId.IDENTITY, served).bound if served else None
    return until is not None and until < ctx.now()


def line_waits(case: Case) -> bool:
    """Return whether the sender has written since they were asked how to be named, and nobody has written back."""
    party = sender_of(case)
    letter = _asking_letter(party) if party is not None else None
    if letter is None:
        return False
    kinds = [Kind.MESSAGE.value, Kind.MORE_TIME.value]
    said = Message.objects.filter(party=party, at__gte=letter.sent_at, kind__in=kinds)
    return bool(said.order_by("-at", "from_party").values_list("from_party", flat=True).first())


def _asking_letter(party: Party) -> LetterRow | None:
    """Return the last letter that asked the sender how they may be named, or None."""
    asking = [row for row in letters_of(party.case_id, party.id) if row.notice is NoticeId.N22]
    return asking[-1] if asking else None


class IdentityForm(forms.Form):
    """The risk of being recognised."""

    risk = one_of(gettext_lazy("Would the sender be recognised from the words?"), RISKS.items())


class ProtectionForm(forms.Form):
    """Yes or no to protection."""

    granted = one_of(
        gettext_lazy("Shall the sender's identity be protected?"),
        [
            ("yes", gettext_lazy("Yes: the other side is told that somebody complains, not who")),
            ("no", gettext_lazy("No")),
        ],
    )


_AT: Final = frozenset({State.EVIDENCE_ASSESSMENT, State.MORE_INFO_REQUESTED})


@page(Step("risk", gettext_lazy("Assess whether the sender would be recognised"), _AT, frozenset({CaseRole.ASSESSOR})))
def risk_view(here: Here) -> HttpResponse:
    """Take the assessor's word on the risk."""
    form = IdentityForm(here.request.POST if here.posted else None)
    if form.is_valid():
        assess_risk(case=here.case, risk=form.cleaned_data["risk"], actor=here.actor, ctx=here.ctx)
        return here.done()
    return here.show("cases/steps/identity.html", {"form": form, "row": _shown(here)})


@page(
    Step(
        "protection", gettext_lazy("Decide on the request for protection"), _AT,
        frozenset({CaseRole.ASSESSOR, CaseRole.INTAKE}),
    )
)  # fmt: skip
def protection_view(here: Here) -> HttpResponse:
    """Take one of the two words on protection."""
    row = Identity.objects.filter(case=here.case, protection="pending").first()
    form = ProtectionForm(here.request.POST if here.posted else None)
    if row is not None and form.is_valid():
        granted = form.cleaned_data["granted"] == "yes"
        decide_protection(case=here.case, granted=granted, actor=here.actor, ctx=here.ctx)
        return here.done()
    return here.show("cases/steps/protection.html", {"form": form, "waits": row is not None, "row": _shown(here)})


def _shown(here: Here) -> dict[str, str]:
    """Return the words that would be shown and why protection was asked for, opened for the reader."""
    row = Identity.objects.filter(case=here.case).first()
    if row is None:
        return {}
    wanted = [text for text in (row.shown_text, row.protection_reason) if text]
    texts = open_texts(wanted, actor=here.actor, purpose="identity step", ctx=here.ctx)
    return {
        "text": texts.get(row.shown_text, ""), "why": texts.get(row.protection_reason or "", ""),
        "answer": row.answer or "", "messages": str(Message.objects.filter(case=here.case, kind="protection").count()),
    }  # fmt: skip

"""T21: a report is taken back. The sender asks with their code and has 72 hours to change their mind; then it ends.

Until then nobody but the unit knows, and nobody is told of an investigation (T06). The sender says whether anybody
pressed for it: if so, nothing is taken back by this. Afterwards it may be gone on with for a reason of the
organisation's own (T21a); that step comes later, so a withdrawn case stays open to it until that time is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
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
from evenhand.procedure.states import NOT_LIVE, OPEN, PARTY_WORDS, State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Case, Message, Party
from evenhand.web.cases.periods import day_of, due_from, moment
from evenhand.web.cases.refusals import Refused
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.dialogue import Kind, say
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.telling import sender_of, tell
from evenhand.web.notices.queries import letters_of
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import Recorder, recording

# Who may carry it out: whoever speaks with the parties. The first of these that a person is, is the role they act in.
ROLES: Final = (CaseRole.INTAKE, CaseRole.ASSESSOR, CaseRole.INVESTIGATOR, CaseRole.CHARGE_ASSESSOR)
_PURPOSE: Final = "take a report back"
_KINDS: Final = (Kind.WITHDRAW, Kind.PRESSED, Kind.KEEP)


@dataclass(frozen=True, slots=True)
class Asked:
    """That the sender asked: when, until when they may change their mind at the least, whether anybody pressed them."""

    at: datetime
    until: datetime
    pressed: bool
    text: str

    def is_ripe(self, now: datetime) -> bool:
        """Return whether the case can end: asked freely, and the time to change one's mind is over."""
        return not self.pressed and self.until < now

    def stops_naming(self, now: datetime) -> bool:
        """Return whether nobody may be told of an investigation because of it."""
        return not self.pressed or now <= self.until


def asked(case: Case) -> Asked | None:
    """Return what the sender last asked for; None where they did not, or keep their report. One query.

    Of two words in the same second the one that ends nothing counts: their kinds stand in that order.
    """
    said = Message.objects.filter(case=case, from_party=True, kind__in=[kind.value for kind in _KINDS])
    last = said.order_by("-at", "kind").first()
    if last is None or last.kind == Kind.KEEP:
        return None
    until = due_from(case, ClockId.WITHDRAWAL, last.at).bound or last.at
    return Asked(last.at, until, last.kind == Kind.PRESSED, last.text)


def ask_back(*, party: Party, text: str, pressed: bool, ctx: Context) -> None:
    """Record that the sender wants their report back, and that they were asked about pressure and offered welfare.

    Raises UsageError where it waits already, or the case has ended.
    """
    if State(party.case.state) in NOT_LIVE:
        raise UsageError(_("Your report has come to its end."), mend=_("Write us a message instead."))
    found = asked(party.case)
    if found is not None and not found.pressed:
        raise UsageError(_("You have asked for this already."), mend=_("Write us a message instead."))
    kind = Kind.PRESSED if pressed else Kind.WITHDRAW
    words = text.strip() or _("I would like to take my report back.")
    say(party=party, text=words, kind=kind, ctx=ctx, pressed=pressed, welfare_offered=True)


def keep(*, party: Party, ctx: Context) -> None:
    """Record that the sender has changed their mind. Raises UsageError where nothing waits to be taken back."""
    if State(party.case.state) in NOT_LIVE or asked(party.case) is None:
        raise UsageError(_("Nothing waits to be taken back."), mend=_("Write us a message instead."))
    say(party=party, text=_("I have changed my mind: please keep my report."), kind=Kind.KEEP, ctx=ctx)


def met(case: Case, ctx: Context) -> frozenset[str]:
    """Return which guards of T21 hold. The page on which a sender asks offers welfare, and the record says so."""
    found = asked(case)
    held = set() if found is None else {"asked_by_the_sender", "welfare_offered"}
    if found is not None and not found.pressed:
        held.add("free_of_pressure")
    if found is not None and found.until < ctx.now():
        held.add("time_to_reconsider_over")
    return frozenset(held)


def others_wait(case: Case) -> bool:
    """Return whether somebody else's report was joined to this one and is answered from it."""
    return Case.objects.filter(merged_into=case).exists()


def take_back(*, case: Case, role: CaseRole, actor: ActorId, ctx: Context) -> None:
    """Take T21: clocks end, the sender gets N13, and so does the person complained about if they had been told.

    Raises Refused in words where a guard is not met, or another person's report is answered from this case.
    """
    if others_wait(case):
        raise Refused(
            _("Somebody else’s report was joined to this one and is answered from it."),
            mend=_("The case goes on for them. Tell the sender so, and that they need take no further part."),
        )
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        with acting(r, "case.withdrawn", case=case) as act:
            found = asked(case)
            act.fact(asked_at=found.at if found else None)
            move(act, case, "T21", target=State.WITHDRAWN, role=role, met=met(case, ctx), ctx=ctx)
        _tell(r, case, ctx)


def may_go_on_until(case: Case) -> datetime | None:
    """Return until when a withdrawn case may be taken up again for a reason of the organisation's own (T21a)."""
    return due_from(case, ClockId.WITHDRAWAL_RESUME, case.state_since).bound


def told(case: Case) -> list[Party]:
    """Return the person complained about where a letter has told them of the case, as a list; [] before that."""
    found = Party.objects.filter(case=case, side=CaseRole.RESPONDENT.value).select_related("case")
    return [party for party in found if letters_of(case.id, party.id)]


def _tell(r: Recorder, case: Case, ctx: Context) -> None:
    until = may_go_on_until(case)
    day = day_of(case, until) if until else ""
    if (sender := sender_of(case)) is not None:
        tell(r, sender, NoticeId.N13, lambda: _to_sender() | {"review_date": day}, ctx=ctx)
    for party in told(case):
        tell(r, party, NoticeId.N13, lambda: _to_respondent() | {"review_date": day}, ctx=ctx)


def _to_sender() -> dict[str, str | list[str] | date]:
    return {
        "answer": _("You have taken your report back. It ends here, and you need do nothing more."),
        "code": _(PARTY_WORDS[State.WITHDRAWN]),
        "reasons_per_allegation": [_("You asked for it and did not change your mind. Nothing was decided.")],
        "review_right": _(
            "If somebody pressed you, or you did not want this, write to us in the place where you follow your report,"
            " or ring us. If somebody is in danger, or others are concerned, we may also look into it for a reason of"
            " our own. You need take no part in that."
        ),
    }


def _to_respondent() -> dict[str, str | list[str] | date]:
    return {
        "answer": _("Whoever reported you has taken the report back. It ends here, and you need not answer any more."),
        "code": _(PARTY_WORDS[State.WITHDRAWN]),
        "reasons_per_allegation": [_("Nothing was decided and nothing was found. It never counts against you.")],
        "where_to_take_it": [_("The outside bodies named in our published procedure.")],
        "review_right": _(
            "If you think that you were treated wrongly, write to us in the place where you read our letters, or ring"
            " us. If somebody is in danger, or others are concerned, we may still look into it for a reason of our own."
            " You would then hear from us first."
        ),
    }


class TakeBackForm(forms.Form):
    """The word of the person who carries it out."""

    read = forms.BooleanField(
        label=gettext_lazy("I have read what the sender wrote, and nothing in it says that somebody pressed them"),
        error_messages={"required": gettext_lazy("Read what they wrote, and say so.")},
    )  # fmt: skip


def _waits(case: Case) -> bool:
    return asked(case) is not None


@page(Step("take-back", gettext_lazy("Take the report back, as the sender asked"), OPEN, frozenset(ROLES), when=_waits))
def view(here: Here) -> HttpResponse:
    """Show what the sender asked for and what still stands in the way; where nothing does, a press ends the case."""
    found = asked(here.case)
    form = TakeBackForm(here.request.POST if here.posted else None)
    if form.is_valid():
        role = next(role for role in ROLES if role in here.found.roles)
        take_back(case=here.case, role=role, actor=here.actor, ctx=here.ctx)
        return here.done()
    texts = open_texts([found.text], actor=here.actor, purpose=_PURPOSE, ctx=here.ctx) if found else {}
    return here.show(
        "cases/steps/take_back.html",
        {
            "form": form, "asked": found, "text": texts.get(found.text, "") if found else "",
            "ripe": bool(found and found.is_ripe(here.ctx.now())), "others": others_wait(here.case),
            "now": moment(here.ctx),
        },
    )  # fmt: skip

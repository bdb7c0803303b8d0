"""N9: whoever owns a late step tells both sides by when it is done instead, and why. The clock itself does not move."""

from __future__ import annotations

from datetime import date
from typing import Final

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import MERIT_ROLES
from evenhand.procedure.states import OPEN, PARTY_WORDS, State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Case, Party
from evenhand.web.cases.periods import calendar_of, day_of
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.telling import tell
from evenhand.web.notices.composing import Fields
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording

_PURPOSE: Final = "tell of a delay"


def tell_of_delay(*, case: Case, reason: str, new_date: date, actor: ActorId, ctx: Context) -> None:
    """Tell everybody who knows of the case that its step is late, why, and until when.

    The bound stays and stays missed: the auditor's list and the statistics say so. Raises UsageError for a day that
    lies before today.
    """
    if new_date < calendar_of(case).day_of(ctx.now()):
        raise UsageError(_("The new day lies in the past."), mend=_("Choose a day that you can keep."))
    old = day_of(case, case.due) if case.due else new_date
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        with acting(r, "clock.recorded", case=case, obj=case.id, why="extended") as act:
            act.fact(told_of_delay=True, new_date=new_date)
        for party in Party.objects.filter(case=case, side__in=["complainant", "respondent"]).select_related("case"):

            def words() -> Fields:
                stage = _(PARTY_WORDS[State(case.state)])
                return {"stage": stage, "old_date": old, "new_date": new_date, "reason": reason}

            tell(r, party, NoticeId.N9, words, ctx=ctx)


class DelayForm(forms.Form):
    """Why it is late, and until when."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it late? Both sides read this"), widget=forms.Textarea, max_length=2000,
        error_messages={"required": gettext_lazy("Say why it is late.")},
    )  # fmt: skip
    new_date = forms.DateField(
        label=gettext_lazy("By when will it be done?"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Give the day."),
            "invalid": gettext_lazy("Write the day as in 2026-03-09."),
        },
    )  # fmt: skip


@page(Step("delay", gettext_lazy("Tell both sides that this step is late"), OPEN, frozenset(MERIT_ROLES)))
def view(here: Here) -> HttpResponse:
    """Ask for reason and day; the letters go out with the answer."""
    form = DelayForm(here.request.POST if here.posted else None)
    if form.is_valid():
        said = form.cleaned_data
        tell_of_delay(case=here.case, reason=said["reason"], new_date=said["new_date"], actor=here.actor, ctx=here.ctx)
        return here.done()
    late = bool(here.case.due and here.case.due < here.ctx.now())
    return here.show("cases/steps/delay.html", {"form": form, "late": late})

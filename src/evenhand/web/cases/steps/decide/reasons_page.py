"""The page on which the chair gives the reasons; what was recorded is filled in, so five things are left to type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Decision, Reply, Seat
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.decide.conclude import conclude
from evenhand.web.cases.steps.decide.reasons import PURPOSE, Typed, give_reasons, proved
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.record.sealed import open_texts


class ReasonsForm(forms.Form):
    """What the chair types."""

    facts = forms.CharField(
        label=gettext_lazy("What happened, as you found it"), widget=forms.Textarea, max_length=30_000,
        error_messages={"required": gettext_lazy("Say what happened.")},
    )  # fmt: skip
    exculpatory = forms.CharField(
        label=gettext_lazy("What speaks for the person, and how you weighed it"), widget=forms.Textarea,
        max_length=30_000,
        error_messages={"required": gettext_lazy("Say what speaks for the person, or that nothing was found.")},
    )  # fmt: skip
    redress_outside = forms.CharField(
        label=gettext_lazy("Where else the parties can turn, outside the organisation"), max_length=1000,
        error_messages={"required": gettext_lazy("Name at least one place.")},
    )  # fmt: skip

    def __init__(self, *args: Any, replies: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._replies = len(replies)
        for place, said in enumerate(replies):
            self.fields[f"answer_{place}"] = forms.CharField(
                label=_("Your answer to: %(said)s") % {"said": said[:300]}, widget=forms.Textarea, max_length=20_000,
                error_messages={"required": _("Answer what was said.")},
            )  # fmt: skip

    def typed(self) -> Typed:
        """Return what was typed, once valid."""
        said = self.cleaned_data
        answers = tuple(said[f"answer_{place}"] for place in range(self._replies))
        return Typed(said["facts"], said["exculpatory"], answers, said["redress_outside"])


@page(
    Step(
        "reasons", gettext_lazy("Give the reasons"), frozenset({State.LIABILITY_DECIDED, State.SANCTION_DECIDED}),
        frozenset({CaseRole.PANEL}),
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """The chair gives the reasons; then the house checks whether a reviewer has to see it first."""
    seat = Seat.objects.get(case=here.case, person=here.actor, role=CaseRole.PANEL.value, ends=None)
    ready = State(here.case.state) is State.SANCTION_DECIDED or not proved(here.case)
    if not seat.chair or not ready or Decision.objects.filter(case=here.case).exists():
        return here.show("cases/steps/reasons_wait.html", {"ready": ready, "chair": seat.chair})
    replies = list(Reply.objects.filter(case=here.case).exclude(text=None).order_by("at"))
    texts = (
        open_texts([row.text for row in replies if row.text], actor=here.actor, purpose=PURPOSE, ctx=here.ctx)
        if replies
        else {}
    )
    form = ReasonsForm(
        here.request.POST if here.posted else None, replies=[texts.get(row.text or "", "") for row in replies]
    )
    if form.is_valid():
        give_reasons(case=here.case, typed=form.typed(), actor=here.actor, ctx=here.ctx)
        here.case.refresh_from_db()
        conclude(here.case, here.ctx)
        return here.done()
    return here.show("cases/steps/reasons.html", {"form": form})

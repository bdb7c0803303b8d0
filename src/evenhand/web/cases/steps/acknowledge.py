"""T01: a person opens a report and says so to its sender. Whoever does it takes the case to intake."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from evenhand.context import Context
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Case
from evenhand.web.cases.seats import take
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.telling import tell_sender
from evenhand.web.notices.composing import Fields
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording


def acknowledge(*, case: Case, actor: ActorId, pseudonym: str, ctx: Context) -> None:
    """Take T01: the sender gets N2. `pseudonym`: the name by which the sender may address the handler (R18)."""
    with recording(actor=actor, ctx=ctx, purpose="acknowledge a report") as r:
        with acting(r, "submission.acknowledged", case=case, obj=case.submission_id) as act:
            met = {"not_an_excluded_reader", "opened_by_person"}
            move(act, case, "T01", target=State.ACKNOWLEDGED, role=CaseRole.INTAKE, met=met, ctx=ctx, owner=actor)

        def words() -> Fields:
            return {"handler_role": str(_("Intake")), "handler_pseudonym": pseudonym}

        tell_sender(r, case, NoticeId.N2, words, ctx=ctx)


class AcknowledgeForm(forms.Form):
    """The name the sender may use; the form itself is the word of the person who opened the report."""

    pseudonym = forms.CharField(
        label=_("Your name in this case"), max_length=40,
        help_text=_("What the sender may call you, such as “Ash”. Not your own name."),
        error_messages={"required": _("Choose a name for this case.")},
    )  # fmt: skip


@page(
    Step(
        "acknowledge", _("Open it and tell the sender"), frozenset({State.RECEIVED}), frozenset({CaseRole.INTAKE}), True
    )
)
def view(here: Here) -> HttpResponse:
    """Ask for the handler's name in the case; on the answer take the case, tell the sender, go to the case."""
    form = AcknowledgeForm(here.request.POST if here.posted else None)
    if form.is_valid():
        if here.found.may_take:
            take(case=here.case.id, role=CaseRole.INTAKE, person=here.actor, ctx=here.ctx)
            here.case.refresh_from_db()
        acknowledge(case=here.case, actor=here.actor, pseudonym=form.cleaned_data["pseudonym"], ctx=here.ctx)
        return here.done()
    return here.show("cases/steps/acknowledge.html", {"form": form})

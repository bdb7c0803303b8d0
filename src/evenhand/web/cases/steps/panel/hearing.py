"""T10: the hearing, on paper by default, announced at least ten working days ahead, opened by the chair."""

from __future__ import annotations

from datetime import date
from typing import Final

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.clocks import add_working_days
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.outcomes import HearingForm
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Case, Hearing, Message, Seat
from evenhand.web.cases.periods import calendar_of, moment
from evenhand.web.cases.seats import declared
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.panel.bundle import bundle_of, note_reading
from evenhand.web.cases.steps.panel.convene import SEATS, panel_of
from evenhand.web.cases.steps.telling import tell_both
from evenhand.web.notices.composing import Fields
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording

AHEAD: Final = 10  # working days


def announce(*, case: Case, form: HearingForm, on_day: date, actor: ActorId, ctx: Context) -> None:
    """Set form and day and tell both sides by N6. UsageError for a day less than ten working days ahead."""
    earliest = first_day(case, ctx)
    if on_day < earliest:
        raise UsageError(_("The day is too near: both sides have ten working days."), mend=_("Choose a later day."))
    with recording(actor=actor, ctx=ctx, purpose="announce the hearing") as r:
        with acting(r, "case.hearing_recorded", case=case) as act:
            act.insert(Hearing(case=case, form=form.value, on_day=on_day))

        def words() -> Fields:
            return {
                "bundle": [_("The formal allegations, the evidence, the searches, and both sides' answers.")],
                "form": _("on paper: they read the papers") if form is HearingForm.PAPER else _("in a meeting"),
                "hearing_date": on_day,
            }

        tell_both(r, case, NoticeId.N6, words, ctx=ctx)


def first_day(case: Case, ctx: Context) -> date:
    """Return the first lawful day of a hearing announced now."""
    calendar = calendar_of(case)
    return add_working_days(calendar.day_of(ctx.now()), AHEAD, calendar)


def open_hearing(*, case: Case, actor: ActorId, ctx: Context) -> None:
    """Take T10 on the announced day or after, with three members and no challenge unanswered."""
    row = Hearing.objects.get(case=case)
    if calendar_of(case).day_of(ctx.now()) < row.on_day:
        raise UsageError(_("The announced day has not come yet."), mend=_("Both sides may still send something."))
    seats = panel_of(case).count()
    met = {"form_of_hearing_set", "no_private_material", "hearing_announced"}
    fair = declared(case.id, "conflict", "seat")
    if (
        seats >= SEATS
        and not unanswered_challenges(case)
        and all(fair.get(seat.id) == "none" for seat in panel_of(case))
    ):
        met.add("quorum")
    with (
        recording(actor=actor, ctx=ctx, purpose="open the hearing") as r,
        acting(r, "case.hearing_recorded", case=case) as act,
    ):
        act.change(row, quorum=seats, held_at=moment(ctx))
        move(act, case, "T10", target=State.HEARING, role=CaseRole.PANEL, met=met, ctx=ctx)


def unanswered_challenges(case: Case) -> int:
    """Return how many challenges of a member wait for their answer."""
    asked = Message.objects.filter(case=case, kind="challenge", from_party=True).count()
    return asked - Message.objects.filter(case=case, kind="challenge", from_party=False).count()


class AnnounceForm(forms.Form):
    """Form and day."""

    form = forms.ChoiceField(
        label=gettext_lazy("How do you consider it?"), widget=forms.RadioSelect, initial=HearingForm.PAPER.value,
        choices=[
            (HearingForm.PAPER.value, gettext_lazy("On paper")),
            (HearingForm.ORAL.value, gettext_lazy("In a meeting: asked for and facts are disputed, or it is grave")),
        ],
    )  # fmt: skip
    on_day = forms.DateField(
        label=gettext_lazy("On which day?"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Give the day."), "invalid": gettext_lazy("Write the day as in 2026-03-09.")
        },
    )  # fmt: skip


@page(
    Step(
        "hearing",
        gettext_lazy("Announce or open the hearing"),
        frozenset({State.PANEL_SET}),
        frozenset({CaseRole.PANEL}),
    )
)
def view(here: Here) -> HttpResponse:
    """The chair announces the day; on that day the chair opens it."""
    seat = Seat.objects.get(case=here.case, person=here.actor, role=CaseRole.PANEL.value, ends=None)
    row = Hearing.objects.filter(case=here.case).first()
    form = AnnounceForm(here.request.POST if here.posted and row is None else None)
    if here.posted and seat.chair and row is not None:
        open_hearing(case=here.case, actor=here.actor, ctx=here.ctx)
        return here.done()
    if seat.chair and form.is_valid():
        said = form.cleaned_data
        announce(case=here.case, form=HearingForm(said["form"]), on_day=said["on_day"], actor=here.actor, ctx=here.ctx)
        return here.done()
    context = {"form": form, "row": row, "chair": seat.chair, "first": first_day(here.case, here.ctx)}
    return here.show("cases/steps/hearing.html", context)


@page(
    Step(
        "papers", gettext_lazy("Read the papers"),
        frozenset(
            {State.PANEL_SET, State.HEARING, State.LIABILITY_DECIDED, State.SANCTION_DECIDED, State.INDEPENDENT_REVIEW}
        ),
        frozenset({CaseRole.PANEL, CaseRole.REVIEWER}),
    )
)  # fmt: skip
def papers_view(here: Here) -> HttpResponse:
    """Show the bundle; that it was opened is noted."""
    note_reading(here.case, here.actor, here.ctx)
    return here.show("cases/steps/papers.html", {"bundle": bundle_of(here.case, here.actor, here.ctx)})

"""T09: the panel is drawn when the reply is in or its time has passed, and sits when all three declared no conflict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases import clocks
from evenhand.web.cases.acts import acting
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Case, Draw, Party, Reply, Seat
from evenhand.web.cases.periods import day_of, moment
from evenhand.web.cases.recusal import recuse
from evenhand.web.cases.seats import declare, declared
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.scope import draw_or_wait
from evenhand.web.cases.steps.telling import tell_both
from evenhand.web.notices.composing import Fields
from evenhand.web.people.models import User
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.ui.choices import one_of

STAGE: Final = "seat"
SEATS: Final = 3
CHALLENGE_WITHIN: Final = timedelta(days=7)
PROFESSIONS: Final[Mapping[str, str | Promise]] = {
    "legal": gettext_lazy("legally qualified"),
    "expert": gettext_lazy("knows the subject"),
    "lay": gettext_lazy("a lay member"),
}


def convene(case: Case, ctx: Context) -> bool:
    """Do what of T09 can be done now and return whether the panel sits: draw, wait for declarations, then the step.

    Idempotent; called when a reply is complete, when a member declared, and every minute.
    """
    if State(case.state) is not State.REPLY_WINDOW or not heard(case, ctx):
        return False
    if panel_of(case).count() < SEATS:
        draw_or_wait(case, CaseRole.PANEL, ctx)
    seats = list(panel_of(case))
    answers = declared(case.id, "conflict", STAGE)
    if len(seats) < SEATS or any(answers.get(seat.id) != "none" for seat in seats):
        return False
    case.refresh_from_db()
    with recording(actor=SYSTEM, ctx=ctx, purpose="set the panel") as r:
        with acting(r, "case.panel_assigned", case=case) as act:
            met = {"replied_or_expired", "draw_verifiable", "conflicts_declared", "challenges_answered"}
            move(act, case, "T09", target=State.PANEL_SET, role="system", met=met, ctx=ctx)
        _tell(r, case, seats, ctx)
    return True


def convene_due(ctx: Context) -> int:
    """Convene every panel that can be, and return how many sit now. Due work, idempotent."""
    waiting = Case.objects.filter(state=State.REPLY_WINDOW.value, paused_until=None).order_by("due")
    return sum(convene(case, ctx) for case in waiting)


def heard(case: Case, ctx: Context) -> bool:
    """Return whether the reply is complete, or its time, counted from service, has passed."""
    party = Party.objects.get(case=case, side=CaseRole.RESPONDENT.value)
    if Reply.objects.filter(case=case, party=party, final=True).exists():
        return True
    return clocks.is_over(clocks.window(case, ClockId.REPLY, party.id), ctx.now())


def panel_of(case: Case) -> Any:
    """Return the open panel seats of a case, the chair first."""
    return Seat.objects.filter(case=case, role=CaseRole.PANEL.value, ends=None).order_by("-chair", "begins", "id")


def answer_conflict(*, case: Case, seat: Seat, conflict: str, actor: ActorId, ctx: Context) -> None:
    """Declare whether there is a conflict; one that is there ends the seat at once, and it is drawn again."""
    declare(seat=seat.id, kind="conflict", stage=STAGE, text=conflict or None, actor=actor, ctx=ctx)
    if conflict:
        recuse(case=case.id, actor=actor, ctx=ctx)
    case.refresh_from_db()
    if not conflict and State(case.state) is State.PANEL_SET:
        _tell_again(case, ctx)
    convene(case, ctx)


def _tell_again(case: Case, ctx: Context) -> None:
    """Tell both sides who sits now, once whoever was drawn in another's place has declared no conflict."""
    seats, answers = list(panel_of(case)), declared(case.id, "conflict", STAGE)
    if len(seats) == SEATS and all(answers.get(seat.id) == "none" for seat in seats):
        with recording(actor=SYSTEM, ctx=ctx, purpose="set the panel") as r:
            _tell(r, case, seats, ctx)


def _tell(r: Recorder, case: Case, seats: list[Seat], ctx: Context) -> None:
    names = dict(User.objects.filter(pk__in=[seat.person for seat in seats]).values_list("pk", "username"))
    draws = Draw.objects.filter(case=case, purpose=CaseRole.PANEL.value).exclude(drawn_at=None).order_by("number")
    until = day_of(case, moment(ctx) + CHALLENGE_WITHIN)

    def words() -> Fields:
        return {
            "names": [names[seat.person] for seat in seats],
            "professions": [str(PROFESSIONS.get(seat.member.kind, "")) for seat in seats],
            "conflict_declarations": [_("no link to anybody in this matter") for _seat in seats],
            "draw_proof": [f"{draw.number}: {draw.commitment} · {draw.nonce}" for draw in draws],
            "challenge_date": until,
        }

    tell_both(r, case, NoticeId.N15, words, ctx=ctx)


class ConflictForm(forms.Form):
    """Are you linked to anybody in this matter? Two evenings: can you?"""

    conflict = one_of(
        gettext_lazy("This case needs about three hours on two evenings. Can you, and can you be fair?"),
        [
            ("none", gettext_lazy("Yes. I have no link to anybody in it")),
            ("some", gettext_lazy("No. I am linked to somebody in it, or cannot be fair")),
        ],
    )
    words = forms.CharField(label=gettext_lazy("If not: which link, in a few words"), required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        """Ask for the link where there is one."""
        cleaned = super().clean() or {}
        if cleaned.get("conflict") == "some" and not cleaned.get("words"):
            self.add_error("words", _("Say in a few words which link it is."))
        return cleaned


@page(
    Step(
        "conflict", gettext_lazy("Say whether you can sit, and be fair"),
        frozenset({State.REPLY_WINDOW, State.PANEL_SET}),
        frozenset({CaseRole.PANEL}),
        weighed=False,
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """Show who the parties are and take the declaration."""
    seat = Seat.objects.get(case=here.case, person=here.actor, role=CaseRole.PANEL.value, ends=None)
    form = ConflictForm(here.request.POST if here.posted else None)
    answered = seat.id in declared(here.case.id, "conflict", STAGE)
    if form.is_valid() and not answered:
        said = form.cleaned_data
        words = said["words"] if said["conflict"] == "some" else ""
        answer_conflict(case=here.case, seat=seat, conflict=words, actor=here.actor, ctx=here.ctx)
        return here.all_cases() if words else here.done()
    return here.show("cases/steps/conflict.html", {"form": form, "answered": answered})

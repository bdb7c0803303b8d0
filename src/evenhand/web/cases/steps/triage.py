"""T02 and T02a: danger first, then whether the same item is known. Who is joined loses no right by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
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
from evenhand.web.cases import clocks
from evenhand.web.cases.acts import acting
from evenhand.web.cases.engine import move
from evenhand.web.cases.items import items_of
from evenhand.web.cases.models import Case, SubmissionItem
from evenhand.web.cases.periods import moment
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.telling import sender_of, tell
from evenhand.web.notices.queries import letters_of
from evenhand.web.record.ids import ActorId
from evenhand.web.record.queries import leaf_about
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.ui.choices import one_of

_PURPOSE: Final = "triage"


class Danger(StrEnum):
    """What the officer says after reading for danger."""

    NONE = "none"
    CARD = "card"
    REACHED = "reached"


DANGER_WORDS: Final[Mapping[Danger, object]] = {
    Danger.NONE: gettext_lazy("I see no danger to life or safety"),
    Danger.CARD: gettext_lazy("There may be danger: send the safety card now"),
    Danger.REACHED: gettext_lazy("There may be danger, and I have spoken with the person: send the card as well"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What the sender wrote, opened for triage."""

    explanation: str
    subject: str
    places: Sequence[str]


def look_for_danger(*, case: Case, actor: ActorId, danger: Danger, ctx: Context) -> None:
    """Take T02. Danger known or feared: the safety card goes out in the same unit, whatever else is closed."""
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        if danger is not Danger.NONE:
            _card(r, case, danger, ctx)
        with acting(r, "submission.triaged", case=case, obj=case.submission_id) as act:
            met = {"not_an_excluded_reader", "danger_looked_at", "duplicates_looked_at"}
            move(act, case, "T02", target=State.TRIAGE, role=CaseRole.INTAKE, met=met, ctx=ctx, owner=actor)


def _card(r: Recorder, case: Case, danger: Danger, ctx: Context) -> None:
    reached = danger is Danger.REACHED
    with acting(r, "danger.recorded", case=case, obj=case.id, why="reached" if reached else "card") as act:
        act.change(case, danger="reached" if reached else "carded")
        clocks.end(act, case, ClockId.DANGER, moment(ctx))
    party = sender_of(case)
    if party is None or party.side != CaseRole.COMPLAINANT:
        return
    if not any(letter.notice is NoticeId.N19 for letter in letters_of(case.id, party.id)):
        tell(r, party, NoticeId.N19, dict, ctx=ctx)


def join(*, case: Case, into: Case, actor: ActorId, ctx: Context) -> None:
    """Take T02a: join a report of known items to the case that has them. Its sender is answered from that one.

    Raises UsageError where the other case does not hold every item, or is about somebody else.
    """
    named = set(SubmissionItem.objects.filter(submission=case.submission_id).values_list("item_id", flat=True))
    known = set(items_of(into).values_list("id", flat=True))
    if case.pk == into.pk or not named or not named <= known or case.subject_lookup != into.subject_lookup:
        raise UsageError(_("The two reports are not about the same items by the same person."), mend=_("Look again."))
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        ref = leaf_about(into.id, "case.opened", since=_received_at(into))
        with acting(r, "submission.merged", case=case, obj=case.submission_id, ref=(ref,)) as act:
            act.change(case, merged_into_id=into.id)
            met = {"duplicate_of_known_item", "affected_keeps_rights"}
            move(act, case, "T02a", target=State.MERGED, role=CaseRole.INTAKE, met=met, ctx=ctx)


def _received_at(case: Case) -> int:
    """Return where in the log a case's report was received, 0 where no sender was told: it was opened after that."""
    sender = sender_of(case)
    return sender.receipt_index or 0 if sender is not None else 0


def known_elsewhere(case: Case) -> list[Case]:
    """Return the older cases that hold every item of this one and are about the same person. Three queries."""
    named = list(SubmissionItem.objects.filter(submission=case.submission_id).values_list("item_id", flat=True))
    if not named:
        return []
    holding = SubmissionItem.objects.filter(item__in=named).exclude(submission=case.submission_id)
    older = Case.objects.filter(submission__in=holding.values("submission"), subject_lookup=case.subject_lookup)
    found = (
        older.filter(received_at__lte=case.received_at, merged_into=None).exclude(pk=case.pk).order_by("received_at")
    )
    return [other for other in found if set(named) <= set(items_of(other).values_list("id", flat=True))]


def what_was_sent(case: Case, actor: ActorId, ctx: Context) -> Sent:
    """Return the sender's words for whoever sits at intake; one logged reading."""
    items = list(items_of(case))
    wanted = [case.submission.explanation, case.subject_name, *(item.locator for item in items)]
    texts = open_texts(wanted, actor=actor, purpose=_PURPOSE, ctx=ctx)
    places = [texts.get(item.locator, "") for item in items]
    return Sent(texts.get(case.submission.explanation, ""), texts.get(case.subject_name, ""), places)


class DangerForm(forms.Form):
    """One question, asked before any other."""

    danger = one_of(
        gettext_lazy("Is somebody's life or safety in danger?"),
        [(word.value, words) for word, words in DANGER_WORDS.items()],
        missing=gettext_lazy("Answer this first."),
    )


class JoinForm(forms.Form):
    """Which case holds the same items."""

    into = forms.CharField(max_length=32, widget=forms.HiddenInput)


@page(
    Step(
        "triage",
        gettext_lazy("Look for danger, then for duplicates"),
        frozenset({State.ACKNOWLEDGED}),
        frozenset({CaseRole.INTAKE}),
    )
)
def danger_view(here: Here) -> HttpResponse:
    """Show what was sent and ask about danger; the answer takes the step."""
    form = DangerForm(here.request.POST if here.posted else None)
    if form.is_valid():
        danger = Danger(form.cleaned_data["danger"])
        look_for_danger(case=here.case, actor=here.actor, danger=danger, ctx=here.ctx)
        return here.done()
    sent = what_was_sent(here.case, here.actor, here.ctx)
    return here.show("cases/steps/triage.html", {"form": form, "sent": sent, "known": known_elsewhere(here.case)})


@page(
    Step(
        "join",
        gettext_lazy("Join it to a case with the same items"),
        frozenset({State.TRIAGE}),
        frozenset({CaseRole.INTAKE}),
        when=lambda case: bool(known_elsewhere(case)),
    )
)
def join_view(here: Here) -> HttpResponse:
    """Show the cases that hold the same items; joining one is the officer's word, one case at a time."""
    known = known_elsewhere(here.case)
    form = JoinForm(here.request.POST if here.posted else None)
    if form.is_valid():
        into = next((other for other in known if other.id == form.cleaned_data["into"]), None)
        if into is not None:
            join(case=here.case, into=into, actor=here.actor, ctx=here.ctx)
            return here.done()
    return here.show("cases/steps/join.html", {"known": known})

"""T11: did it happen, and did it break the rule? Three hidden votes per allegation, then findings with reasons.

Earlier findings are not there yet: their key opens with this very step (INV-21).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.outcomes import Finding as Result
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.contacts import check_filed
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Allegation, AllegationItem, Case, Finding, Seat, Vote
from evenhand.web.cases.periods import moment
from evenhand.web.cases.seats import declare, declared
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.declared import ContactDeclared
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.panel.bundle import check_read
from evenhand.web.cases.steps.panel.convene import SEATS, panel_of
from evenhand.web.cases.steps.panel.priors import show_priors
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording
from evenhand.web.ui.choices import one_of

STAGE: Final = "T11"
WORDS: Final[Mapping[Result, str | Promise]] = {
    Result.PROVED: gettext_lazy("It happened and broke the rule"),
    Result.NOT_PROVED: gettext_lazy("That is not proved"),
    Result.NOT_REACHED: gettext_lazy("We need not decide it"),
}


def vote(*, case: Case, votes: Mapping[str, Result], reason: str, contact: str, actor: ActorId, ctx: Context) -> None:
    """Save one member's votes on every allegation, hidden from the others; contact is declared with them.

    Raises UsageError where an allegation has no vote, or the papers were not open long enough to be read.
    """
    check_filed(case.id, actor)
    check_read(case, actor, ctx)
    rows = _allegations(case)
    if set(votes) != {row.id for row in rows}:
        raise UsageError(_("An allegation has no vote."), mend=_("Vote on each."))
    seat = Seat.objects.get(case=case, person=actor, role=CaseRole.PANEL.value, ends=None)
    if seat.id not in declared(case.id, "contact", STAGE):
        declare(seat=seat.id, kind="contact", stage=STAGE, text=contact or None, actor=actor, ctx=ctx)
    with (
        recording(actor=actor, ctx=ctx, purpose="vote") as r,
        acting(r, "vote.recorded", case=case, obj=seat.id) as act,
    ):
        sealed = act.seal("vote.reason", reason) if reason else None
        for row in rows:
            act.insert(
                Vote(
                    id=ctx.new_id(), case=case, seat=seat, stage=STAGE, allegation=row, vote=votes[row.id].value,
                    reason=sealed, at=moment(ctx),
                )
            )  # fmt: skip


def all_in(case: Case, stage: str = STAGE) -> bool:
    """Return whether every member who sits has voted."""
    seats = list(panel_of(case).values_list("id", flat=True))
    voted = set(Vote.objects.filter(case=case, stage=stage, seat__in=seats).values_list("seat_id", flat=True))
    return len(seats) >= SEATS and voted == set(seats)


def results(case: Case) -> dict[str, Result]:
    """Return allegation -> what at least two of the three who sit voted; without a majority nothing is proved."""
    found = {}
    for row in _allegations(case):
        votes = Vote.objects.filter(case=case, stage=STAGE, allegation=row, seat__ends=None)
        counted = Counter(votes.values_list("vote", flat=True))
        best, number = counted.most_common(1)[0] if counted else (Result.NOT_PROVED.value, 0)
        found[row.id] = Result(best) if number * 2 > counted.total() else Result.NOT_PROVED
    return found


def find(*, case: Case, reasons: Mapping[str, str], dissent: str, actor: ActorId, ctx: Context) -> None:
    """Take T11: the chair writes the reason of each finding; the result is what the votes say, never typed."""
    if not all_in(case):
        raise UsageError(_("Not everybody has voted."), mend=_("Wait for all three."))
    outcome = results(case)
    with (
        recording(actor=actor, ctx=ctx, purpose="findings") as r,
        acting(r, "case.deliberation_recorded", case=case) as act,
    ):
        for row in _allegations(case):
            if outcome[row.id] is Result.PROVED:
                for link in AllegationItem.objects.filter(allegation=row, disclosed_at__isnull=False):
                    act.change(link, relied_on=True)
            act.insert(
                Finding(
                    allegation=row, result=outcome[row.id].value,
                    reasons=act.seal("finding.reasons", reasons[row.id]),
                    dissent=act.seal("finding.dissent", dissent) if dissent else None, found_at=moment(ctx),
                )
            )  # fmt: skip
        met = {
            "quorum", "finding_per_allegation", "evidence_relied_on_named", "contacts_declared", "contacts_filed"
        }  # fmt: skip
        move(act, case, STAGE, target=State.LIABILITY_DECIDED, role=CaseRole.PANEL, met=met, ctx=ctx)
    show_priors(case, ctx)


def _allegations(case: Case) -> list[Allegation]:
    return list(Allegation.objects.filter(case=case, drop_reason=None).order_by("number"))


class VoteForm(ContactDeclared):
    """One vote per allegation."""

    reason = forms.CharField(
        label=gettext_lazy("Your own note, for the deliberation"),
        required=False,
        widget=forms.Textarea,
        max_length=10_000,
    )

    def __init__(self, *args: Any, allegations: list[Allegation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in allegations:
            self.fields[f"vote_{row.id}"] = one_of(
                _("Allegation %(n)d") % {"n": row.number}, [(result.value, words) for result, words in WORDS.items()],
                missing=_("Vote on each allegation."),
            )  # fmt: skip

    def votes(self) -> dict[str, Result]:
        """Return allegation -> vote, once valid."""
        said = {
            name.removeprefix("vote_"): value for name, value in self.cleaned_data.items() if name.startswith("vote_")
        }
        return {allegation: Result(value) for allegation, value in said.items()}


class FindForm(forms.Form):
    """The chair's reasons, one per allegation, and a dissent."""

    dissent = forms.CharField(
        label=gettext_lazy("If a member disagrees: their view, in their words"), required=False, widget=forms.Textarea,
        max_length=20_000,
    )  # fmt: skip

    def __init__(self, *args: Any, allegations: list[Allegation], outcome: Mapping[str, Result], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in allegations:
            self.fields[f"reason_{row.id}"] = forms.CharField(
                label=_("Allegation %(n)d: %(result)s. Why?") % {"n": row.number, "result": WORDS[outcome[row.id]]},
                widget=forms.Textarea, max_length=20_000, error_messages={"required": _("Give the reason.")},
            )  # fmt: skip

    def reasons(self) -> dict[str, str]:
        """Return allegation -> reason, once valid."""
        return {n.removeprefix("reason_"): str(v) for n, v in self.cleaned_data.items() if n.startswith("reason_")}


_PANEL: Final = frozenset({CaseRole.PANEL})
_AT: Final = frozenset({State.HEARING})


@page(Step("vote", gettext_lazy("Vote: did it happen and break the rule?"), _AT, _PANEL))
def vote_view(here: Here) -> HttpResponse:
    """Take one member's votes; the others' stay hidden until all are in."""
    seat = Seat.objects.get(case=here.case, person=here.actor, role=CaseRole.PANEL.value, ends=None)
    if Vote.objects.filter(seat=seat, stage=STAGE).exists():
        return here.show(
            "cases/steps/voted.html", {"all_in": all_in(here.case), "chair": seat.chair, "next": "case_find"}
        )
    form = VoteForm(here.request.POST if here.posted else None, allegations=_allegations(here.case))
    if form.is_valid():
        vote(
            case=here.case, votes=form.votes(), reason=form.cleaned_data["reason"], contact=form.declared(),
            actor=here.actor, ctx=here.ctx,
        )  # fmt: skip
        return here.again()
    return here.show("cases/steps/vote.html", {"form": form})


@page(Step("find", gettext_lazy("Write the findings"), _AT, _PANEL))
def find_view(here: Here) -> HttpResponse:
    """The chair writes the reasons when all three votes are in."""
    seat = Seat.objects.get(case=here.case, person=here.actor, role=CaseRole.PANEL.value, ends=None)
    if not seat.chair or not all_in(here.case):
        return here.show(
            "cases/steps/voted.html", {"all_in": all_in(here.case), "chair": seat.chair, "next": "case_find"}
        )
    rows = _allegations(here.case)
    form = FindForm(here.request.POST if here.posted else None, allegations=rows, outcome=results(here.case))
    if form.is_valid():
        find(
            case=here.case, reasons=form.reasons(), dissent=form.cleaned_data["dissent"], actor=here.actor, ctx=here.ctx
        )
        return here.done()
    return here.show("cases/steps/find.html", {"form": form})

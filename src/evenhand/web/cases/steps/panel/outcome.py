"""T12: what follows, within the most the rule names, beside comparable outcomes, with a reason outside their range."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.codes import Rung
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.clocks import after
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.sanctions import RUNGS, Aggravating, Comparators, Mitigating, comparators, grade_allows
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.contacts import check_filed
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Allegation, AllegationItem, Case, ItemAssessment, Outcome, Seat, Vote
from evenhand.web.cases.periods import calendar_of, day_of, moment
from evenhand.web.cases.seats import declare, declared
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.declared import ContactDeclared
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.panel.findings import all_in
from evenhand.web.cases.steps.panel.priors import priors_of
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording
from evenhand.web.ui.choices import offer, one_of

STAGE: Final = "T12"
_IMPOSED: Final = tuple(rung for rung, rule in RUNGS.items() if CaseRole.PANEL in rule.imposed_by)


@dataclass(frozen=True, slots=True)
class Follows:
    """What the chair writes down: the term where there is one, the factors, the reason."""

    ends_on: date | None
    factors: tuple[str, ...]
    reason: str


def vote(*, case: Case, rung: Rung, contact: str, actor: ActorId, ctx: Context) -> None:
    """Save one member's hidden vote on what follows. UsageError beyond the most that the rule names."""
    check_filed(case.id, actor)
    if rung.height > most_of(case).height:
        raise UsageError(_("The rule names less as the most that can follow."), mend=_("Choose a milder outcome."))
    seat = Seat.objects.get(case=case, person=actor, role=CaseRole.PANEL.value, ends=None)
    if seat.id not in declared(case.id, "contact", STAGE):
        declare(seat=seat.id, kind="contact", stage=STAGE, text=contact or None, actor=actor, ctx=ctx)
    with (
        recording(actor=actor, ctx=ctx, purpose="vote") as r,
        acting(r, "vote.recorded", case=case, obj=seat.id) as act,
    ):
        act.insert(Vote(id=ctx.new_id(), case=case, seat=seat, stage=STAGE, vote=rung.value, at=moment(ctx)))


def most_of(case: Case) -> Rung:
    """Return the most that can follow over what was proved."""
    rows = _proved(case)
    return max((Rung(row.most_that_can_follow) for row in rows), key=lambda rung: rung.height, default=Rung.NOTHING)


def _proved(case: Case) -> list[Allegation]:
    from evenhand.web.cases.models import Finding

    proved = Finding.objects.filter(allegation__case=case, result="proved").values("allegation")
    return list(Allegation.objects.filter(pk__in=proved).order_by("number"))


def voted_rung(case: Case) -> Rung:
    """Return what the votes say: the mildest outcome that at least two of three would not go below."""
    cast = Vote.objects.filter(case=case, stage=STAGE, seat__ends=None).values_list("vote", flat=True)
    votes = sorted(map(Rung, cast), key=lambda rung: rung.height)
    return votes[len(votes) // 2] if votes else Rung.NOTHING


def compared(case: Case) -> Comparators:
    """Return comparable outcomes: the same rule and act from ten on, else every outcome, else none."""
    clauses = {row.clause_id.partition(":")[2] for row in _proved(case)}
    others = Outcome.objects.exclude(case=case).values_list("case_id", "rung")
    rules = dict(Allegation.objects.values_list("case_id", "clause_id"))
    same = [Rung(rung) for other, rung in others if rules.get(other, "").partition(":")[2] in clauses]
    return comparators(same, [Rung(rung) for _, rung in others])


def decide(*, case: Case, said: Follows, actor: ActorId, ctx: Context) -> None:
    """Take T12: the votes say the rung; the chair writes factors, term and reason.

    Raises UsageError where the evidence is too weak for an outcome of that weight, or a term is missing or too long.
    """
    if not all_in(case, STAGE):
        raise UsageError(_("Not everybody has voted."), mend=_("Wait for all three."))
    rung, others = voted_rung(case), compared(case)
    outside = others.needs_reason(rung)
    now = moment(ctx)
    _check_term(case, rung, said, now)
    met = {"one_proved", "priors_shown_now", "comparators_shown", "contacts_declared", "contacts_filed"}
    met |= {"range_reason"} if said.reason.strip() or not outside else set()
    met |= {"within_the_most"} if rung.height <= most_of(case).height else set()
    met |= {"grade_allows"} if grade_allows(rung, _grades(case)) else set()
    with (
        recording(actor=actor, ctx=ctx, purpose="what follows") as r,
        acting(r, "case.deliberation_recorded", case=case) as act,
    ):
        act.insert(
            Outcome(
                case=case, rung=rung.value, begins_on=day_of(case, now), ends_on=said.ends_on,
                spent_on=_spent(case, rung, said.ends_on or day_of(case, now)), factors=",".join(said.factors),
                comparators=_compared_words(others), outside_range=outside,
                reason=act.seal("outcome.reason", said.reason), decided_at=now,
            )
        )  # fmt: skip
        move(act, case, STAGE, target=State.SANCTION_DECIDED, role=CaseRole.PANEL, met=met, ctx=ctx)


def _grades(case: Case) -> list[str]:
    items = AllegationItem.objects.filter(allegation__in=_proved(case), relied_on=True).values("item")
    return list(ItemAssessment.objects.filter(item__in=items).values_list("grade", flat=True))


def _check_term(case: Case, rung: Rung, said: Follows, now: datetime) -> None:
    if said.ends_on is None:
        if rung in {Rung.REMOVAL_FROM_ROLE, Rung.SUSPENSION}:
            raise UsageError(_("This outcome needs a last day."), mend=_("Give the day on which it ends."))
        return
    if said.ends_on < day_of(case, now):
        raise UsageError(_("The last day lies in the past."), mend=_("Give a day from today on."))
    longest = RUNGS[rung].longest_term
    if longest is not None and said.ends_on > day_of(case, after(now, longest, calendar_of(case))):
        raise UsageError(_("The term is longer than this outcome may last."), mend=_("Give an earlier last day."))


def _spent(case: Case, rung: Rung, counted_from: date) -> date | None:
    rule = RUNGS[rung]
    if rule.spent_after is None:
        return counted_from
    calendar = calendar_of(case)
    noon = datetime.combine(counted_from, time(12), tzinfo=calendar.zone)
    return calendar.day_of(after(noon, rule.spent_after, calendar))


def _compared_words(found: Comparators) -> str:
    if found.low is None or found.median is None or found.high is None:
        return ""
    return f"{found.of.value}:{found.number},{found.low.value},{found.median.value},{found.high.value}"


class RungForm(ContactDeclared):
    """One vote on what follows."""

    rung = one_of(gettext_lazy("What should follow?"))

    def __init__(self, *args: Any, most: Rung, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(rung.value, _(rung.words)) for rung in _IMPOSED if rung.height <= most.height]
        offer(self, "rung", choices)


class FollowsForm(forms.Form):
    """The chair's record of what follows."""

    ends_on = forms.DateField(
        label=gettext_lazy("Last day, where it has one"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Write the day as in 2026-03-09.")},
    )  # fmt: skip
    factors = forms.MultipleChoiceField(
        label=gettext_lazy("What made it heavier or milder?"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(f.value, f.value.replace("_", " ")) for f in (*Aggravating, *Mitigating)],
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Why this, and not less"), widget=forms.Textarea, max_length=20_000,
        error_messages={"required": gettext_lazy("Give the reason.")},
    )  # fmt: skip


_PANEL: Final = frozenset({CaseRole.PANEL})
_AT: Final = frozenset({State.LIABILITY_DECIDED})


@page(Step("what-follows", gettext_lazy("What follows"), _AT, _PANEL))
def view(here: Here) -> HttpResponse:
    """Where something was proved: earlier findings and comparable outcomes, one vote each, then the chair's record."""
    seat = Seat.objects.get(case=here.case, person=here.actor, role=CaseRole.PANEL.value, ends=None)
    if not _proved(here.case):
        return here.show("cases/steps/none_proved.html", {})
    shown: dict[str, Any] = {
        "priors": priors_of(here.case, here.actor, here.ctx), "compared": compared(here.case),
        "most": _(most_of(here.case).words),
    }  # fmt: skip
    if not Vote.objects.filter(seat=seat, stage=STAGE).exists():
        return _vote(here, shown)
    if not (all_in(here.case, STAGE) and seat.chair):
        return here.show(
            "cases/steps/voted.html", {"all_in": all_in(here.case, STAGE), "chair": seat.chair, "next": ""}
        )
    form = FollowsForm(here.request.POST if here.posted else None)
    if form.is_valid():
        given = form.cleaned_data
        said = Follows(given["ends_on"], tuple(given["factors"]), given["reason"])
        decide(case=here.case, said=said, actor=here.actor, ctx=here.ctx)
        return here.done()
    cast = Vote.objects.filter(case=here.case, stage=STAGE, seat__ends=None)
    counted = Counter(cast.values_list("vote", flat=True))
    shown |= {"form": form, "rung": _(voted_rung(here.case).words), "votes": counted.total()}
    return here.show("cases/steps/follows.html", shown)


def _vote(here: Here, shown: dict[str, Any]) -> HttpResponse:
    form = RungForm(here.request.POST if here.posted else None, most=most_of(here.case))
    if form.is_valid():
        said = form.cleaned_data
        vote(case=here.case, rung=Rung(said["rung"]), contact=form.declared(), actor=here.actor, ctx=here.ctx)
        return here.again()
    return here.show("cases/steps/rung.html", {"form": form} | shown)

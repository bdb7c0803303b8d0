"""The investigator: searches for what speaks for the person, and the facts found both ways (INV-29)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django import forms
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Case, Search
from evenhand.web.cases.periods import moment
from evenhand.web.cases.steps.assess.blinding import blinded
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.scope import draw_or_wait
from evenhand.web.cases.steps.triage import what_was_sent
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording

PLACES: Final[Mapping[str, str | Promise]] = {
    "thread": _("The thread it stands in"),
    "profile": _("The person's other posts of that time"),
    "archive": _("The person's own archive"),
    "witness": _("Witnesses"),
    "respondent": _("The person complained about"),
    "other": _("Elsewhere"),
}
FOUND: Final[Mapping[str, str | Promise]] = {"nothing": _("Nothing"), "something": _("Something that speaks for them")}


def record_search(*, case: Case, place: str, what: str, found: str, result: str, actor: ActorId, ctx: Context) -> None:
    """Record one search for what speaks for the person complained about; "nothing" is a result like any other."""
    with (
        recording(actor=actor, ctx=ctx, purpose="search") as r,
        acting(r, "case.allegations_set", case=case, pub=_pub(case)) as act,
    ):
        act.insert(
            Search(
                id=ctx.new_id(), case=case, place=place, what=act.seal("search.what", what), found=found,
                result=act.seal("search.result", result), made_by=actor, made_at=moment(ctx),
            )
        )  # fmt: skip


def hand_over(*, case: Case, facts: str, actor: ActorId, ctx: Context) -> None:
    """Save the facts, with their blind copy, and draw somebody from outside who says whether there is a case."""
    names = open_texts([case.subject_name], actor=actor, purpose="make the blind copy", ctx=ctx)
    with (
        recording(actor=actor, ctx=ctx, purpose="facts") as r,
        acting(r, "case.allegations_set", case=case, pub=_pub(case)) as act,
    ):
        act.change(
            case,
            facts=act.seal("case.facts", facts),
            facts_blind=act.seal("case.facts_blind", blinded(facts, names.values())),
        )
    draw_or_wait(case, CaseRole.CHARGE_ASSESSOR, ctx)


def _pub(case: Case) -> dict[str, bytes]:
    return {"code": bytes.fromhex(code_of(case))}


def code_of(case: Case) -> str:
    """Return the digest of the code the first allegation stands on."""
    from evenhand.web.cases.models import Allegation

    clause = Allegation.objects.filter(case=case).order_by("number").values_list("clause_id", flat=True).first()
    return clause.partition(":")[0] if clause else case.procedure


class SearchForm(forms.Form):
    """One search: where, what for, with which result."""

    place = forms.ChoiceField(label=_("Where did you look?"), widget=forms.RadioSelect, choices=list(PLACES.items()))
    what = forms.CharField(
        label=_("What did you look for?"), max_length=2000, error_messages={"required": _("Say what you looked for.")}
    )
    found = forms.ChoiceField(label=_("What did you find?"), widget=forms.RadioSelect, choices=list(FOUND.items()))
    result = forms.CharField(
        label=_("The result, as the person complained about will read it"), widget=forms.Textarea, max_length=10_000,
        error_messages={"required": _("Say what came of it, also if it is nothing.")},
    )  # fmt: skip


class FactsForm(forms.Form):
    """What was found, for and against."""

    facts = forms.CharField(
        label=_("The facts, for and against, without a word about what should follow"), widget=forms.Textarea,
        max_length=50_000, error_messages={"required": _("Write down the facts.")},
    )  # fmt: skip


_BOTH: Final = frozenset({CaseRole.INVESTIGATOR, CaseRole.CHARGE_ASSESSOR})


@page(
    Step(
        "search",
        _("Search for what speaks for them"),
        frozenset({State.UNDER_INVESTIGATION, State.CASE_TO_ANSWER}),
        _BOTH,
    )
)
def search_view(here: Here) -> HttpResponse:
    """Take one search."""
    form = SearchForm(here.request.POST if here.posted else None)
    if form.is_valid():
        record_search(case=here.case, actor=here.actor, ctx=here.ctx, **form.cleaned_data)
        return here.done()
    return here.show("cases/steps/search.html", {"form": form, "made": Search.objects.filter(case=here.case).count()})


@page(
    Step(
        "facts", _("Write down the facts and hand over"), frozenset({State.UNDER_INVESTIGATION}),
        frozenset({CaseRole.INVESTIGATOR}),
    )
)  # fmt: skip
def facts_view(here: Here) -> HttpResponse:
    """Take the facts; somebody from outside is drawn for the next decision."""
    form = FactsForm(here.request.POST if here.posted else None)
    if form.is_valid():
        hand_over(case=here.case, facts=form.cleaned_data["facts"], actor=here.actor, ctx=here.ctx)
        return here.done()
    return here.show("cases/steps/facts.html", {"form": form, "sent": what_was_sent(here.case, here.actor, here.ctx)})

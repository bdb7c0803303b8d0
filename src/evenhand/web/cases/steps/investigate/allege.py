"""Setting one allegation: what, where, when, under which published rule of that day (INV-23, S2, S6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.codes import ActType
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.fitness import Fitness
from evenhand.evidence.gates import AuthorLink
from evenhand.evidence.support import ItemEvidence, Support, allegation_supported
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.items import items_of
from evenhand.web.cases.models import Allegation, AllegationItem, Case, Item, ItemAssessment
from evenhand.web.cases.periods import moment
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording
from evenhand.web.rules.queries import ClauseText, clause_text, clauses_on
from evenhand.web.ui.choices import offer, one_of

ELEMENT: Final = "conduct"
"""What an item must tend to prove: that the conduct the clause forbids took place."""


@dataclass(frozen=True, slots=True)
class Alleged:
    """One allegation as set by the assessor."""

    clause: str
    act: ActType
    conduct_on: date
    particulars: str
    items: tuple[str, ...]


def allege(*, case: Case, said: Alleged, actor: ActorId, ctx: Context) -> str:
    """Set an allegation and return its id.

    Raises UsageError for a rule that was not in force on that day, or that does not cover this kind of act: liking
    is conduct only where the published rule says so.
    """
    clause = covering(said.clause, said.act, said.conduct_on)
    number = Allegation.objects.filter(case=case).count() + 1
    with recording(actor=actor, ctx=ctx, purpose="set an allegation") as r:
        pub = {"code": bytes.fromhex(clause.code)}
        with acting(r, "case.allegations_set", case=case, obj=(new := ctx.new_id()), pub=pub) as act:
            row = act.insert(
                Allegation(
                    id=new, case=case, number=number, clause_id=clause.id, act_type=said.act.value,
                    conduct_on=said.conduct_on, particulars=act.seal("allegation.particulars", said.particulars),
                    most_that_can_follow=clause.most[said.act].value, set_by=actor, set_at=moment(ctx),
                )
            )  # fmt: skip
            for item in items_of(case).filter(pk__in=said.items):
                act.insert(AllegationItem(allegation=row, item=item, elements=ELEMENT))
    return new


def covering(clause: str, act: ActType, day: date) -> ClauseText:
    """Return the clause if it was in force on that day and covers that act; UsageError in words otherwise."""
    found = clause_text(clause)
    if found.id not in {each.id for each in clauses_on(day)}:
        raise UsageError(
            _("This rule was not in force on that day."),
            mend=_("Choose the version of that day; a later rule judges nothing."),
        )
    if act not in found.most:
        raise UsageError(
            _("This rule does not cover this kind of act."), mend=_("Choose another rule, or drop the allegation.")
        )
    return found


def support_of(allegation: Allegation) -> Support:
    """Return whether the items support an allegation, and why (PROCEDURE §9.3). Two queries."""
    links = AllegationItem.objects.filter(allegation=allegation).values_list("item_id", "elements")
    elements = {item: frozenset(words.split(",")) for item, words in links}
    rows = ItemAssessment.objects.filter(item__in=elements)
    return allegation_supported([ELEMENT], [_evidence(row, elements[row.item_id]) for row in rows])


def _evidence(row: ItemAssessment, elements: frozenset[str]) -> ItemEvidence:
    link = AuthorLink(row.author_link) if row.author_link in set(AuthorLink) else None
    # Independence is shown by the grade: two independent captures make C3; a lone capture shows none.
    group = row.item_id if row.grade in {"C3", "C4"} else None
    return ItemEvidence(row.item_id, Fitness(row.fitness), link, elements, group)


class AllegeForm(forms.Form):
    """One allegation."""

    conduct_on = forms.DateField(
        label=gettext_lazy("Day of the conduct"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Give the day: the rule of that day is the one that counts."),
            "invalid": gettext_lazy("Write the day as in 2026-03-09."),
        },
    )  # fmt: skip
    clause = forms.ChoiceField(
        label=gettext_lazy("Which rule?"), widget=forms.Select,
        error_messages={
            "required": gettext_lazy("Choose the rule."),
            "invalid_choice": gettext_lazy("Choose the rule."),
        },
    )  # fmt: skip
    act = one_of(gettext_lazy("What is the person said to have done?"), [(act.value, act.words) for act in ActType])
    particulars = forms.CharField(
        label=gettext_lazy("What exactly, where and when"), widget=forms.Textarea, max_length=10_000,
        help_text=gettext_lazy("What the person complained about reads. Plain, and nothing that names the sender."),
        error_messages={"required": gettext_lazy("Write out what is alleged.")},
    )  # fmt: skip
    items = forms.MultipleChoiceField(
        label=gettext_lazy("Which items show it?"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one item.")},
    )  # fmt: skip

    def __init__(self, *args: Any, clauses: list[tuple[str, str]], items: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "clause", clauses)
        offer(self, "items", items)

    def said(self) -> Alleged:
        """Return the allegation, once valid."""
        given = self.cleaned_data
        return Alleged(
            given["clause"], ActType(given["act"]), given["conduct_on"], given["particulars"], tuple(given["items"])
        )


@page(
    Step(
        "allege", gettext_lazy("Set an allegation"), frozenset({State.EVIDENCE_ASSESSMENT}),
        frozenset({CaseRole.ASSESSOR}),
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """Ask for one allegation under a rule of that day."""
    items = list(items_of(here.case))
    days = sorted({item.happened_on for item in items if item.happened_on} | {here.case.received_at.date()})
    form = AllegeForm(
        here.request.POST if here.posted else None, clauses=_clauses(days), items=_items(here, items),
        initial={"conduct_on": days[0].isoformat()},
    )  # fmt: skip
    if form.is_valid():
        allege(case=here.case, said=form.said(), actor=here.actor, ctx=here.ctx)
        return here.done()
    return here.show("cases/steps/allege.html", {"form": form})


def _clauses(days: list[date]) -> list[tuple[str, str]]:
    found = {each.id: f"{each.number} {each.title} ({each.version})" for day in days for each in clauses_on(day)}
    return list(found.items())


def _items(here: Here, items: list[Item]) -> list[tuple[str, str]]:
    texts = open_texts([item.locator for item in items], actor=here.actor, purpose="set an allegation", ctx=here.ctx)
    return [(item.id, texts.get(item.locator, item.id)[:120]) for item in items]

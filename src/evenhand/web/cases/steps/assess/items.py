"""Items, each assessed once for every report that names it: fourteen questions, author link, act, capture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.codes import ActType
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.fitness import Fitness, assess_item, to_ask
from evenhand.evidence.gates import CODES, Answer, AuthorLink, Gate, GateCode, GateResult, gate_question, pass_needs
from evenhand.evidence.grades import Route, grade_of_capture, provenance
from evenhand.evidence.uploads import Kind
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.items import items_of, sits_with
from evenhand.web.cases.models import Case, GateAnswer, Item, ItemAssessment, Upload
from evenhand.web.cases.periods import moment
from evenhand.web.cases.refusals import Refused
from evenhand.web.cases.steps.assess.blind import blind_of
from evenhand.web.cases.steps.assess.proposing import files_that_may_show, proposed
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.worth import found_in, recorded_of, route_of
from evenhand.web.cases.steps.worth_words import KINDS, worth_lines
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording

_PURPOSE: Final = "assess an item"
NO_LINK: Final = "none"


@dataclass(frozen=True, slots=True)
class Assessed:
    """What an assessor answered about one item."""

    results: tuple[GateResult, ...]
    link: str
    act: ActType
    route: Route


def assess(*, case: Case, item: Item, said: Assessed, actor: ActorId, ctx: Context) -> Fitness:
    """Record the assessment of one item and return what the item is good for.

    Raises UsageError where the blind copy was not answered first, or somebody has assessed the item: an item is
    assessed once, whoever names it. The grade is computed from the route, never typed.
    """
    if blind_of(case, actor) is None:
        raise UsageError(_("The blind copy comes first."), mend=_("Read it and answer, then look at the items."))
    if ItemAssessment.objects.filter(item=item).exists():
        raise UsageError(_("This item has been assessed already."), mend=_("Its answers stand on the item's page."))
    if sits_with(item, actor):
        raise Refused(
            _("You have another part in a case that names this item, so you cannot be the first to assess it."),
            mend=_("Step back from this case: somebody else is drawn at once."),
        )
    fitness = assess_item(said.results, frozenset(), somebody_to_ask=True)
    with (
        recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r,
        acting(r, "evidence.assessed", case=case, obj=item.id) as act,
    ):
        row = act.insert(
            ItemAssessment(
                id=ctx.new_id(), item=item, assessor=actor, case=case, fitness=fitness.value, author_link=said.link,
                act_type=said.act.value, provenance=provenance(said.route).value,
                grade=grade_of_capture(said.route).value, assessed_at=moment(ctx),
            )
        )  # fmt: skip
        for result in said.results:
            act.insert(_answer(row, result))
    return fitness


def reassess(
    *, assessment: ItemAssessment, results: Sequence[GateResult], asked: frozenset[Gate], actor: ActorId, ctx: Context
) -> Fitness:
    """Take over what an answer to N12 changed: the gates given, and the fitness that follows. `asked`: asked once."""
    answers = {row.gate: row for row in GateAnswer.objects.filter(assessment=assessment)}
    changed = {result.gate: result for result in results}
    table = [changed.get(Gate(name)) or result_of(row) for name, row in answers.items()]
    fitness = assess_item(table, asked, somebody_to_ask=False)
    with (
        recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r,
        acting(r, "evidence.assessed", case=assessment.case, obj=assessment.item_id) as act,
    ):
        for gate, result in changed.items():
            code = result.code.value if result.code else None
            act.change(answers[gate.value], answer=result.answer.value, code=code, cure=result.cure[:40] or None)
        act.change(assessment, fitness=fitness.value, asked=True)
    return fitness


def _answer(row: ItemAssessment, result: GateResult) -> GateAnswer:
    return GateAnswer(
        assessment=row, gate=result.gate.value, answer=result.answer.value,
        code=result.code.value if result.code else None, cure="curable" if result.curable else None,
    )  # fmt: skip


def result_of(row: GateAnswer) -> GateResult:
    """Return a stored answer as the pure room knows it; a stored link stands on the assessment, not here."""
    code = GateCode(row.code) if row.code else None
    if Gate(row.gate) is Gate.G5 and row.answer == Answer.PASS:
        return GateResult(Gate.G5, Answer.PASS, link=AuthorLink(row.assessment.author_link))
    return GateResult(Gate(row.gate), Answer(row.answer), code)


def gaps_of(case: Case) -> list[tuple[Item, GateResult]]:
    """Return what could be asked once about the items of a case: (item, the gap with its cure)."""
    found = []
    for assessment in ItemAssessment.objects.filter(item__in=items_of(case), asked=False).select_related("item"):
        answers = GateAnswer.objects.filter(assessment=assessment).select_related("assessment")
        found += [(assessment.item, gap) for gap in to_ask([result_of(row) for row in answers], ())]
    return found


def waiting(case: Case) -> list[Item]:
    """Return the items of a case that nobody has assessed, in the order they came."""
    return list(items_of(case).exclude(pk__in=ItemAssessment.objects.values("item")))


class ItemForm(forms.Form):
    """Fourteen questions with three answers each, and the four facts from which the grade follows."""

    link = forms.ChoiceField(
        label=gettext_lazy("What links the account to the person?"), widget=forms.RadioSelect,
        choices=[
            *((link.value, gettext_lazy(link.words)) for link in AuthorLink), (NO_LINK, gettext_lazy("nothing yet"))
        ],
    )  # fmt: skip
    act = forms.ChoiceField(
        label=gettext_lazy("What was done?"),
        widget=forms.RadioSelect,
        choices=[(act.value, gettext_lazy(act.words)) for act in ActType],
    )
    seen = forms.BooleanField(required=False, label=gettext_lazy("I have seen it at its address myself, today"))
    own_export = forms.BooleanField(
        required=False, label=gettext_lazy("It comes from the author's own account export, handed in by its owner")
    )
    second = forms.BooleanField(
        required=False,
        label=gettext_lazy("A second recipient, known to us and without a link to the first, confirms it"),
    )
    altered = forms.BooleanField(required=False, label=gettext_lazy("It was changed since it was captured"))

    def __init__(
        self, *args: Any, proposed: Mapping[Gate, GateResult], file: Upload | None = None,
        found: Mapping[str, Any] | None = None, recorded: Mapping[str, Any] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self._file, self._found, self._recorded = file, found or {}, recorded or {}
        for gate in Gate:
            self.fields[gate.value] = forms.ChoiceField(
                label=_(gate_question(gate)), widget=forms.RadioSelect, choices=_choices(gate),
                initial=_value(proposed[gate]), help_text=_hint(gate, proposed[gate]),
                error_messages={"required": _("Answer each question; “unknown” is an answer.")},
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Turn the answers into results; what cannot be (a resemblance that passes) stands at its question."""
        cleaned = super().clean() or {}
        results = []
        for gate in Gate:
            try:
                results.append(self._result(gate, str(cleaned.get(gate.value, ""))))
            except (UsageError, ValueError) as error:
                self.add_error(gate.value, str(error))
        return cleaned | {"results": tuple(results)}

    def _result(self, gate: Gate, value: str) -> GateResult:
        answer, _dash, code = value.partition("/")
        said = str(self.cleaned_data.get("link", NO_LINK))
        link = AuthorLink(said) if gate is Gate.G5 and said != NO_LINK else None
        return GateResult(gate, Answer(answer), GateCode(code) if code else None, link=link)

    def said(self) -> Assessed:
        """Return the whole assessment, once valid."""
        cleaned, known = self.cleaned_data, self._recorded
        seen = cleaned["seen"] or known.get("link_seen_by_us", False)
        route = route_of(
            self._file, self._found, owners_own=cleaned["own_export"],
            link=known.get("link") or ("given" if seen else ""), link_seen_by_us=seen,
            second_recipient=cleaned["second"], unchanged=known.get("unchanged", True) and not cleaned["altered"],
        )  # fmt: skip
        return Assessed(cleaned["results"], cleaned["link"], ActType(cleaned["act"]), route)


def _choices(gate: Gate) -> list[tuple[str, str]]:
    failures = [
        (f"fail/{code.value}", _("no: %(code)s") % {"code": code.value})
        for code in CODES[gate]
        if _can_fail(gate, code)
    ]
    return [("pass", _("yes")), ("unknown", _("not known")), *failures]


def _value(result: GateResult) -> str:
    """Return an answer as the form takes it."""
    failed = result.answer is Answer.FAIL and result.code is not None
    return f"fail/{result.code}" if failed else result.answer.value


def _hint(gate: Gate, result: GateResult) -> str:
    """Return what a pass takes, and where the record does not show it, what could be asked for."""
    needs = _(pass_needs(gate))
    return needs if result.answer is Answer.PASS or not result.cure else f"{needs} {_(result.cure)}"


def _can_fail(gate: Gate, code: GateCode) -> bool:
    try:
        GateResult(gate, Answer.FAIL, code)
    except UsageError:
        return False
    return True


@page(
    Step(
        "items", gettext_lazy("Assess the items, one by one"), frozenset({State.MEMBERSHIP_CHECK}),
        frozenset({CaseRole.ASSESSOR}),
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """Show the next item that nobody has assessed, with its words; an answer records it and goes on to the next."""
    if blind_of(here.case, here.actor) is None:
        return here.show("cases/steps/assess_first.html", {})
    left = waiting(here.case)
    if not left:
        return here.show("cases/steps/assess_done.html", {"facts": _facts(here.case)})
    item = _wanted(here, left)
    files = files_that_may_show(here.case)
    file = _file(here, files)
    found = found_in(file, actor=here.actor, ctx=here.ctx) if file else {}
    recorded = recorded_of(file, actor=here.actor, ctx=here.ctx) if file else {}
    route = route_of(file, found, **recorded) if file else None
    known = proposed(here.case, item, file, route)
    form = ItemForm(
        here.request.POST if here.posted else None, proposed=known, file=file, found=found, recorded=recorded
    )
    if form.is_valid():
        assess(case=here.case, item=item, said=form.said(), actor=here.actor, ctx=here.ctx)
        return here.again()
    texts = open_texts(
        [text for text in (item.locator, item.text) if text], actor=here.actor, purpose=_PURPOSE, ctx=here.ctx
    )
    context: Mapping[str, Any] = {
        "form": form, "item": item, "place": texts.get(item.locator, ""), "words": texts.get(item.text or "", ""),
        "left": len(left), "file": file.id if file else "",
        "files": [(each.id, str(KINDS[Kind(each.kind)]), each.received_at) for each in files],
        "worth": worth_lines(file, found, route) if file and route else (),
    }  # fmt: skip
    return here.show("cases/steps/assess_item.html", dict(context))


def _file(here: Here, files: Sequence[Upload]) -> Upload | None:
    """Return the file that is said to show the item; 404 for one that is not among the released ones."""
    named = here.request.POST.get("file") if here.posted else here.request.GET.get("file")
    if not named:
        return None
    file = next((file for file in files if file.id == named), None)
    if file is None:
        raise Http404
    return file


def _wanted(here: Here, left: list[Item]) -> Item:
    named = here.request.POST.get("item") or here.request.GET.get("item") or left[0].id
    item = next((item for item in left if item.id == named), None)
    if item is None:
        raise Http404
    return item


def _facts(case: Case) -> list[tuple[str, str]]:
    rows = ItemAssessment.objects.filter(item__in=items_of(case)).order_by("assessed_at")
    return [
        (_("Item %(n)d") % {"n": place}, f"{_(Fitness(row.fitness).words)} ({row.grade})")
        for place, row in enumerate(rows, 1)
    ]

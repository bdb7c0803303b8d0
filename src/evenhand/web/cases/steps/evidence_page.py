"""One piece of evidence on a page of its own: what may be said of it, its custody, the fourteen questions.

A file that nobody has released is not opened here either: of it the page says what the record says, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.evidence.gates import Answer, GateResult, gate_question, pass_needs
from evenhand.evidence.grades import Grade, Route, grade_of_capture, provenance
from evenhand.evidence.uploads import Kind
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.items import items_of
from evenhand.web.cases.models import GateAnswer, Item, ItemAssessment, Upload
from evenhand.web.cases.queries import files_of
from evenhand.web.cases.steps.assess.items import result_of
from evenhand.web.cases.steps.assess.proposing import proposed
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.capturing import ask_for_capture, capture_program, last_capture
from evenhand.web.cases.steps.custody import custody_of, readings_of_file
from evenhand.web.cases.steps.files_page import ROLES, STATES, files_are_open, side_words, upload_named
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.picture_page import added_to, taken_down
from evenhand.web.cases.steps.worth import found_in, recorded_of, route_of
from evenhand.web.cases.steps.worth_words import KINDS, wording_line, worth_lines
from evenhand.web.record.sealed import open_texts
from evenhand.web.vault.queries import erased_among

_PURPOSE: Final = "look at a piece of evidence"
_ANSWERS: Final[Mapping[Answer, str | Promise]] = {
    Answer.PASS: gettext_lazy("yes"),
    Answer.FAIL: gettext_lazy("no"),
    Answer.UNKNOWN: gettext_lazy("not known"),
}
_ASSESSED_FOR: Final = frozenset({CaseRole.ASSESSOR, CaseRole.INVESTIGATOR})
"""Who sees what an assessor answered; whoever takes the report in sees what the record shows, as before."""


@dataclass(frozen=True, slots=True)
class GateLine:
    """One question: what a yes needs, what the record answers with this file, and what would cure a gap."""

    gate: str
    question: str
    needs: str
    answer: str
    cure: str
    gap: bool


@dataclass(frozen=True, slots=True)
class ItemChoice:
    """One item the file may show."""

    id: str
    place: int
    chosen: bool


@page(Step("evidence", gettext_lazy("One piece of evidence"), roles=ROLES, listed=False, anytime=True, weighed=False))
def view(here: Here) -> HttpResponse:
    """Show one file (`?file=`) with everything the record says of it; without one, which there are.

    What somebody reads in it, or was told of it, is taken down here (`do`).
    """
    if not files_are_open(here):
        return here.show("cases/steps/files.html", {"rows": [], "later": True, "asked": []})
    wanted = here.request.GET.get("file")
    if not wanted:
        return here.show("cases/steps/evidence_none.html", {"files": list(enumerate(files_of(here.case), 1))})
    upload = upload_named(here, wanted)
    if here.posted and here.request.POST.get("do") == "capture":
        ask_for_capture(case=here.case, upload=upload, actor=here.actor)
        return redirect(f"{here.request.path}?file={upload.id}#link")
    if here.posted:
        form = taken_down(here, upload)
        return redirect(f"{here.request.path}?file={upload.id}") if form is None else _page(here, upload, form)
    return _page(here, upload, None)


def _page(here: Here, upload: Upload, faulty: forms.Form | None) -> HttpResponse:
    erased = upload.id in erased_among([upload.id])
    released = upload.state == "cleared" and not erased
    context: dict[str, Any] = {
        "file": upload, "place": _place(here, upload), "name": _name(here, upload), "released": released,
        "kind": str(KINDS[Kind(upload.kind)]), "side": side_words(upload),
        "state": _("erased") if erased else str(STATES[upload.state]), "custody": _custody(here, upload),
        "reads": _reads(here, upload),
    }  # fmt: skip
    if released:
        context |= _judged(here, upload) | added_to(here, upload, faulty)
        context["form"] = faulty
    return here.show("cases/steps/evidence.html", context)


def _judged(here: Here, upload: Upload) -> dict[str, Any]:
    """Return what may be said of a released file, and what it answers of the questions about an item."""
    found = found_in(upload, actor=here.actor, ctx=here.ctx)
    route = route_of(upload, found, **recorded_of(upload, actor=here.actor, ctx=here.ctx))
    items = list(items_of(here.case))
    item = _item(here, items)
    return {
        "wording": wording_line(route, upload.received_at), "grade": grade_of_capture(route).value,
        "origin": provenance(route).value, "worth": worth_lines(upload, found, route)[:-1],
        "ladder": [(grade.value, _(grade.words), grade is grade_of_capture(route)) for grade in Grade],
        "items": [ItemChoice(each.id, place, each == item) for place, each in enumerate(items, 1)],
        "link": route.link if Kind(upload.kind) is Kind.LINK else "", "captures": bool(capture_program()),
        "capture": last_capture(upload), **(_gates(here, item, upload, route) if item is not None else {}),
    }  # fmt: skip


def _item(here: Here, items: Sequence[Item]) -> Item | None:
    named = here.request.GET.get("item")
    if not named:
        return items[0] if items else None
    item = next((item for item in items if item.id == named), None)
    if item is None:
        raise Http404
    return item


def _gates(here: Here, item: Item, upload: Upload, route: Route) -> dict[str, Any]:
    """Return the fourteen questions: as somebody answered them, where the reader may see it; else what is on record."""
    assessment = ItemAssessment.objects.filter(item=item).first() if here.found.roles & _ASSESSED_FOR else None
    if assessment is None:
        results: Sequence[GateResult] = list(proposed(here.case, item, upload, route).values())
    else:
        rows = GateAnswer.objects.filter(assessment=assessment).select_related("assessment")
        results = sorted((result_of(row) for row in rows), key=lambda each: int(each.gate[1:]))
    return {"gates": [_gate(each) for each in results], "assessed": assessment is not None}


def _gate(result: GateResult) -> GateLine:
    code = f" ({result.code})" if result.code else ""
    return GateLine(
        result.gate.value, _(gate_question(result.gate)), _(pass_needs(result.gate)),
        f"{_ANSWERS[result.answer]}{code}", _(result.cure) if result.is_gap and result.cure else "", result.is_gap,
    )  # fmt: skip


def _place(here: Here, upload: Upload) -> int:
    return list(files_of(here.case).values_list("id", flat=True)).index(upload.id) + 1


def _name(here: Here, upload: Upload) -> str:
    texts = [upload.name] if upload.name else []
    return open_texts(texts, actor=here.actor, purpose=_PURPOSE, ctx=here.ctx).get(upload.name or "", "")


def _custody(here: Here, upload: Upload) -> list[Any]:
    return list(custody_of(here.case, upload, actor=here.actor, ctx=here.ctx))


def _reads(here: Here, upload: Upload) -> list[Any]:
    return list(readings_of_file(here.case, upload, reader=here.actor))

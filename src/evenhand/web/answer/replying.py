"""The reply, one point to a page: saved as it is given, complete when its writer says so on the last page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.procedure.states import State
from evenhand.web.answer.door import for_party
from evenhand.web.answer.forms import ALLEGATION_WORDS, ITEM_WORDS, PointForm
from evenhand.web.answer.presenters import shown_items
from evenhand.web.cases.models import Allegation, AllegationItem, Party, Reply
from evenhand.web.cases.steps.reply import (
    Answer,
    Channel,
    Point,
    Said,
    answer,
    answers_of,
    can_answer,
    finish,
    points_of,
)
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.ui.fields import status_of

PURPOSE = "answer"


@dataclass(frozen=True, slots=True)
class Shown:
    """One point as its page shows it: its title, the words it is about, what was answered so far."""

    place: int
    point: Point
    title: str
    about: str
    said: Said | None
    text: str

    @property
    def words(self) -> str:
        """The answer so far, in words; empty where the point is open."""
        if self.said is None:
            return ""
        return str((ITEM_WORDS if self.point.item else ALLEGATION_WORDS)[self.said]) if self.point.choices else ""


@for_party("GET", respondent=True)
def begin(_request: HttpRequest, party: Party, _ctx: Context) -> HttpResponse:
    """Go to the first point without an answer, or to the last page."""
    if not can_answer(party.case, party.id):
        return redirect("answer")
    answered = answers_of(party.case, party.id)
    points = points_of(party.case)
    place = next((place for place, each in enumerate(points, 1) if each.name not in answered), None)
    return redirect("answer_point", place=place) if place else redirect("answer_check")


@for_party("GET", "POST", respondent=True)
def point(request: HttpRequest, party: Party, ctx: Context, place: int) -> HttpResponse:
    """Show one point and take what is said about it; nothing said leaves it open."""
    if not can_answer(party.case, party.id):
        return redirect("answer")
    shown = shown_points(party, ctx)
    if not 1 <= place <= len(shown):
        raise Http404
    here = shown[place - 1]
    given = {"said": here.said, "text": here.text}
    form = PointForm(request.POST if request.method == "POST" else None, point=here.point, initial=given)
    if form.is_valid():
        _save(party, here, form.answer(), ctx)
        return redirect("answer_point", place=place + 1) if place < len(shown) else redirect("answer_check")
    context = {"form": form, "here": here, "count": len(shown), "before": place - 1}
    return render(request, "answer/point.html", context, status=status_of(form))


def _save(party: Party, shown: Shown, said: Answer | None, ctx: Context) -> None:
    """Record an answer, unless it says what the last one says."""
    if said is None or (said.said, said.text) == (shown.said, shown.text):
        return
    answer(party=party, answers=[said], channel=Channel.PAGE, actor=ActorId(party.id), ctx=ctx)


@for_party("GET", "POST", respondent=True)
def check(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Show all answers; a press says that the reply is complete."""
    if not can_answer(party.case, party.id):
        return redirect("answer")
    formal = State(party.case.state) is State.REPLY_WINDOW
    if request.method == "POST" and formal:
        finish(party=party, channel=Channel.PAGE, actor=ActorId(party.id), ctx=ctx)
        messages.success(request, _("Your answer is complete. Three independent people will read it."))
        return redirect("answer")
    return render(request, "answer/check.html", {"rows": shown_points(party, ctx), "formal": formal})


def shown_points(party: Party, ctx: Context) -> list[Shown]:
    """Return every point with its words and the last answer, opened as the party's own reading."""
    points, last = points_of(party.case), answers_of(party.case, party.id)
    about, texts = _texts(party, points, last, ctx)
    return [
        Shown(
            place, each, _title(each, place), texts.get(about.get(each.name, ""), ""), _said(last.get(each.name)),
            texts.get(_text(last.get(each.name)), ""),
        )
        for place, each in enumerate(points, 1)
    ]  # fmt: skip


def _texts(
    party: Party, points: Sequence[Point], last: Mapping[str, Reply], ctx: Context
) -> tuple[dict[str, str], dict[str, str]]:  # fmt: skip
    """Return point -> the sealed text it is about, and the texts opened."""
    links = list(AllegationItem.objects.filter(allegation__case=party.case).select_related("item"))
    about = {Point(item=item.id).name: item.locator for item in shown_items(party, links, ctx)}
    rows = Allegation.objects.filter(pk__in=[each.allegation for each in points if each.allegation])
    about |= {Point(allegation=row.id).name: row.particulars for row in rows}
    wanted = [*about.values(), *(row.text for row in last.values() if row.text)]
    return about, open_texts(wanted, actor=ActorId(party.id), purpose=PURPOSE, ctx=ctx) if wanted else {}


def _title(point: Point, place: int) -> str:
    if point.item:
        return _("Item %(number)d") % {"number": place}
    return _("What is alleged") if point.allegation else _("Is there anything else?")


def _said(row: Reply | None) -> Said | None:
    return Said(row.answer) if row else None


def _text(row: Reply | None) -> str:
    return (row.text or "") if row else ""

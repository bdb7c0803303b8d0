"""The reply (T08): point by point, saved as it is given; complete when the person says so. Silence counts for nothing.

What somebody says about an item is "I posted this", "I did not", or something in words; about an allegation, that they
accept or dispute it. Rows are only ever added: the last answer to a point counts. A reply is complete only to formal
allegations, within the time for it or after it, as long as no panel sits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Allegation, AllegationItem, Case, Party, Reply
from evenhand.web.cases.periods import moment
from evenhand.web.cases.refusals import Refused
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.care import care_for
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.more_time import give_more_time
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording
from evenhand.web.ui.choices import one_of

MOST: Final = 20_000
OPEN: Final = frozenset({State.UNDER_INVESTIGATION, State.CASE_TO_ANSWER, State.CHARGED, State.REPLY_WINDOW})
"""States in which the person complained about can answer."""


class Said(StrEnum):
    """What can be said: of an item mine, not me; of an allegation accept, dispute; of anything other, in words."""

    MINE = "mine"
    NOT_ME = "not_me"
    OTHER = "other"
    ACCEPT = "accept"
    DISPUTE = "dispute"


class Channel(StrEnum):
    """How the answer reached us."""

    PAGE = "page"
    LETTER = "letter"
    TELEPHONE = "telephone"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to answer: an item, an allegation, or (neither) everything else."""

    allegation: str | None = None
    item: str | None = None

    @property
    def name(self) -> str:
        """Its name in a form."""
        return f"i{self.item}" if self.item else f"a{self.allegation}" if self.allegation else "rest"

    @property
    def choices(self) -> tuple[Said, ...]:
        """What can be said about it, beside words."""
        if self.item:
            return (Said.MINE, Said.NOT_ME, Said.OTHER)
        return (Said.ACCEPT, Said.DISPUTE, Said.OTHER) if self.allegation else ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says about one point."""

    point: Point
    said: Said
    text: str = ""


def points_of(case: Case) -> list[Point]:
    """Return what can be answered: each item that was shown, each allegation, then everything else. Two queries."""
    rows = Allegation.objects.filter(case=case, drop_reason=None).order_by("number")
    links = AllegationItem.objects.filter(allegation__in=rows).exclude(disclosed_at=None)
    items = dict.fromkeys(links.order_by("item__first_seen_at", "item_id").values_list("item_id", flat=True))
    return [*(Point(item=item) for item in items), *(Point(allegation=row.id) for row in rows), Point()]


def answers_of(case: Case, party: str) -> dict[str, Reply]:
    """Return the last answer to each point, by the point's name. One query."""
    rows = Reply.objects.filter(case=case, party=party, final=False).order_by("at", "id")
    return {Point(row.allegation_id, row.item_id).name: row for row in rows}


def complete(case: Case, party: str) -> bool:
    """Return whether the party said that its reply is complete. One query."""
    return Reply.objects.filter(case=case, party=party, final=True).exists()


def answer(*, party: Party, answers: Sequence[Answer], channel: Channel, actor: ActorId, ctx: Context) -> None:
    """Record answers to points. `actor`: the party itself, or who wrote down what came by letter or telephone.

    Raises Refused where nothing can be answered any more, UsageError for a point that is not part of the case.
    """
    case = party.case
    _check_open(case, party)
    known = set(points_of(case))
    for each in answers:
        _check(each, known)
    if not answers:
        return
    care = care_for(party, [each.text for each in answers], ctx)
    with (
        recording(actor=actor, ctx=ctx, purpose="reply") as r,
        acting(r, "case.reply_received", case=case, obj=party.id, commitments={"reply": _said(answers)}) as act,
    ):
        if care is not None:
            care.ask()
        for each in answers:
            text = act.seal("reply.text", each.text.strip()) if each.text.strip() else None
            act.insert(
                Reply(
                    id=ctx.new_id(), case=case, party=party, allegation_id=each.point.allegation,
                    item_id=each.point.item, answer=each.said.value, text=text, final=False, channel=channel.value,
                    at=moment(ctx),
                )
            )  # fmt: skip


def finish(*, party: Party, channel: Channel, actor: ActorId, ctx: Context) -> None:
    """Record that the reply is complete; the panel is drawn next, by the minute's due work.

    Raises Refused before there are formal allegations, or a second time.
    """
    case = party.case
    if State(case.state) is not State.REPLY_WINDOW:
        raise Refused(_("There are no formal allegations to which an answer could be complete."))
    if complete(case, party.id):
        raise Refused(_("Your answer is complete already."), mend=_("Write a message if there is more to say."))
    with (
        recording(actor=actor, ctx=ctx, purpose="reply") as r,
        acting(r, "case.reply_received", case=case, obj=party.id, commitments={"reply": b"complete"}) as act,
    ):
        act.insert(
            Reply(
                id=ctx.new_id(), case=case, party=party, answer=Said.OTHER.value, final=True, channel=channel.value,
                at=moment(ctx),
            )
        )  # fmt: skip


def can_answer(case: Case, party: str) -> bool:
    """Return whether the party can still add to its reply."""
    return State(case.state) in OPEN and not complete(case, party)


def _check_open(case: Case, party: Party) -> None:
    if party.side != CaseRole.RESPONDENT.value or not can_answer(case, party.id):
        raise Refused(_("An answer cannot be added here now."), mend=_("Write a message: a person reads it."))


def _check(each: Answer, known: set[Point]) -> None:
    if each.point not in known or (each.said not in each.point.choices and each.point.choices):
        raise UsageError(_("This is no answer to a point of this case."), mend=_("Open the page again."))
    if len(each.text) > MOST:
        raise UsageError(_("This is longer than 20,000 characters."), mend=_("Send the rest as a message."))


def _said(answers: Sequence[Answer]) -> bytes:
    """Return the bytes the leaf commits to: points, words and all, in one canonical form."""
    plain = [[each.point.allegation, each.point.item, each.said.value, each.text.strip()] for each in answers]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


class ByLetterForm(forms.Form):
    """What came by letter or telephone, point by point; a point about which they said nothing stays empty."""

    channel = one_of(
        gettext_lazy("How did the answer come?"),
        [
            (Channel.LETTER.value, gettext_lazy("By letter")),
            (Channel.TELEPHONE.value, gettext_lazy("By telephone; I read back what I wrote")),
        ],
    )
    more_time = forms.BooleanField(required=False, label=gettext_lazy("They ask for more time"))
    final = forms.BooleanField(required=False, label=gettext_lazy("They say that this is their whole answer"))

    def __init__(self, *args: Any, points: Sequence[tuple[Point, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = [point for point, _words in points]
        for point, words in points:
            if point.choices:
                self.fields[point.name] = _choice(words, point)
            label = _("Their words about it") if point.choices else words
            self.fields[f"{point.name}-words"] = forms.CharField(
                label=label, required=False, max_length=MOST, widget=forms.Textarea
            )

    def clean(self) -> dict[str, Any]:
        """Ask what they said where there are only words, so that nothing is put into their mouth."""
        cleaned = super().clean() or {}
        for point in self.points:
            if point.choices and cleaned.get(f"{point.name}-words") and not cleaned.get(point.name):
                cleaned[point.name] = Said.OTHER.value
        return cleaned

    def answers(self) -> list[Answer]:
        """Return what was said, leaving out points about which nothing was said."""
        given = self.cleaned_data
        found = []
        for point in self.points:
            text = str(given.get(f"{point.name}-words") or "")
            said = given.get(point.name) or (Said.OTHER.value if text else "")
            if said:
                found.append(Answer(point, Said(said), text))
        return found


def _choice(label: str, point: Point) -> forms.ChoiceField:
    choices = [("", _("nothing")), *((said.value, OFFICER_WORDS[said]) for said in point.choices)]
    return forms.ChoiceField(
        label=label, required=False, choices=choices, widget=forms.RadioSelect, initial="",
        error_messages={"invalid_choice": _("Choose one.")},
    )  # fmt: skip


OFFICER_WORDS: Final[dict[Said, Any]] = {
    Said.MINE: gettext_lazy("They say they posted it"),
    Said.NOT_ME: gettext_lazy("They say it was not them"),
    Said.OTHER: gettext_lazy("Something else, in their words"),
    Said.ACCEPT: gettext_lazy("They accept it"),
    Said.DISPUTE: gettext_lazy("They dispute it"),
}


@page(
    Step(
        "reply-by-letter", gettext_lazy("Write down an answer that came by letter or telephone"), OPEN,
        frozenset({CaseRole.INTAKE, CaseRole.CHARGE_ASSESSOR}), weighed=False,
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """Take down what the person complained about said, in their words, and record who wrote it down."""
    party = Party.objects.select_related("case").get(case=here.case, side=CaseRole.RESPONDENT.value)
    form = ByLetterForm(here.request.POST if here.posted else None, points=_points(here))
    if form.is_valid():
        take_down(party=party, form=form, actor=here.actor, ctx=here.ctx)
        return here.done()
    return here.show("cases/steps/reply_by_letter.html", {"form": form, "complete": complete(here.case, party.id)})


def take_down(*, party: Party, form: ByLetterForm, actor: ActorId, ctx: Context) -> None:
    """Record everything a valid form holds: the answers, the request for more time, that it was the whole answer."""
    channel = Channel(form.cleaned_data["channel"])
    answer(party=party, answers=form.answers(), channel=channel, actor=actor, ctx=ctx)
    if form.cleaned_data["more_time"]:
        give_more_time(party=party, channel=channel.value, actor=actor, ctx=ctx)
    if form.cleaned_data["final"]:
        finish(party=party, channel=channel, actor=actor, ctx=ctx)


def _points(here: Here) -> list[tuple[Point, str]]:
    """Return the points with words an officer knows them by."""
    points = points_of(here.case)
    rows = {row.id: row for row in Allegation.objects.filter(case=here.case)}
    places = dict(AllegationItem.objects.filter(allegation__case=here.case).values_list("item_id", "item__locator"))
    texts = open_texts(list(places.values()), actor=here.actor, purpose="reply", ctx=here.ctx) if places else {}
    words = []
    for point in points:
        if point.item:
            words.append(_("Did they post this? %(place)s") % {"place": texts.get(places[point.item], "")})
        elif point.allegation:
            words.append(_("Allegation %(number)d") % {"number": rows[point.allegation].number})
        else:
            words.append(_("What else they said"))
    return list(zip(points, words, strict=True))

"""Reading what the parties of a case wrote, and answering them. Opening the page opens their words and is logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Message, Party
from evenhand.web.cases.presenters.words import role_words
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.dialogue import MOST, Kind, reply
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.record.sealed import open_texts
from evenhand.web.ui.choices import offer, one_of

ROLES: Final = frozenset({CaseRole.INTAKE, CaseRole.ASSESSOR, CaseRole.INVESTIGATOR, CaseRole.CHARGE_ASSESSOR})
_PURPOSE: Final = "read and answer a party"
_SHOWN: Final = 200  # the latest; a longer exchange is read in the case's export
KINDS: Final[dict[Kind, str | Promise]] = {
    Kind.MESSAGE: gettext_lazy("a message"),
    Kind.ANSWER: gettext_lazy("an answer"),
    Kind.MORE_TIME: gettext_lazy("asks for more time"),
    Kind.COMPANION: gettext_lazy("about a companion"),
    Kind.CHALLENGE: gettext_lazy("challenges a member of the panel"),
    Kind.WITHDRAW: gettext_lazy("wants to take the report back"),
    Kind.PRESSED: gettext_lazy("wants to take the report back, and says that somebody pressed for it"),
    Kind.KEEP: gettext_lazy("keeps the report after all"),
    Kind.PROTECTION: gettext_lazy("asks for protection"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One message as the page shows it; `text` is None where it was erased."""

    side: str
    ours: bool
    kind: str
    at: datetime
    text: str | None


class ReplyForm(forms.Form):
    """To which side, and what. The words are sealed and are there for that side alone."""

    party = one_of(gettext_lazy("To whom?"), missing=gettext_lazy("Choose one side."))
    text = forms.CharField(
        label=gettext_lazy("Your answer"), max_length=MOST, widget=forms.Textarea,
        help_text=gettext_lazy("They read it with their code. Plain words, and nothing about the other side."),
        error_messages={"required": gettext_lazy("Write a line.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, sides: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(data, **options)
        offer(self, "party", sides)
        if len(sides) == 1:
            self.initial["party"] = sides[0][0]


@page(Step("dialogue", gettext_lazy("Messages with the parties"), roles=ROLES, anytime=True))
def view(here: Here) -> HttpResponse:
    """Show the exchange with each side and take an answer to one of them."""
    parties = {party.id: party for party in Party.objects.filter(case=here.case).order_by("joined_at", "id")}
    sides = [(party.id, role_words(party.side)) for party in parties.values()]
    form = ReplyForm(here.request.POST if here.posted else None, sides=sides)
    if form.is_valid():
        said = form.cleaned_data
        reply(case=here.case, party=parties[said["party"]], text=said["text"], actor=here.actor, ctx=here.ctx)
        messages.success(here.request, _("Your answer was sent. It stands below."))
        return here.again()
    return here.show("cases/steps/dialogue.html", {"form": form, "lines": lines_of(here), "sides": sides})


def lines_of(here: Here) -> list[Line]:
    """Return the latest messages, oldest first, opened for the reader in one logged reading."""
    rows = list(_messages(here.case)[:_SHOWN])[::-1]
    wanted = [row.text for row in rows]
    texts = open_texts(wanted, actor=here.actor, purpose=_PURPOSE, ctx=here.ctx) if wanted else {}
    return [
        Line(
            role_words(row.party.side), not row.from_party, str(KINDS.get(Kind(row.kind), "")), row.at,
            texts.get(row.text),
        )
        for row in rows
    ]  # fmt: skip


def _messages(case: Case) -> Any:
    return Message.objects.filter(case=case).select_related("party").order_by("-at", "-id")

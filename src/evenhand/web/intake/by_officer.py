"""What reached the unit otherwise: a letter, a call, a mail, or an own motion, taken down by an officer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.web.cases.access import code_digest, new_code
from evenhand.web.cases.receipt import Opened, Report, open_case
from evenhand.web.intake.forms import MOST_WORDS, WhereIsIt, WhoAreYou, choice, long_text
from evenhand.web.intake.presenters import said_items
from evenhand.web.notices.wording import first_locale
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of
from evenhand.web.people.permissions import Permission
from evenhand.web.record.ids import ActorId

OWN_MOTION: Final = "own_motion"
CHANNELS: Final[Mapping[str, str | Promise]] = {
    "letter": gettext_lazy("By letter"),
    "telephone": gettext_lazy("By telephone"),
    "mail": gettext_lazy("By e-mail"),
    "officer": gettext_lazy("Somebody told me in person"),
    OWN_MOTION: gettext_lazy("Nobody reported it: the unit opens it itself"),
}


class TakeDownForm(WhereIsIt):
    """One report as an officer takes it down, in the sender's words."""

    channel = choice(gettext_lazy("How did it reach you?"), CHANNELS)
    explanation = long_text(
        gettext_lazy("What they said, in their words"), required=gettext_lazy("Write down what they said.")
    )
    happened_on = forms.DateField(
        label=gettext_lazy("Day of the conduct"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Write the day as in 2026-03-09, or leave it empty.")},
    )  # fmt: skip
    subject = forms.CharField(label=gettext_lazy("Who did it, as far as known"), required=False, max_length=300)
    unseen = long_text(
        gettext_lazy("Who must not see it? Ask before you write anything down"),
        hint=gettext_lazy("If they name anybody, only people from outside this unit open it."),
    )
    name = forms.CharField(label=gettext_lazy("Sender’s name, if they give it"), required=False, max_length=200)
    contact = forms.CharField(
        label=gettext_lazy("Postal address or e-mail, if they give one"), required=False, max_length=500
    )
    danger = forms.BooleanField(required=False, label=gettext_lazy("Somebody is in danger now"))
    field_order = (
        "channel",
        "unseen",
        "explanation",
        "happened_on",
        "places",
        "subject",
        "sender",
        "name",
        "contact",
        "danger",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sender"] = WhoAreYou.base_fields["sender"]
        self.fields["sender"].label = _("Who was it aimed at, as they tell it?")
        self.order_fields(self.field_order)

    def report(self, code: str) -> Report:
        """Return what was taken down as the verb takes it. `code`: what the sender is told, to follow it."""
        said = self.cleaned_data
        own = said["channel"] == OWN_MOTION
        happened: date | None = said["happened_on"]
        contact = said["contact"] or None
        return Report(
            sender=said["sender"], explanation=said["explanation"][:MOST_WORDS], subjects=(said["subject"],),
            items=said_items(said["places"].splitlines(), happened), locale=first_locale(settings.HOME),
            channel="officer" if own else said["channel"],
            by="mail" if contact and "@" in contact else "post" if contact else "page", name=said["name"] or None,
            contact=contact, anonymous=not (said["name"] or contact), danger_claimed=said["danger"],
            excluded_words=said["unseen"] or None, outside=bool(said["unseen"]) and not own, own_motion=own,
            code_digest=None if own else code_digest(code),
        )  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def _take_down(request: HttpRequest) -> HttpResponse:
    """Ask for one report; on a valid answer receive it and show what to tell the sender."""
    form = TakeDownForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        ctx = Context.system()
        code = new_code(ctx)
        report = form.report(code)
        opened = _receive(report, actor_of(request), ctx)
        told = "" if report.own_motion else code
        return render(request, "intake/taken_down.html", {"number": opened.numbers[0], "code": told})
    return render(request, "intake/take_down.html", {"form": form}, status=422 if form.is_bound else 200)


def _receive(report: Report, officer: ActorId, ctx: Context) -> Opened:
    """Receive it; an own motion is the officer's act, everything else the sender's."""
    return open_case(report=report, ctx=ctx, actor=officer if report.own_motion else None)


take_down = needs(Permission.WORK_CASES)(_take_down)

"""What either side may do, behind both doors: send a file, bring somebody, ask for another panel member or more time.

What one side may do the other may do (INV-28): the same verbs, the same pages, the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.uploads import UploadRefused
from evenhand.web.cases.models import Party
from evenhand.web.cases.periods import day_of
from evenhand.web.cases.senders import by_party
from evenhand.web.cases.steps import challenge as challenging
from evenhand.web.cases.steps import companion
from evenhand.web.cases.steps.challenge import challenge, may_challenge, members_of
from evenhand.web.cases.steps.companion import Helper, bring
from evenhand.web.cases.steps.file_form import FileForm, LinkForm
from evenhand.web.cases.steps.files import add_file, hand_in_link
from evenhand.web.cases.steps.more_time import give_more_time
from evenhand.web.cases.steps.sending import not_taken, received
from evenhand.web.intake.forms import choice
from evenhand.web.record.ids import ActorId
from evenhand.web.ui.choices import offer, one_of
from evenhand.web.ui.fields import status_of


class CompanionForm(forms.Form):
    """Who comes along, or acts for you."""

    helper = choice(
        gettext_lazy("What may they do?"),
        {
            Helper.COMPANION.value: gettext_lazy("Come with me to every meeting"),
            Helper.REPRESENTATIVE.value: gettext_lazy("Act for me: read my letters and answer in my name"),
        },
    )
    words = forms.CharField(
        label=gettext_lazy("Who is it?"), max_length=companion.MOST, widget=forms.Textarea,
        help_text=gettext_lazy("A name, and how we reach them if you would like us to. They need no qualification."),
        error_messages={"required": gettext_lazy("Say in a line who it is.")},
    )  # fmt: skip


class ChallengeForm(forms.Form):
    """Which of the three, and why."""

    seat = one_of(gettext_lazy("Which of the three cannot be fair?"), missing=gettext_lazy("Choose one of the three."))
    reasons = forms.CharField(
        label=gettext_lazy("Why do you think so?"), max_length=challenging.MOST, widget=forms.Textarea,
        help_text=gettext_lazy("What you know of a link, or of something they said. A few lines are enough."),
        error_messages={"required": gettext_lazy("Say in a few lines why.")},
    )  # fmt: skip

    def __init__(self, *args: Any, members: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "seat", members)


def sent_a_file(
    request: HttpRequest, party: Party, ctx: Context, *, back: str, again: Callable[[FileForm], HttpResponse]
) -> HttpResponse:
    """Keep one file and lead back, or show the side's page again with what to mend (`again`).

    It is kept sealed, under the key of the side that sent it, and nobody looks at it before a person has released it.
    """
    form = FileForm(request.POST, request.FILES)
    file = _kept(form, party, ctx) if form.is_valid() else ""
    if not file:
        return again(form)
    messages.success(request, received(file))
    return redirect(back)


def _kept(form: FileForm, party: Party, ctx: Context) -> str:
    """Return the id of the file, or nothing where the form says why it was not taken and what to do instead."""
    sent = form.cleaned_data["file"]
    try:
        return add_file(party=party, name=sent.name, data=sent.read(), ctx=ctx)
    except UploadRefused as refused:
        form.add_error("file", not_taken(refused))
    except UsageError as refused:
        form.add_error("file", str(refused))
    return ""


def gave_a_link(
    request: HttpRequest, party: Party, ctx: Context, *, back: str, again: Callable[[LinkForm], HttpResponse]
) -> HttpResponse:
    """Keep one link and lead back, or show the side's page again with what to mend (`again`). Nothing is fetched."""
    form = LinkForm(request.POST)
    if form.is_valid():
        try:
            hand_in_link(sender=by_party(party), link=form.cleaned_data["link"], ctx=ctx)
        except UsageError as refused:
            form.add_error("link", str(refused))
    if form.errors:
        return again(form)
    messages.success(request, _("The link was received. A person looks at it; nothing was opened or fetched."))
    return redirect(back)


def asked_for_companion(request: HttpRequest, party: Party, ctx: Context, *, back: str) -> HttpResponse:
    """Show the form, or record who comes along or acts for the party, and lead back."""
    form = CompanionForm(request.POST or None)
    if not form.is_valid():
        return _ask(request, "intake/companion.html", form, back)
    said = form.cleaned_data
    bring(party=party, helper=Helper(said["helper"]), words=said["words"], ctx=ctx)
    messages.success(request, _("We have noted who helps you. You can change it with another entry."))
    return redirect(back)


def asked_for_another_member(request: HttpRequest, party: Party, ctx: Context, *, back: str) -> HttpResponse:
    """Show the form, or record the challenge of one of the three, once, with reasons; somebody else decides on it."""
    if not may_challenge(party):
        return redirect(back)
    members = [(member.seat, f"{member.name}, {member.profession}") for member in members_of(party.case)]
    form = ChallengeForm(request.POST or None, members=members)
    if not form.is_valid():
        return _ask(request, "intake/challenge.html", form, back)
    challenge(party=party, seat=form.cleaned_data["seat"], reasons=form.cleaned_data["reasons"], ctx=ctx)
    said = _("Your reasons were recorded. Somebody from outside decides, and you get the answer here.")
    messages.success(request, said)
    return redirect(back)


def asked_for_more_time(request: HttpRequest, party: Party, ctx: Context, *, back: str) -> HttpResponse:
    """Make the party's time to answer longer, once, and lead back. Nobody has to agree."""
    clock = give_more_time(party=party, channel="page", actor=ActorId(party.id), ctx=ctx)
    day = date_format(day_of(party.case, clock.due)) if clock.due else ""
    messages.success(request, _("You have more time: until %(day)s.") % {"day": day})
    return redirect(back)


def _ask(request: HttpRequest, template: str, form: forms.Form, back: str) -> HttpResponse:
    return render(request, template, {"form": form, "back": back}, status=status_of(form))

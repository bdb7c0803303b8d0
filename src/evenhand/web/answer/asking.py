"""What a party can ask for: a message, to be rung, more time, somebody beside them, another panel member."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.web.answer.door import for_party
from evenhand.web.answer.forms import ChallengeForm, CompanionForm, MessageForm
from evenhand.web.answer.views import party_page
from evenhand.web.cases.models import Party
from evenhand.web.cases.steps.care import ask_for_nobody
from evenhand.web.cases.steps.challenge import challenge, may_challenge, members_of
from evenhand.web.cases.steps.companion import Helper, bring
from evenhand.web.cases.steps.dialogue import Kind, say
from evenhand.web.cases.steps.more_time import give_more_time
from evenhand.web.intake.languages import turned
from evenhand.web.intake.ringing import asked_to_ring
from evenhand.web.record.ids import ActorId


@for_party("POST")
def message(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Send a message to the unit."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return party_page(request, party, ctx, message=form)
    say(party=party, text=form.cleaned_data["text"], kind=Kind.MESSAGE, ctx=ctx)
    messages.success(request, _("Your message was sent. A person reads it."))
    return redirect("answer")


@for_party("GET", "POST")
def ring(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Ask to be rung by a welfare person, who has no part in deciding."""
    return asked_to_ring(request, party, ctx, back="answer")


@for_party("POST")
def no_call(_request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Say that one would rather not be rung."""
    ask_for_nobody(party=party, ctx=ctx)
    return redirect("answer")


@for_party("POST", respondent=True)
def more_time(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Make the time to answer longer, once. Nobody has to agree."""
    clock = give_more_time(party=party, channel="page", actor=ActorId(party.id), ctx=ctx)
    day = date_format(clock.due) if clock.due else ""
    messages.success(request, _("You have more time: until %(day)s.") % {"day": day})
    return redirect("answer")


@for_party("POST")
def language(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Turn the page and all later letters into another language."""
    return turned(request, party, ctx, back="answer")


@for_party("GET", "POST")
def companion(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Say who comes along, or acts for the party."""
    form = CompanionForm(request.POST or None)
    if not form.is_valid():
        return _ask(request, "answer/companion.html", form)
    said = form.cleaned_data
    bring(party=party, helper=Helper(said["helper"]), words=said["words"], ctx=ctx)
    messages.success(request, _("We have noted who helps you. You can change it with another entry."))
    return redirect("answer")


@for_party("GET", "POST")
def challenge_member(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Challenge one of the three, once, with reasons; somebody else decides on it."""
    if not may_challenge(party.case, party.id):
        return redirect("answer")
    members = [(member.seat, f"{member.name}, {member.profession}") for member in members_of(party.case)]
    form = ChallengeForm(request.POST or None, members=members)
    if not form.is_valid():
        return _ask(request, "answer/challenge.html", form)
    challenge(party=party, seat=form.cleaned_data["seat"], reasons=form.cleaned_data["reasons"], ctx=ctx)
    said = _("Your reasons were recorded. Somebody from outside decides, and you get the answer here.")
    messages.success(request, said)
    return redirect("answer")


def _ask(request: HttpRequest, template: str, form: forms.Form) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, template, {"form": form}, status=status)

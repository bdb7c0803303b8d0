"""What a sender can ask for besides: another panel member, somebody beside them, more time, who has read the file.

The same verbs as behind the other side's door: what one party may do the other may do (INV-28).
"""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.procedure.states import NOT_LIVE, State
from evenhand.web.answer.forms import ChallengeForm, CompanionForm
from evenhand.web.answer.readers import reading_lines
from evenhand.web.cases.models import Party
from evenhand.web.cases.periods import day_of
from evenhand.web.cases.steps.care import ask_for_nobody
from evenhand.web.cases.steps.challenge import challenge, may_challenge, members_of
from evenhand.web.cases.steps.companion import Helper, bring
from evenhand.web.cases.steps.more_time import give_more_time
from evenhand.web.cases.steps.withdraw import ask_back, asked, keep, told
from evenhand.web.intake.follow import for_side
from evenhand.web.intake.follow_forms import TakeBackForm
from evenhand.web.intake.languages import turned
from evenhand.web.intake.ringing import asked_to_ring
from evenhand.web.record.ids import ActorId


@for_side("GET", "POST")
def companion(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Say who comes along, or acts for the sender."""
    form = CompanionForm(request.POST or None)
    if not form.is_valid():
        return _ask(request, form, _("Somebody who helps you"))
    bring(party=party, helper=Helper(form.cleaned_data["helper"]), words=form.cleaned_data["words"], ctx=ctx)
    messages.success(request, _("We have noted who helps you. You can change it with another entry."))
    return redirect("follow")


@for_side("GET", "POST")
def challenge_member(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Challenge one of the three, once, with reasons; somebody else decides on it."""
    if party.side != "complainant" or not may_challenge(party.case, party.id):
        return redirect("follow")
    members = [(member.seat, f"{member.name}, {member.profession}") for member in members_of(party.case)]
    form = ChallengeForm(request.POST or None, members=members)
    if not form.is_valid():
        return _ask(request, form, _("If you think one of the three cannot be fair"))
    challenge(party=party, seat=form.cleaned_data["seat"], reasons=form.cleaned_data["reasons"], ctx=ctx)
    messages.success(
        request, _("Your reasons were recorded. Somebody from outside decides, and you get the answer here.")
    )
    return redirect("follow")


@for_side("GET", "POST")
def withdraw(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Ask that the report is taken back; the page says what follows and offers a call from welfare."""
    found = asked(party.case)
    if State(party.case.state) in NOT_LIVE or (found is not None and not found.pressed):
        return redirect("follow")
    form = TakeBackForm(request.POST or None)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        context = {"form": form, "told": bool(told(party.case))}
        return render(request, "intake/withdraw.html", context, status=status)
    pressed = form.cleaned_data["pressed"] == "pressed"
    ask_back(party=party, text=form.cleaned_data["text"], pressed=pressed, ctx=ctx)
    if pressed:
        messages.success(request, _("Thank you for telling us. Nothing was taken back. A person reads it and answers."))
    else:
        messages.success(request, _("We have noted that you take your report back. You can still change your mind."))
    return redirect("follow")


@for_side("POST")
def keep_report(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Change one's mind: the report stays."""
    keep(party=party, ctx=ctx)
    messages.success(request, _("Your report stays, and we go on with it."))
    return redirect("follow")


@for_side("GET", "POST")
def ring(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Ask to be rung by a welfare person, who has no part in deciding."""
    return asked_to_ring(request, party, ctx, back="follow")


@for_side("POST")
def no_call(_request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Say that one would rather not be rung."""
    ask_for_nobody(party=party, ctx=ctx)
    return redirect("follow")


@for_side("POST")
def more_time(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Make the time to answer our questions longer, once. Nobody has to agree."""
    clock = give_more_time(party=party, channel="page", actor=ActorId(party.id), ctx=ctx)
    day = date_format(day_of(party.case, clock.due)) if clock.due else ""
    messages.success(request, _("You have more time: until %(day)s.") % {"day": day})
    return redirect("follow")


@for_side("POST")
def language(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Turn the page and all later letters into another language."""
    return turned(request, party, ctx, back="follow")


@for_side("GET")
def readers(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Show which parts in the case have opened something in it, and when; never a name."""
    return render(request, "intake/readers.html", {"rows": reading_lines(party), "number": party.case.number})


def _ask(request: HttpRequest, form: forms.Form, title: str) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "intake/ask.html", {"form": form, "title": title}, status=status)

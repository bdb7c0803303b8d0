"""What a sender can ask for besides: another panel member, somebody beside them, more time, who has read the file.

The same verbs as behind the other side's door: what one party may do the other may do (INV-28).
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.procedure.states import NOT_LIVE, State
from evenhand.web.answer.readers import reading_lines
from evenhand.web.cases.models import Party
from evenhand.web.cases.steps.care import ask_for_nobody
from evenhand.web.cases.steps.withdraw import ask_back, asked, keep, told
from evenhand.web.intake.follow import for_side
from evenhand.web.intake.follow_forms import TakeBackForm
from evenhand.web.intake.languages import turned
from evenhand.web.intake.rights import asked_for_another_member, asked_for_companion, asked_for_more_time
from evenhand.web.intake.ringing import asked_to_ring
from evenhand.web.intake.taking_along import own_bundle_file, own_bundle_page
from evenhand.web.ui.fields import status_of


@for_side("GET", "POST")
def companion(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Say who comes along, or acts for the sender."""
    return asked_for_companion(request, party, ctx, back="follow")


@for_side("GET", "POST")
def challenge_member(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Challenge one of the three, once, with reasons; somebody else decides on it."""
    return asked_for_another_member(request, party, ctx, back="follow")


@for_side("GET", "POST")
def withdraw(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Ask that the report is taken back; the page says what follows and offers a call from welfare."""
    found = asked(party.case)
    if State(party.case.state) in NOT_LIVE or (found is not None and not found.pressed):
        return redirect("follow")
    form = TakeBackForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "told": bool(told(party.case))}
        return render(request, "intake/withdraw.html", context, status=status_of(form))
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
    return asked_for_more_time(request, party, ctx, back="follow")


@for_side("POST")
def language(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Turn the page and all later letters into another language."""
    return turned(request, party, ctx, back="follow")


@for_side("GET")
def readers(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Show which parts in the case have opened something in it, and when; never a name."""
    return render(request, "intake/readers.html", {"rows": reading_lines(party), "number": party.case.number})


@for_side("GET", "POST")
def own_bundle(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Show what can be proved to the sender, as one file to take along, or have it made."""
    return own_bundle_page(request, party, ctx, door="follow")


@for_side("GET")
def own_bundle_save(_request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Give the sender's own file to the browser to save."""
    return own_bundle_file(party, ctx)

"""What a party can do: write, send a file, ask to be rung, for more time, for company, for another panel member."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.web.answer.door import for_party
from evenhand.web.answer.views import party_page
from evenhand.web.cases.models import Party
from evenhand.web.cases.steps.care import ask_for_nobody
from evenhand.web.cases.steps.dialogue import Kind, say
from evenhand.web.intake.follow_forms import MessageForm
from evenhand.web.intake.languages import turned
from evenhand.web.intake.rights import (
    asked_for_another_member,
    asked_for_companion,
    asked_for_more_time,
    gave_a_link,
    sent_a_file,
)
from evenhand.web.intake.ringing import asked_to_ring
from evenhand.web.intake.sending import took_a_part
from evenhand.web.intake.taking_along import own_bundle_file, own_bundle_page


@for_party("POST")
def message(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Send a message to the unit."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return party_page(request, party, ctx, message=form)
    say(party=party, text=form.cleaned_data["text"], kind=Kind.MESSAGE, ctx=ctx)
    messages.success(request, _("Your message was sent. A person reads it."))
    return redirect("answer")


@for_party("POST", respondent=True)
def file(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Take a file; it is kept sealed and nobody looks at it before a person has cleared it."""
    return sent_a_file(
        request, party, ctx, back="answer", again=lambda form: party_page(request, party, ctx, file=form)
    )


@for_party("POST", respondent=True)
def link(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Take a link as evidence; nothing is fetched."""
    return gave_a_link(
        request, party, ctx, back="answer", again=lambda form: party_page(request, party, ctx, link=form)
    )


@for_party("POST")
def file_part(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Take a part of a file from the page's script."""
    return took_a_part(request, party, ctx, back="answer")


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
    return asked_for_more_time(request, party, ctx, back="answer")


@for_party("POST")
def language(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Turn the page and all later letters into another language."""
    return turned(request, party, ctx, back="answer")


@for_party("GET", "POST")
def companion(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Say who comes along, or acts for the party."""
    return asked_for_companion(request, party, ctx, back="answer")


@for_party("GET", "POST")
def challenge_member(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Challenge one of the three, once, with reasons; somebody else decides on it."""
    return asked_for_another_member(request, party, ctx, back="answer")


@for_party("GET", "POST")
def own_bundle(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Show what can be proved to this side, as one file to take along, or have it made."""
    return own_bundle_page(request, party, ctx, door="answer")


@for_party("GET")
def own_bundle_save(_request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Give the side's own file to the browser to save."""
    return own_bundle_file(party, ctx)

"""Following a report by its code: where it stands, dialogue, files, letters, the proof."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from evenhand.context import Context
from evenhand.web.cases.access import Side, enter, leave, party_of, side_open
from evenhand.web.cases.models import Party
from evenhand.web.cases.steps.dialogue import Kind, say
from evenhand.web.cases.steps.file_form import FileForm, LinkForm
from evenhand.web.cases.steps.report import index_of
from evenhand.web.intake.budget import Door, admits
from evenhand.web.intake.follow_forms import CodeForm, IdentityForm, MessageForm
from evenhand.web.intake.follow_presenters import follow_page
from evenhand.web.intake.papers import letter_as_pdf, letter_page, proof_file
from evenhand.web.intake.rights import gave_a_link, sent_a_file
from evenhand.web.intake.sending import took_a_part

SIDES = frozenset({"complainant", "reporter"})
ELSEWHERE: Final = "https://www.wikipedia.org/"
SideView = Callable[..., HttpResponse]  # (request, party, ctx, and what the address names)


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for the code, or show the report whose side is open in this browser."""
    ctx = Context.system()
    if request.method == "POST":
        return _enter(request, ctx)
    party = _open(request, ctx)
    if party is None:
        return render(request, "intake/code.html", {"form": CodeForm()})
    return _page(request, party, ctx)


def _enter(request: HttpRequest, ctx: Context) -> HttpResponse:
    form = CodeForm(request.POST)
    if not admits(Door.CODE, ctx.now()):
        form.add_error(None, _("Very many codes are being tried at this moment. Try again in a minute."))
    if form.is_valid():
        party = party_of(form.cleaned_data["code"])
        if party is not None and party.side in SIDES:
            enter(request.session, party, now=ctx.now())
            return redirect("follow")
        said = _("This code opens nothing here. Please look again at each letter. You may try as often as you like.")
        form.add_error("code", said)
    return render(request, "intake/code.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _open(request: HttpRequest, ctx: Context) -> Party | None:
    side: Side | None = side_open(request.session, now=ctx.now())
    if side is None or side.side not in SIDES:
        return None
    return Party.objects.select_related("case__submission").get(pk=side.party)


def for_side(*methods: str) -> Callable[[SideView], Callable[..., HttpResponse]]:
    """Return a decorator: only with an open side; without one, to the code, whatever the address names."""

    def wrap(view: SideView) -> Callable[..., HttpResponse]:
        @wraps(view)
        def gated(request: HttpRequest, **arguments: str) -> HttpResponse:
            ctx = Context.system()
            party = _open(request, ctx)
            return redirect("follow") if party is None else view(request, party, ctx, **arguments)

        return never_cache(require_http_methods(list(methods))(gated))

    return wrap


def _page(
    request: HttpRequest,
    party: Party,
    ctx: Context,
    *,
    message: MessageForm | None = None,
    file: FileForm | None = None,
    link: LinkForm | None = None,
    identity: IdentityForm | None = None,
) -> HttpResponse:
    faulty = next((form for form in (message, file, link, identity) if form is not None), None)
    context = {
        "page": follow_page(party, ctx),
        "message_form": message or MessageForm(),
        "file_form": file or FileForm(),
        "link_form": link or LinkForm(),
        "identity_form": identity or IdentityForm(),
        "faulty": faulty,
    }
    status = HTTPStatus.OK if faulty is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "intake/follow.html", context, status=status)


@for_side("POST")
def message(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Send a message to the unit."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, party, ctx, message=form)
    say(party=party, text=form.cleaned_data["text"], kind=Kind.MESSAGE, ctx=ctx)
    messages.success(request, _("Your message was sent. It stands below, and a person reads it."))
    return redirect("follow")


@for_side("POST")
def file(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Take a file; it is kept sealed and nobody looks at it before a person has cleared it."""
    return sent_a_file(request, party, ctx, back="follow", again=lambda form: _page(request, party, ctx, file=form))


@for_side("POST")
def link(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Take a link as evidence; nothing is fetched."""
    return gave_a_link(request, party, ctx, back="follow", again=lambda form: _page(request, party, ctx, link=form))


@for_side("POST")
def file_part(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Take a part of a file from the page's script."""
    return took_a_part(request, party, ctx, back="follow")


@for_side("POST")
def identity(request: HttpRequest, party: Party, ctx: Context) -> HttpResponse:
    """Take the answer to "these are the exact words the other side would be shown"."""
    from evenhand.web.cases.steps.identity import answer_identity

    form = IdentityForm(request.POST)
    if not form.is_valid():
        return _page(request, party, ctx, identity=form)
    if form.cleaned_data["answer"] == "withdraw":
        return redirect("follow_withdraw")  # nothing is answered by it: whoever changes their mind can still choose
    answer_identity(party=party, answer=form.cleaned_data["answer"], reason=form.cleaned_data["reason"], ctx=ctx)
    messages.success(request, _("Your answer was recorded. You can write to us about it at any time."))
    return redirect("follow")


@for_side("GET")
def letter(_request: HttpRequest, party: Party, ctx: Context, letter: str) -> HttpResponse:
    """Show one letter as it was sent; reading it is recorded as having arrived, once."""
    return letter_page(party, letter, ctx)


@for_side("GET")
def letter_pdf(_request: HttpRequest, party: Party, ctx: Context, letter: str) -> HttpResponse:
    """Give one letter as PDF, to print or keep."""
    return letter_as_pdf(party, letter, ctx)


@for_side("GET")
def proof(_request: HttpRequest, party: Party, _ctx: Context) -> HttpResponse:
    """Give the inclusion proof of the receipt."""
    return proof_file(index_of(party.case), "receipt")


@never_cache
@require_http_methods(["POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Close the side that is open in this browser."""
    leave(request.session)
    return redirect("follow")


@never_cache
@require_safe
def leave_quickly(request: HttpRequest) -> HttpResponse:
    """Close the side that is open in this browser and go somewhere harmless: "back" leads to a page that asks the code.

    A link and no form: it has to work at once, without a script, whatever else the page holds.
    """
    leave(request.session)
    return HttpResponseRedirect(ELSEWHERE, headers={"Referrer-Policy": "no-referrer"})

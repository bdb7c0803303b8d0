"""What may be proved to a side, as one file to take along: asked for, fetched, explained; alike behind both doors."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.web.cases.models import Party
from evenhand.web.cases.own_bundle import ask_for_own, fetch_own, may_ask, own_of
from evenhand.web.cases.steps.files_page import to_save
from evenhand.web.intake.budget import Door, admits


def own_bundle_page(request: HttpRequest, party: Party, ctx: Context, *, door: str) -> HttpResponse:
    """Show what a side may take along and where its file stands, or have one made. `door`: the side's own page."""
    here = f"{door}_bundle"
    if request.method == "POST":
        _ask(request, party, ctx)
        return redirect(here)
    context = {
        "own": own_of(party), "may_ask": may_ask(party, ctx), "door": door, "here": here, "save": f"{here}_save",
    }  # fmt: skip
    return render(request, "intake/own_bundle.html", context)


def own_bundle_file(party: Party, ctx: Context) -> HttpResponse:
    """Give the side's own file to the browser to save; 404 where none is there. The saving is recorded."""
    own = own_of(party)
    if own is None or not own.there:
        raise Http404
    pieces = StreamingHttpResponse(fetch_own(party, own, ctx))
    response: HttpResponseBase = to_save(pieces, f"bundle-{ctx.now():%Y-%m-%d}.zip")
    return response  # type: ignore[return-value] # the stubs know no common base


def _ask(request: HttpRequest, party: Party, ctx: Context) -> None:
    if not may_ask(party, ctx):
        return  # the page says why
    if not admits(Door.BUNDLE, ctx.now()):
        messages.warning(request, _("Very many files are being made at this moment. Try again in a minute."))
        return
    ask_for_own(party=party, ctx=ctx)

"""The leads page and its two verbs. Each view parses, calls one verb or presenter, and renders."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evenhand.context import Context
from evenhand.web.desk.actions import put_aside, take_back
from evenhand.web.desk.forms import NotAbuseForm
from evenhand.web.desk.presenters.cards import CardWords
from evenhand.web.desk.presenters.page import lead_page, leads_page
from evenhand.web.desk.queries import rows
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of
from evenhand.web.people.permissions import Permission


@require_GET
def _leads(request: HttpRequest) -> HttpResponse:
    """Show the leads this officer can look at today. Opening the page reads their words, and is logged."""
    page = leads_page(actor_of(request), Context.system())
    return render(request, "desk/leads.html", {"page": page, "words": CardWords.now()})


@require_http_methods(["GET", "POST"])
def _not_abuse(request: HttpRequest, lead: str) -> HttpResponse:
    """Ask why one lead is not abuse; on a valid answer put it aside and go back to the list."""
    if lead not in rows([lead]):
        raise Http404
    form = NotAbuseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        put_aside(lead=lead, reason=form.chosen, actor=actor_of(request), ctx=Context.system())
        messages.success(request, _("The lead was put aside. You can undo this for ten minutes, below."))
        return redirect("desk_leads")
    card = lead_page(lead, actor_of(request), Context.system())
    status = 422 if form.is_bound else 200
    context = {"card": card, "words": CardWords.now(), "form": form}
    return render(request, "desk/not_abuse.html", context, status=status)


@require_POST
def _undo(request: HttpRequest, lead: str) -> HttpResponse:
    """Take back what this officer did to a lead a moment ago."""
    if lead not in rows([lead]):
        raise Http404
    take_back(lead=lead, actor=actor_of(request), ctx=Context.system())
    messages.success(request, _("The lead is back among the leads."))
    return redirect("desk_leads")


leads = needs(Permission.SEE_LEADS)(_leads)
not_abuse = needs(Permission.DISPOSE_LEADS)(_not_abuse)
undo = needs(Permission.DISPOSE_LEADS)(_undo)

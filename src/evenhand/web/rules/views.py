"""Signing rules: one person proposes a text, another reads it and signs. Each in their own session."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of
from evenhand.web.people.permissions import Permission
from evenhand.web.rules import actions
from evenhand.web.rules.actions import Kind
from evenhand.web.rules.forms import ProposeForm
from evenhand.web.rules.presenters import card, rules_page
from evenhand.web.rules.queries import proposal_waiting


@require_http_methods(["GET", "POST"])
def _page(request: HttpRequest) -> HttpResponse:
    """Show what waits and what is published; take a text that its bearer signs first."""
    form = ProposeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.propose(kind=Kind(said["kind"]), text=said["text"], actor=actor_of(request), ctx=Context.system())
        except UsageError as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("Signed. A second person in another role has to sign it now."))
            return redirect("rules")
    page = rules_page(actor_of(request))
    return render(request, "rules/page.html", {"page": page, "form": form}, status=422 if form.is_bound else 200)


@require_GET
def _proposal(request: HttpRequest, proposal: str) -> HttpResponse:
    """Show the whole text that waits for a second signature."""
    found = proposal_waiting(proposal)
    if found is None:
        raise Http404
    return render(request, "rules/proposal.html", {"card": card(found, actor_of(request))})


@require_POST
def _sign(request: HttpRequest, proposal: str) -> HttpResponse:
    """Sign second, and so publish."""
    if proposal_waiting(proposal) is None:
        raise Http404
    actions.approve(proposal=proposal, actor=actor_of(request), ctx=Context.system())
    messages.success(request, _("Signed and published. It can be read by everybody now."))
    return redirect("rules")


@require_POST
def _withdraw(request: HttpRequest, proposal: str) -> HttpResponse:
    """Take a proposal back."""
    if proposal_waiting(proposal) is None:
        raise Http404
    actions.withdraw(proposal=proposal, actor=actor_of(request), ctx=Context.system())
    messages.success(request, _("The proposal was taken back. Nothing was published."))
    return redirect("rules")


page = needs(Permission.PUBLISH_RULES)(_page)
proposal = needs(Permission.PUBLISH_RULES)(_proposal)
sign = needs(Permission.PUBLISH_RULES)(_sign)
withdraw = needs(Permission.PUBLISH_RULES)(_withdraw)

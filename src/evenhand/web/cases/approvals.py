"""What waits for a second officer: look-ups that a colleague asked for, each approved singly in one's own session."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.web.cases.steps.scope import approve_lookup, asks_to_approve
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import standing
from evenhand.web.people.permissions import Permission
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts


@never_cache
@require_http_methods(["GET", "POST"])
def _approvals(request: HttpRequest) -> HttpResponse:
    """Show the look-ups this officer can approve; a press approves one of them."""
    ctx, who = Context.system(), standing(request)
    asks = list(asks_to_approve(who))
    if request.method == "POST":
        ask = next((ask for ask in asks if ask.id == request.POST.get("ask")), None)
        if ask is None:
            raise Http404
        approve_lookup(ask=ask, actor=ActorId(who.person), ctx=ctx)
        messages.success(request, _("The look-up is approved. Your colleague can make it now."))
        return redirect("approvals")
    wanted = [text for ask in asks for text in (ask.account, ask.purpose)]
    texts = open_texts(wanted, actor=ActorId(who.person), purpose="approve a look-up", ctx=ctx) if wanted else {}
    rows = [(ask, texts.get(ask.account, ""), texts.get(ask.purpose, "")) for ask in asks]
    return render(request, "cases/approvals.html", {"rows": rows})


approvals = needs(Permission.WORK_CASES)(_approvals)

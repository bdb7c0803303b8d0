"""Welfare's one page: whom to ring today."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of
from evenhand.web.people.permissions import Permission
from evenhand.web.ui.fields import status_of
from evenhand.web.welfare.actions import end
from evenhand.web.welfare.forms import RESULTS, EndForm
from evenhand.web.welfare.presenters import shown
from evenhand.web.welfare.queries import waiting_for
from evenhand.web.welfare.words import Result


@never_cache
@require_http_methods(["GET", "POST"])
def _calls(request: HttpRequest) -> HttpResponse:
    """Show the calls that wait, the most urgent first, and take what came of one."""
    ctx, person = Context.system(), actor_of(request)
    calls = waiting_for(person, ctx)
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.cleaned_data["call"] in {each.id for each in calls}:
        end(call=form.cleaned_data["call"], result=Result(form.cleaned_data["result"]), actor=person, ctx=ctx)
        messages.success(request, _("Noted. Thank you."))
        return redirect("welfare")
    context = {"calls": [shown(each, ctx.now()) for each in calls], "results": RESULTS}
    return render(request, "welfare/calls.html", context, status=status_of(form))


calls = needs(Permission.RING_PEOPLE)(_calls)

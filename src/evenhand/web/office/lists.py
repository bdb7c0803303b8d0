"""The unit, the auditor's one list, the case keeper's list: metadata alone."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from evenhand.context import Context
from evenhand.web.cases.nonces import AT_ONCE, promise
from evenhand.web.cases.seats import check_draw
from evenhand.web.office.keeping import keeping
from evenhand.web.office.presenters.lists import unit_page, watch_page
from evenhand.web.office.unit import unit_of
from evenhand.web.office.watching import draw_named, looked, watch
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of, standing
from evenhand.web.people.permissions import Permission
from evenhand.web.people.policy import may
from evenhand.web.publish.checked import checked_line
from evenhand.web.vault.presenters import due_holds


class PromiseForm(forms.Form):
    """How many secrets to promise."""

    number = forms.IntegerField(
        label=gettext_lazy("How many secrets for draws?"), min_value=1, max_value=AT_ONCE, initial=100,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Write a number."), "invalid": gettext_lazy("Write a number.")},
    )  # fmt: skip


@never_cache
@require_safe
def _unit(request: HttpRequest) -> HttpResponse:
    """Show the unit in figures."""
    now = Context.system().now()
    shown = {"page": unit_page(unit_of(standing(request), now), now), "checked": checked_line(now)}
    return render(request, "office/unit.html", shown)


@never_cache
@require_http_methods(["GET", "POST"])
def _audit(request: HttpRequest) -> HttpResponse:
    """Show the auditor's list; repeat one draw, or tick the list off."""
    now, person = Context.system().now(), standing(request).person
    if "draw" in request.POST:
        draw = draw_named(request.POST["draw"])
        if draw is None:
            raise Http404
        faults = check_draw(draw)
        said = _("The draw was repeated: the same people come out.") if not faults else " ".join(faults)
        (messages.success if not faults else messages.error)(request, said)
        return redirect("audit")
    if request.method == "POST":
        looked(person, now)
        return redirect("audit")
    shown = {"page": watch_page(watch(person, now), now), "checked": checked_line(now)}
    return render(request, "office/audit.html", shown)


@never_cache
@require_http_methods(["GET", "POST"])
def _keeper(request: HttpRequest) -> HttpResponse:
    """Show what waits for a seat, the secrets left, the pool and the rota; promise more secrets."""
    ctx = Context.system()
    form = PromiseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        promise(number=form.cleaned_data["number"], actor=actor_of(request), ctx=ctx)
        messages.success(request, _("The secrets are promised: their hashes stand in the record."))
        return redirect("keeper")
    holds = due_holds(ctx, signs=may(standing(request), Permission.SIGN_HOLDS))
    shown = {"page": keeping(ctx.now()), "form": form, "holds": holds}
    return render(request, "office/keeper.html", shown, status=422 if form.is_bound else 200)


unit = needs(Permission.WORK_CASES)(_unit)
audit = needs(Permission.AUDIT)(_audit)
keeper = needs(Permission.KEEP_CASES)(_keeper)

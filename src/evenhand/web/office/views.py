"""The first screen, the note of a contact from anywhere, and being away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from evenhand.context import Context
from evenhand.web.office import rota
from evenhand.web.office.day import absence_of, asked_of, day_of
from evenhand.web.office.forms import AwayForm, ContactByNumberForm
from evenhand.web.office.notes import file_by_number
from evenhand.web.office.panel import panel_page
from evenhand.web.office.presenters.day import day_page
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of, standing
from evenhand.web.people.models import User
from evenhand.web.people.permissions import Permission
from evenhand.web.people.policy import may
from evenhand.web.people.queries import holders_of
from evenhand.web.people.roles import Role
from evenhand.web.publish.checked import checked_line
from evenhand.web.ui.fields import status_of
from evenhand.web.vault.presenters import due_holds


@never_cache
@require_safe
def _desk(request: HttpRequest) -> HttpResponse:
    """Show what needs this person: an officer's day, or the cases somebody was drawn for."""
    who, now = standing(request), Context.system().now()
    if Role.OFFICER in who.roles:
        holds = due_holds(Context.system(), signs=may(who, Permission.SIGN_HOLDS))
        shown = {"page": day_page(day_of(who, now), now), "checked": checked_line(now), "holds": holds}
        return render(request, "office/desk.html", shown)
    return render(request, "office/drawn.html", {"page": panel_page(who, now)})


@never_cache
@require_http_methods(["GET", "POST"])
def _contact(request: HttpRequest) -> HttpResponse:
    """Take a note of a contact about any case; the answer is the same whether there is such a case or not."""
    ctx, actor = Context.system(), actor_of(request)
    number = request.GET.get("case", "")[:16]
    form = ContactByNumberForm(request.POST if request.method == "POST" else None, now=ctx.now(), number=number)
    if form.is_valid():
        file_by_number(number=form.cleaned_data["number"], note=form.note(actor), actor=actor, ctx=ctx)
        messages.success(request, _("Your note is on record. If there is such a case, it stands in it."))
        return redirect("contact")
    return render(request, "office/contact.html", {"form": form}, status=status_of(form))


@never_cache
@require_http_methods(["GET", "POST"])
def _away(request: HttpRequest) -> HttpResponse:
    """Name a stand-in, be back, or answer a colleague who asks for one."""
    ctx, actor = Context.system(), actor_of(request)
    if "answer" in request.POST:
        agree = request.POST["answer"] == "yes"
        rota.answer(absence=request.POST.get("absence", ""), agree=agree, actor=actor, ctx=ctx)
        messages.success(
            request,
            _("You answer danger reports first now.") if agree else _("You have said no. Your colleague sees it."),
        )
        return redirect("away")
    if "back" in request.POST:
        rota.back(actor=actor, ctx=ctx)
        messages.success(request, _("Welcome back."))
        return redirect("away")
    bound = request.POST if request.method == "POST" else None
    form = AwayForm(bound, colleagues=_colleagues(actor, ctx), today=ctx.now().date())
    if form.is_valid():
        rota.ask(stand_in=form.cleaned_data["stand_in"], until=form.cleaned_data["until"], actor=actor, ctx=ctx)
        messages.success(request, _("Your colleague is asked. It holds as soon as they agree."))
        return redirect("away")
    context = {"form": form, "mine": absence_of(actor), "asked": asked_of(actor), "now": ctx.now()}
    return render(request, "office/away.html", context, status=status_of(form))


def _colleagues(actor: str, ctx: Context) -> list[tuple[str, str]]:
    """Return the other officers by their sign-in names."""
    others = sorted(holders_of(Role.OFFICER, ctx.now()) - {actor})
    return sorted(User.objects.filter(pk__in=others).values_list("pk", "username"), key=lambda each: each[1])


desk = needs(Permission.SEE_CASES)(_desk)
contact = needs(Permission.FILE_CONTACT_NOTE)(_contact)
away = needs(Permission.WORK_CASES)(_away)

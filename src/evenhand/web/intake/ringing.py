"""Asking to be rung, behind both doors: the number goes to welfare and into no case."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.web.cases.models import Party
from evenhand.web.cases.steps.care import ask_to_be_rung
from evenhand.web.intake.care import RingForm, help_here
from evenhand.web.ui.fields import status_of


def asked_to_ring(request: HttpRequest, party: Party, ctx: Context, *, back: str) -> HttpResponse:
    """Show the form, or record where and when to ring and lead back."""
    form = RingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        ask_to_be_rung(party=party, reach=form.reach(), ctx=ctx)
        messages.success(request, _("Somebody will ring you, within a day. They have no part in deciding."))
        return redirect(back)
    return render(
        request, "intake/ring.html", {"form": form, "back": back, "help": help_here()}, status=status_of(form)
    )

"""The pages of wave files: make one, look at one, invite the person concerned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.web.office.models import Wave, WaveSaid
from evenhand.web.office.presenters.waves import labels, wave_list, wave_page
from evenhand.web.office.shield import show_to
from evenhand.web.office.waves import file_wave, invite
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of
from evenhand.web.people.permissions import Permission
from evenhand.web.ui.choices import offer, one_of
from evenhand.web.ui.fields import status_of

_TYPED = "%Y-%m-%d %H:%M"


def _moment(label: Any) -> forms.DateTimeField:
    missing = gettext_lazy("Write a day and an hour, as 2026-03-01 22:00.")
    return forms.DateTimeField(
        label=label, help_text=gettext_lazy("Write it as 2026-03-01 22:00."),
        widget=forms.DateTimeInput(format=_TYPED), input_formats=[_TYPED, "%Y-%m-%dT%H:%M"],
        error_messages={"required": missing, "invalid": missing},
    )  # fmt: skip


class WaveForm(forms.Form):
    """Aimed at whom, from when until when."""

    target = one_of(gettext_lazy("Aimed at"))
    begins = _moment(gettext_lazy("From (UTC)"))
    ends = _moment(gettext_lazy("Until (UTC)"))

    def __init__(self, data: Any = None, *, people: list[tuple[str, str]]) -> None:
        super().__init__(data)
        offer(self, "target", people)

    def clean(self) -> dict[str, Any]:
        """Ask again for a stretch of time that runs backwards."""
        said = super().clean() or {}
        begins, ends = said.get("begins"), said.get("ends")
        if isinstance(begins, datetime) and isinstance(ends, datetime) and begins >= ends:
            self.add_error("ends", _("The end lies before the beginning."))
        return said


class InviteForm(forms.Form):
    """The name by which the person may address whoever invites them."""

    sent_by = forms.CharField(
        label=gettext_lazy("Your name in this letter"), max_length=40,
        help_text=gettext_lazy("What they may call you, such as “Ash”. Not your own name."),
        error_messages={"required": gettext_lazy("Choose a name for this letter.")},
    )  # fmt: skip


class ShowForm(forms.Form):
    """Whose account may look at what was noticed."""

    username = forms.CharField(
        label=gettext_lazy("Sign-in name of the person, or of who reads instead of them"), max_length=64,
        error_messages={"required": gettext_lazy("Write the sign-in name.")},
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def _waves(request: HttpRequest) -> HttpResponse:
    """List the wave files; make one of what was pointed out for one person in a stretch of time."""
    ctx, actor = Context.system(), actor_of(request)
    people = labels(actor, ctx)
    form = WaveForm(
        request.POST if request.method == "POST" else None, people=sorted(people.items(), key=lambda e: e[1])
    )
    if form.is_valid():
        said = form.cleaned_data
        wave = file_wave(target=said["target"], begins=said["begins"], ends=said["ends"], actor=actor, ctx=ctx)
        messages.success(request, _("The wave file is made. It is no case, and nothing follows from it by itself."))
        return redirect("desk_wave", wave=wave)
    context = {"form": form, "rows": wave_list(people), "people": bool(people)}
    return render(request, "office/waves.html", context, status=status_of(form))


@never_cache
@require_http_methods(["GET", "POST"])
def _wave(request: HttpRequest, wave: str) -> HttpResponse:
    """Show one wave file; on a person's word invite the person concerned."""
    ctx, actor = Context.system(), actor_of(request)
    found = Wave.objects.filter(pk=wave).first()
    if found is None:
        raise Http404
    showing = "username" in request.POST
    form = InviteForm(request.POST if request.method == "POST" and not showing else None)
    show_form = ShowForm(request.POST if showing else None)
    if show_form.is_valid():
        show_to(target=found.target, username=show_form.cleaned_data["username"], actor=actor, ctx=ctx)
        messages.success(request, _("They see it on their page now: numbers, and no word of any post."))
        return redirect("desk_wave", wave=found.id)
    if form.is_valid():
        invite(wave=found, sent_by=form.cleaned_data["sent_by"], actor=actor, ctx=ctx)
        messages.success(request, _("The invitation was sent. Whether they complain is theirs to decide."))
        return redirect("desk_wave", wave=found.id)
    said = WaveSaid.objects.filter(wave=found).first()
    context = {"page": wave_page(found, actor, ctx), "form": form, "show_form": show_form, "invited": said}
    return render(request, "office/wave.html", context, status=status_of(show_form if showing else form))


waves = needs(Permission.SEE_LEADS)(_waves)
wave = needs(Permission.SEE_LEADS)(_wave)

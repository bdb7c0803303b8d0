"""The page of legal holds: ask, sign second, look again, ask for an end, sign that second. Two people in two roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of
from evenhand.web.people.permissions import Permission
from evenhand.web.ui.fields import status_of
from evenhand.web.vault.forms import AskForm, ReviewForm
from evenhand.web.vault.holds import ask_hold, ask_release, place_hold, release_hold, review_hold, target_named
from evenhand.web.vault.presenters import hold_cards
from evenhand.web.vault.words import Reason

_SIGNS: Final[dict[str, tuple[Callable[..., None], str | Promise]]] = {
    "place": (place_hold, gettext_lazy("The hold is in force: nothing of it is deleted until two people release it.")),
    "end": (ask_release, gettext_lazy("The hold still stands. A second person in another role has to sign its end.")),
    "release": (release_hold, gettext_lazy("The hold is released.")),
}


@require_http_methods(["GET", "POST"])
def _holds(request: HttpRequest) -> HttpResponse:
    """List the holds, what is due first, and take what somebody signs (`do`)."""
    if request.method != "POST":
        return _page(request, AskForm(), None)
    what, person, ctx = request.POST.get("do", "ask"), actor_of(request), Context.system()
    if what in _SIGNS:
        verb, said = _SIGNS[what]
        verb(hold=request.POST.get("hold", ""), person=person, ctx=ctx)
        messages.success(request, str(said))
        return redirect("holds")
    if what == "review":
        return _review(request, person, ctx)
    if what != "ask":
        raise Http404
    return _ask(request, person, ctx)


def _ask(request: HttpRequest, person: str, ctx: Context) -> HttpResponse:
    form = AskForm(request.POST)
    named = target_named(form.cleaned_data["target"].strip()) if form.is_valid() else None
    if form.is_valid() and named is None:
        form.add_error("target", _("There is no case with this number, and no file with this id."))
    if named is None:
        return _page(request, form, None)
    said = form.cleaned_data
    try:
        ask_hold(
            kind=named[0], target=named[1], reason=Reason(said["reason"]), ground=said["ground"],
            review_on=said["review_on"], person=person, ctx=ctx,
        )  # fmt: skip
    except UsageError as refused:
        form.add_error("review_on", str(refused))
        return _page(request, form, None)
    messages.success(request, _("Asked for. It holds nothing before a second person in another role has signed."))
    return redirect("holds")


def _review(request: HttpRequest, person: str, ctx: Context) -> HttpResponse:
    form = ReviewForm(request.POST, auto_id=f"review-{request.POST.get('hold', '')}-%s")
    if form.is_valid():
        try:
            review_hold(hold=form.cleaned_data["hold"], review_on=form.day(), person=person, ctx=ctx)
        except UsageError as refused:
            form.add_error("review_on", str(refused))
    if not form.is_valid():
        return _page(request, AskForm(), form)
    messages.success(request, _("Recorded: the hold was looked at and goes on."))
    return redirect("holds")


def _page(request: HttpRequest, asked: AskForm, review: ReviewForm | None) -> HttpResponse:
    faulty: forms.Form = review or asked
    cards = hold_cards(actor_of(request), Context.system())
    shown: dict[str, object] = {
        "cards": cards, "form": asked, "review": review, "faulty": faulty,
        "due": sum(card.late for card in cards), "reviewed": review.data.get("hold", "") if review else "",
    }  # fmt: skip
    return render(request, "vault/holds.html", shown, status=status_of(faulty))


holds = needs(Permission.SIGN_HOLDS)(_holds)

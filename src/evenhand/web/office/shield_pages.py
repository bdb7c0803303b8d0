"""The calm page of a protected person, and the letters that wait for them there."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evenhand.context import Context
from evenhand.web.notices.actions import open_letter
from evenhand.web.notices.showing import letter_response
from evenhand.web.office.models import WaveSaid
from evenhand.web.office.presenters.shield import calm_card
from evenhand.web.office.shield import calm_of, helpers, targets_of
from evenhand.web.people.gates import signed_in
from evenhand.web.people.middleware import standing
from evenhand.web.record.ids import ActorId


@never_cache
@require_safe
def _my(request: HttpRequest) -> HttpResponse:
    """Show what was noticed about the person themselves; for everybody else there is no such page."""
    now = Context.system().now()
    targets = targets_of(standing(request).person, now)
    if not targets:
        raise Http404
    cards = [calm_card(calm_of(target, now)) for target in targets]
    return render(request, "office/my.html", {"cards": cards, "unit": helpers(get_language() or "en")})


@never_cache
@require_safe
def _my_letter(request: HttpRequest, letter: str) -> HttpResponse:
    """Show one letter that waits for the person; the reading is logged."""
    ctx, person = Context.system(), standing(request).person
    said = WaveSaid.objects.filter(letter=letter, wave__target__in=targets_of(person, ctx.now())).first()
    if said is None:
        raise Http404
    html = open_letter(letter, actor=ActorId(person), purpose="read my letter", ctx=ctx)
    return letter_response(html, said.invited_at)


my = signed_in(_my)
my_letter = signed_in(_my_letter)

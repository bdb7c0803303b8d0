"""Parts of a file at the doors: as many a minute as the machine can take; the rest is told to wait, in words."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.web.cases.models import Party
from evenhand.web.cases.senders import by_party
from evenhand.web.cases.steps import sending
from evenhand.web.intake.budget import Door, admits


def took_a_part(request: HttpRequest, party: Party, ctx: Context, *, back: str) -> JsonResponse:
    """Answer one request of the script on a side's page, or put it off."""
    if not admits(Door.PART, ctx.now()):
        said = _("Many files are coming in just now. It goes on in a moment.")
        return sending.no(said, HTTPStatus.SERVICE_UNAVAILABLE)
    return sending.took_a_part(request, by_party(party), ctx, go=reverse(back))

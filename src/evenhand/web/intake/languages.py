"""The button behind both doors that turns the page and all later letters into another language."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from evenhand.context import Context
from evenhand.web.cases.models import Party
from evenhand.web.cases.steps.language import choose_language
from evenhand.web.record.ids import ActorId


def turned(request: HttpRequest, party: Party, ctx: Context, *, back: str) -> HttpResponse:
    """Record the language that was pressed and lead back to the page, now in it. UsageError for an unknown one."""
    locale = request.POST.get("language", "")
    choose_language(party=party, locale=locale, actor=ActorId(party.id), ctx=ctx)
    answer = redirect(back)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, locale, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )
    return answer

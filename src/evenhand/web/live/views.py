"""The public page of what comes in by itself, and the door of signed webhooks."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from evenhand.context import Context
from evenhand.corpus.store import Busy
from evenhand.errors import DoesNotHold, UsageError
from evenhand.live.webhook import HEADER, MOST_BYTES
from evenhand.web.live import actions
from evenhand.web.live.presenters import asked, shown
from evenhand.web.live.queries import enabled

_AGAIN = "30"


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Show which sources are switched on here, whom each asks, since when, and what of it is kept."""
    return render(request, "live/sources.html", {"sources": [shown(row) for row in enabled()], "asked": asked()})


# A program calls, with a signature in place of a cookie: there is nothing that a token could protect.
@csrf_exempt
@require_POST
def hook(request: HttpRequest, name: str) -> HttpResponse:
    """Take what a webhook hands in: 204, whatever of it was kept; 403 without a signature of now; 503 to come again."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        actions.receive(name, request.body, request.headers.get(HEADER, ""), ctx=Context.system())
    except DoesNotHold as error:
        return _said(error, HTTPStatus.FORBIDDEN)
    except Busy:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": _AGAIN})
    except UsageError as error:
        return _said(error, HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _said(error: Exception, status: HTTPStatus) -> HttpResponse:
    return HttpResponse(f"{error}\n", status=status, content_type="text/plain; charset=utf-8")

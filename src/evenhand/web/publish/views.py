"""The public pages. Nobody needs to sign in; nothing here names anybody."""

from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evenhand.context import Context
from evenhand.web.publish.presenters import ledger_page
from evenhand.web.publish.queries import readiness
from evenhand.web.record.queries import checkpoints, latest_checkpoint

SHOWN_CHECKPOINTS = 15


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what this organisation's unit does."""
    return render(request, "publish/home.html")


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Show the newest checkpoint of the record, those before it, and how to check them."""
    page = ledger_page(checkpoints(SHOWN_CHECKPOINTS), Context.system().now())
    return render(request, "publish/ledger.html", {"page": page})


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """Give the newest checkpoint's note as it was signed, for programs and for keeping; 404 before the first."""
    newest = latest_checkpoint()
    if newest is None:
        raise Http404
    return HttpResponse(newest.note, content_type="text/plain; charset=utf-8")


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive; asks the database nothing."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer whether this process can take work: 200, or 503 with the name of what does not hold."""
    checks = readiness()
    status = HTTPStatus.OK if all(checks.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ready": all(checks.values()), "checks": checks}, status=status)

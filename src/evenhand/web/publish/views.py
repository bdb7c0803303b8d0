"""The public pages. Nobody needs to sign in; nothing here names anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evenhand.bundle.sealing import keyring_of
from evenhand.context import Context
from evenhand.web.home import Home
from evenhand.web.publish.checked import checked_line
from evenhand.web.publish.code_pages import address_in_force, code_page, text_of, version_page
from evenhand.web.publish.home_page import home_page
from evenhand.web.publish.own_posts import ways
from evenhand.web.publish.presenters import ledger_page, shown_keys, shown_witness
from evenhand.web.publish.procedure_page import procedure_page
from evenhand.web.publish.queries import readiness
from evenhand.web.record.checkpoints import keyring_lines
from evenhand.web.record.queries import checkpoints, latest_checkpoint
from evenhand.web.record.witnesses import policy_text, standings

SHOWN_CHECKPOINTS = 15
PLAIN = "text/plain; charset=utf-8"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what this organisation's unit does, what it does not, and how to turn to it."""
    return render(request, "publish/home.html", {"page": home_page()})


@require_safe
def code(request: HttpRequest) -> HttpResponse:
    """Show every published version of the rules of conduct, and which one counts today."""
    return render(request, "publish/code.html", {"page": code_page(_today())})


@require_safe
def code_version(request: HttpRequest, version: str) -> HttpResponse:
    """Show one version of the rules, beside the one before it or another that was asked for."""
    page = version_page(version, request.GET.get("beside", ""), _today())
    if page is None:
        raise Http404
    return render(request, "publish/code_version.html", {"page": page})


@require_safe
def code_text(_request: HttpRequest, version: str) -> HttpResponse:
    """Give the text of a version as it was signed, for programs and for keeping."""
    text = text_of(version)
    if text is None:
        raise Http404
    return HttpResponse(text, content_type=PLAIN)


@require_safe
def own_posts(request: HttpRequest) -> HttpResponse:
    """Say how anybody checks their own posts on their own computer."""
    return render(request, "publish/own_posts.html", {"ways": ways(), "version": address_in_force(_today())})


@require_safe
def procedure(request: HttpRequest) -> HttpResponse:
    """Show how a complaint is dealt with: the published procedure in plain words."""
    return render(request, "publish/procedure.html", {"page": procedure_page(_today())})


@require_safe
def procedure_source(_request: HttpRequest) -> HttpResponse:
    """Give the text of the procedure in force as it was signed; 404 while none is published."""
    published = procedure_page(_today()).published
    if published is None:
        raise Http404
    return HttpResponse(published.text, content_type=PLAIN)


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Show the newest checkpoint of the record, those before it, and how to check them."""
    now = Context.system().now()
    found = {
        "page": ledger_page(checkpoints(SHOWN_CHECKPOINTS), now),
        "keys": shown_keys(keyring_lines(Home.here())),
        "witnesses": [shown_witness(standing, now) for standing in standings(Home.here())],
        "checked": checked_line(now),
    }
    return render(request, "publish/ledger.html", found)


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """Give the newest checkpoint as it was signed and cosigned, for programs and for keeping; 404 before the first."""
    newest = latest_checkpoint()
    if newest is None:
        raise Http404
    return HttpResponse(newest.published, content_type=PLAIN)


@require_safe
def ledger_policy(_request: HttpRequest) -> HttpResponse:
    """Give keys and witnesses of the log as a policy, for the `--policy` of verify.py; 404 where no key is known."""
    return _keys_as(lambda _lines: policy_text(Home.here()), PLAIN)


@require_safe
def ledger_keyring(_request: HttpRequest) -> HttpResponse:
    """Give what became of each key of the log, for the `--keyring` of a bundle's verify.py; 404 where none is known."""
    return _keys_as(keyring_of, "application/json")


def _keys_as(form: Callable[[list[dict[str, Any]]], bytes], kind: str) -> HttpResponse:
    lines = keyring_lines(Home.here())
    if not lines:
        raise Http404
    return HttpResponse(form(lines), content_type=kind)


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive; asks the database nothing."""
    return HttpResponse("ok\n", content_type=PLAIN)


@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer whether this process can take work: 200, or 503 with the name of what does not hold."""
    checks = readiness()
    status = HTTPStatus.OK if all(checks.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ready": all(checks.values()), "checks": checks}, status=status)


def _today() -> date:
    return Context.system().now().date()

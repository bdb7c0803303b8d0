"""Sending a file in parts, behind both doors: what the page's script talks to. Without it the form sends it whole.

begin=1, name, size      -> ticket, part (how long a part is), arrived
ticket, at, part (bytes) -> arrived; 409 with arrived where it does not fit there
ticket, ask=1            -> arrived
ticket, end=1            -> go (where to go on), or 422 with what to mend
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.uploads import UploadRefused
from evenhand.web.cases.incoming import (
    MOST_IN_PARTS,
    PART,
    Coming,
    arrived,
    coming_of,
    expect,
    forget,
    take,
    ticket,
    whole,
)
from evenhand.web.cases.models import Party
from evenhand.web.cases.steps.files import add_file, may_send
from evenhand.web.intake.budget import Door, admits

_LONGEST: Final = 12


def took_a_part(request: HttpRequest, party: Party, ctx: Context, *, back: str) -> JsonResponse:
    """Answer one request of the script; a refusal is in words and never a fault of the machine."""
    if not admits(Door.PART, ctx.now()):
        return _no(_("Many files are coming in just now. It goes on in a moment."), HTTPStatus.SERVICE_UNAVAILABLE)
    try:
        if "begin" in request.POST:
            may_send(party)
            coming = expect(owner=party.id, name=_said(request, "name"), size=_number(request, "size"), ctx=ctx)
            return JsonResponse({"ticket": ticket(coming), "part": PART, "arrived": 0})
        known = coming_of(_said(request, "ticket"), owner=party.id)
        if known is None:
            return _no(_("This file was begun too long ago. Choose it again."), HTTPStatus.GONE)
        return _end(request, party, known, ctx, back) if "end" in request.POST else _part(request, known, ctx)
    except UsageError as refused:
        return _no(str(refused), HTTPStatus.UNPROCESSABLE_ENTITY)


def _part(request: HttpRequest, coming: Coming, ctx: Context) -> JsonResponse:
    sent = request.FILES.get("part")
    if sent is None:
        return JsonResponse({"arrived": arrived(coming)})
    try:
        return JsonResponse({"arrived": take(coming, _number(request, "at"), sent.read(), ctx)})
    except UsageError as refused:
        said = {"said": str(refused), "arrived": arrived(coming)}
        return JsonResponse(said, status=HTTPStatus.CONFLICT)


def _end(request: HttpRequest, party: Party, coming: Coming, ctx: Context, back: str) -> JsonResponse:
    with whole(coming) as stream:
        try:
            add_file(party=party, name=coming.name, data=stream, ctx=ctx, most=MOST_IN_PARTS)
        except UploadRefused:
            forget(coming)
            return _no(not_taken(), HTTPStatus.UNPROCESSABLE_ENTITY)
    forget(coming)
    messages.success(request, received())
    return JsonResponse({"go": reverse(back)})


def not_taken() -> str:
    """Return what is said of a file that we cannot take."""
    return _(
        "We cannot take this file as it is. Send a screenshot (PNG or JPEG), a PDF, the e-mail itself (.eml), a web "
        "archive, the export of a platform, or a link in a message."
    )


def received() -> str:
    """Return what is said of a file that was taken."""
    return _("The file was received. What it says about its camera or its place is taken out.")


def _said(request: HttpRequest, name: str) -> str:
    return str(request.POST.get(name, ""))


def _number(request: HttpRequest, name: str) -> int:
    text = _said(request, name)
    if not text.isascii() or not text.isdecimal() or len(text) > _LONGEST:
        raise UsageError(_("The file did not arrive. Choose it again."))
    return int(text)


def _no(said: str, status: int) -> JsonResponse:
    answer: dict[str, Any] = {"said": said}
    return JsonResponse(answer, status=status)

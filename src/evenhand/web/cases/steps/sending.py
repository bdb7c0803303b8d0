"""Sending a file in parts, from every page that takes one: what its script asks. Without it the form sends it whole.

begin=1, name, size      -> ticket, part (how long a part is), arrived
ticket, at, part (bytes) -> arrived; 409 with arrived where it does not fit there
ticket, ask=1            -> arrived
ticket, end=1            -> go (where to go on), the same as often as it is asked; or 422 with what to mend
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.uploads import REASONS, Kind, UploadRefused
from evenhand.web.cases.incoming import (
    MOST_IN_PARTS,
    PART,
    Coming,
    arrived,
    coming_of,
    ending,
    expect,
    forget,
    is_coming,
    take,
    ticket,
    whole,
)
from evenhand.web.cases.models import Upload
from evenhand.web.cases.senders import Sender
from evenhand.web.cases.steps.files import NOWHERE, Place, hand_in, may_send
from evenhand.web.cases.steps.worth_words import PICTURES

_LONGEST: Final = 12


def is_part(request: HttpRequest) -> bool:
    """Return whether this is the script's, and not the form itself."""
    return "begin" in request.POST or "ticket" in request.POST


def took_a_part(request: HttpRequest, sender: Sender, ctx: Context, *, go: str, place: Place = NOWHERE) -> JsonResponse:
    """Answer one request of the script; a refusal is in words and never a fault of the machine.

    `go`: where the browser goes when the file is whole.
    """
    try:
        if "begin" in request.POST:
            may_send(sender)
            coming = expect(owner=sender.owner, name=_said(request, "name"), size=_number(request, "size"), ctx=ctx)
            return JsonResponse({"ticket": ticket(coming), "part": PART, "arrived": 0})
        known = coming_of(_said(request, "ticket"), owner=sender.owner)
        if known is None:
            return _begun_too_long_ago()
        if "end" in request.POST:
            return _end(request, sender, known, ctx, go=go, place=place)
        return _part(request, known, ctx) if is_coming(known) else _begun_too_long_ago()
    except UsageError as refused:
        return no(str(refused), HTTPStatus.UNPROCESSABLE_ENTITY)
    except FileNotFoundError:  # another request has ended it meanwhile
        return _begun_too_long_ago()


def _begun_too_long_ago() -> JsonResponse:
    return no(_("This file was begun too long ago. Choose it again."), HTTPStatus.GONE)


def _part(request: HttpRequest, coming: Coming, ctx: Context) -> JsonResponse:
    sent = request.FILES.get("part")
    if sent is None:
        return JsonResponse({"arrived": arrived(coming)})
    try:
        return JsonResponse({"arrived": take(coming, _number(request, "at"), sent.read(), ctx)})
    except UsageError as refused:
        said = {"said": str(refused), "arrived": arrived(coming)}
        return JsonResponse(said, status=HTTPStatus.CONFLICT)


def _end(request: HttpRequest, sender: Sender, coming: Coming, ctx: Context, *, go: str, place: Place) -> JsonResponse:
    """Take a file in that is whole, once: whoever asks for the same again, or beside it, gets the same answer."""
    with ending(coming) as here:
        # Its id is that of its parts, so that it is known for taken in whatever cut the end short.
        if not Upload.objects.filter(pk=coming.id).exists():
            if not here:
                return _begun_too_long_ago()
            with whole(coming) as stream:
                try:
                    hand_in(
                        sender=sender, name=coming.name, data=stream, ctx=ctx, most=MOST_IN_PARTS, place=place,
                        new=coming.id,
                    )  # fmt: skip
                except UploadRefused as refused:
                    forget(coming)
                    return no(not_taken(refused), HTTPStatus.UNPROCESSABLE_ENTITY)
        forget(coming)
    messages.success(request, received(coming.id))
    return JsonResponse({"go": go})


def not_taken(refused: UploadRefused) -> str:
    """Return what is said of a file that we cannot take: why, where a sentence of our own says it, or what we take.

    Whoever sent what we do take, and is told only what we take, would not know what to do.
    """
    if why := REASONS.get(refused.reason):
        return _("We cannot take this file: it %(why)s. Download or make it again, or send the link.") % {"why": _(why)}
    return _(
        "We cannot take this file as it is. Send a screenshot (PNG or JPEG), a PDF, the e-mail itself (.eml), a web "
        "archive, the export of a platform, or a link in a message."
    )


def received(upload: str) -> str:
    """Return what is said of a file that was taken."""
    said = _("The file was received. It lies sealed as it came.")
    kind = Upload.objects.values_list("kind", flat=True).get(pk=upload)
    if Kind(kind) not in PICTURES:
        return said
    return f"{said} {_('People look at a copy that does not say with which camera or where it was taken.')}"


def _said(request: HttpRequest, name: str) -> str:
    return str(request.POST.get(name, ""))


def _number(request: HttpRequest, name: str) -> int:
    text = _said(request, name)
    if not text.isascii() or not text.isdecimal() or len(text) > _LONGEST:
        raise UsageError(_("The file did not arrive. Choose it again."))
    return int(text)


def no(said: str, status: int) -> JsonResponse:
    """Return a refusal in words, for the script to show."""
    answer: dict[str, Any] = {"said": said}
    return JsonResponse(answer, status=status)

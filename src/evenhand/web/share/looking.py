"""The officers' pages of what came in: what protected people shared, and mails. Pictures as working copies, veiled."""

from __future__ import annotations

from http import HTTPStatus
from typing import BinaryIO, Final, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.apart import strip_apart
from evenhand.evidence.uploads import Kind
from evenhand.live.shared import Picture
from evenhand.web.cases.steps.files import COPY
from evenhand.web.cases.steps.files_page import to_save
from evenhand.web.live.arrivals import Opened, arrivals, opened
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of
from evenhand.web.people.permissions import Permission
from evenhand.web.record.ids import ActorId
from evenhand.web.share.presenters import arrival_page, arrival_rows
from evenhand.web.vault.objects import derive, derived_of, open_object, read_object

_PURPOSE: Final = "look at a shared picture"


@never_cache
@require_safe
def _handed_in(request: HttpRequest) -> HttpResponse:
    """List what came in and is still there; no word of it."""
    rows = arrival_rows(arrivals(), actor_of(request), Context.system())
    return render(request, "share/handed_in.html", {"rows": rows})


@never_cache
@require_safe
def _one(request: HttpRequest, arrival: str) -> HttpResponse:
    """Show one thing: its words behind a veil, its pictures behind another each; opening it is logged."""
    return render(request, "share/handed_in_one.html", {"page": arrival_page(_opened(request, arrival))})


@never_cache
@require_safe
def _picture(request: HttpRequest, arrival: str, place: int) -> HttpResponse:
    """Give the working copy of one shared picture, never the original; logged."""
    pictures = _opened(request, arrival).pictures
    if not 0 < place <= len(pictures):
        raise Http404
    ctx = Context.system()
    try:
        copy, kind = working_copy(pictures[place - 1], actor=actor_of(request), ctx=ctx)
    except UsageError as error:
        return HttpResponse(f"{error}\n", status=HTTPStatus.GONE, content_type="text/plain; charset=utf-8")
    answer = to_save(HttpResponse(copy), f"picture.{kind.ending}")
    # To be shown inside our own page: a picture of a known kind, which runs nothing.
    answer["Content-Type"], answer["Content-Disposition"] = kind.media_type, "inline"
    return answer


def _opened(request: HttpRequest, arrival: str) -> Opened:
    try:
        return opened(arrival, actor=actor_of(request), ctx=Context.system())
    except UsageError as error:
        raise Http404 from error


def working_copy(picture: Picture, *, actor: ActorId, ctx: Context) -> tuple[bytes, Kind]:
    """Return a shared picture without its metadata, made when first looked at. UsageError for one that is gone."""
    if made := derived_of(picture.object, COPY):
        return read_object(made[0].id, actor=actor, purpose=_PURPOSE, ctx=ctx), Kind(made[0].kind)
    with open_object(picture.object, actor=actor, purpose=_PURPOSE, ctx=ctx) as stream:
        copy = strip_apart(cast("BinaryIO", stream))
    derive(
        of=picture.object, method=COPY, data=copy.data, kind=str(copy.kind), actor=actor, purpose=_PURPOSE, ctx=ctx,
        facts={"removed": list(copy.removed)},
    )  # fmt: skip
    return copy.data, copy.kind


handed_in = needs(Permission.SEE_LEADS)(_handed_in)
handed_in_one = needs(Permission.SEE_LEADS)(_one)
handed_in_picture = needs(Permission.SEE_LEADS)(_picture)

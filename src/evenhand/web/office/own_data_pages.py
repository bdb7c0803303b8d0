"""The page on which a person takes what is held about them, and the file."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.web.office.own_data import AT_MOST, WITHIN, Form, as_csv, as_json, take, taken_lately
from evenhand.web.people.gates import signed_in
from evenhand.web.people.middleware import standing

_TYPES: Final = {Form.JSON: "application/json", Form.CSV: "text/csv; charset=utf-8"}


@never_cache
@require_http_methods(["GET", "POST"])
def _my_data(request: HttpRequest) -> HttpResponse:
    """Say what the file holds; a press makes it, puts that on record and hands it out."""
    ctx, holds = Context.system(), standing(request)
    left = max(0, AT_MOST - taken_lately(holds.person, ctx.now()))
    form = request.POST.get("form", "")
    if request.method == "POST" and form in set(Form) and left:
        held = take(holds=holds, ctx=ctx)
        text = as_json(held, at=ctx.now().replace(microsecond=0)) if form == Form.JSON else as_csv(held)
        headers = {"Content-Disposition": f'attachment; filename="my-data.{form}"'}
        return HttpResponse(text, content_type=_TYPES[Form(form)], headers=headers)
    status = HTTPStatus.TOO_MANY_REQUESTS if request.method == "POST" and not left else HTTPStatus.OK
    shown = {"left": left, "most": AT_MOST, "restricted": holds.restricted}
    answer = render(request, "office/my_data.html", shown, status=status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer["Retry-After"] = str(int(WITHIN.total_seconds()))
    return answer


my_data = signed_in(_my_data)

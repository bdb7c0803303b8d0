"""/check-a-letter: anybody may ask whether a letter is ours. The same page, in the same time, whatever the answer."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.web.notices.codes import check_digest
from evenhand.web.notices.forms import CheckForm
from evenhand.web.notices.presenters import answer, unit_here
from evenhand.web.notices.queries import letter_of_code
from evenhand.web.notices.throttle import may_check
from evenhand.web.ui.fields import status_of


@require_http_methods(["GET", "HEAD", "POST"])
def check_a_letter(request: HttpRequest) -> HttpResponse:
    """Ask for the code on a letter; on POST say whether we sent it, when and of which kind. Nothing is kept."""
    form = CheckForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not may_check(Context.system().now()):
        return render(request, "notices/later.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    if not form.is_valid():
        return render(
            request, "notices/check_a_letter.html", {"form": form, "unit": unit_here()}, status=status_of(form)
        )
    found = answer(letter_of_code(check_digest(form.cleaned_data["code"])))
    return render(request, "notices/checked.html", {"answer": found, "unit": unit_here()})

"""The list of cases and the page of one case. Each view asks what the person holds in the case, and shows that."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evenhand.context import Context
from evenhand.web.cases.overview import case_file
from evenhand.web.cases.presenters.case_page import case_page
from evenhand.web.cases.presenters.queue_page import queue_rows
from evenhand.web.cases.queries import page_of, queue
from evenhand.web.cases.standing import in_case, listed_cases
from evenhand.web.notices.actions import open_letter
from evenhand.web.notices.queries import letters_of_case
from evenhand.web.notices.showing import letter_response
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of, standing
from evenhand.web.people.permissions import Permission
from evenhand.web.people.policy import may


@never_cache
@require_safe
def _cases(request: HttpRequest) -> HttpResponse:
    """Show the live cases that are there for this person, in the fair order."""
    now = Context.system().now()
    page = page_of(queue(listed_cases(standing(request))), request.GET.get("page", ""))
    officer = may(standing(request), Permission.WORK_CASES)
    context = {"officer": officer, "page": page, "rows": queue_rows(page.object_list, standing(request).person, now)}
    return render(request, "cases/list.html", context)


@never_cache
@require_safe
def _case(request: HttpRequest, case: str) -> HttpResponse:
    """Show one case: where it stands, what can be done, what was done, who has seen it."""
    now = Context.system().now()
    found = in_case(case, standing(request), now)
    if found is None:
        raise Http404
    return render(request, "cases/case.html", {"page": case_page(case_file(found.case), found, now)})


@never_cache
@require_safe
def _letter(request: HttpRequest, case: str, letter: str) -> HttpResponse:
    """Show one letter of a case as it was sent, to whoever holds a seat; the reading is logged."""
    ctx = Context.system()
    found = in_case(case, standing(request), ctx.now())
    row = next((row for row in letters_of_case(case) if row.id == letter), None)
    if found is None or not found.roles or row is None:
        raise Http404
    html = open_letter(letter, actor=actor_of(request), purpose="read a letter", ctx=ctx)
    return letter_response(html, row.sent_at)


cases = needs(Permission.SEE_CASES)(_cases)
case = needs(Permission.SEE_CASES, secret=True)(_case)
letter = needs(Permission.SEE_CASES, secret=True)(_letter)

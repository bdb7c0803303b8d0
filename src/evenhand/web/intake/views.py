"""Reporting, one thing to a page. The draft travels with the sender; nothing is kept before it is sent."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.web.cases.steps.report import receive_report
from evenhand.web.intake.budget import Door, admits
from evenhand.web.intake.draft import Draft, new_draft, packed, unpacked
from evenhand.web.intake.forms import ReportForm
from evenhand.web.intake.pages import Page, after, before, first_unanswered, page_named
from evenhand.web.intake.presenters import answered_rows, question_number, report_of
from evenhand.web.ui.fields import status_of


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def report(request: HttpRequest) -> HttpResponse:
    """Show the beginning, or take one page of answers and show the next; the last one sends."""
    if request.method == "GET":
        return render(request, "intake/start.html")
    ctx = Context.system()
    if "begin" in request.POST:
        draft = new_draft(ctx, danger=request.POST["begin"] == "danger")
        return _ask(request, draft, first_unanswered(draft))
    draft_sent = unpacked(request.POST.get("draft", ""))
    if draft_sent is None:
        return render(request, "intake/begin_again.html", status=HTTPStatus.BAD_REQUEST)
    return _take(request, draft_sent, ctx)


@never_cache
@require_http_methods(["GET"])
def danger(request: HttpRequest) -> HttpResponse:
    """Show what helps at once, then the short way to tell us. It asks nothing first and is never locked."""
    return render(request, "intake/danger.html")


def _take(request: HttpRequest, draft: Draft, ctx: Context) -> HttpResponse:
    """Take the answers of the page that was posted, then go where the pressed button says."""
    page = page_named(draft, request.POST.get("page", "")) or first_unanswered(draft)
    wanted = page_named(draft, request.POST.get("go", ""))
    form = page.form(request.POST)
    if form.is_valid():
        draft = draft.answered(page.name, form.plain())
    elif wanted is None:
        return _ask(request, draft, page, form)
    if wanted is not None:
        return _ask(request, draft, wanted)
    missing = first_unanswered(draft)
    following = after(draft, page)
    if following is None and missing.name in draft.answers:
        return _send(request, draft, ctx)
    return _ask(request, draft, following or missing)


def _ask(request: HttpRequest, draft: Draft, page: Page, form: ReportForm | None = None) -> HttpResponse:
    """Show one page with what was answered on it before."""
    shown = form or page.form(initial=dict(draft.on(page.name)))
    previous = before(draft, page)
    context = {
        "page": page,
        "form": shown,
        "draft": packed(draft),
        "previous": previous and previous.name,
        "number": question_number(draft, page),
        "rows": answered_rows(draft) if page.name == "check" else (),
        "danger": draft.danger,
    }
    return render(request, "intake/page.html", context, status=status_of(shown))


def _send(request: HttpRequest, draft: Draft, ctx: Context) -> HttpResponse:
    """Receive the report and show its receipt; the same draft sent twice is one report and the same receipt."""
    if not admits(Door.DANGER if draft.danger else Door.REPORT, ctx.now()):
        context = {"draft": packed(draft)}
        answer = render(request, "intake/full.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
        answer["Retry-After"] = "60"
        return answer
    said = report_of(draft, str(request.LANGUAGE_CODE))
    receipt = receive_report(said, submission=draft.submission, ctx=ctx)
    return render(request, "intake/receipt.html", {"receipt": receipt, "code": draft.code, "danger": draft.danger})

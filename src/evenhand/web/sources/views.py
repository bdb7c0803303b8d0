"""The import page: bring a file in, see what became of it, answer what it cannot say itself. Officers only."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of
from evenhand.web.people.permissions import Permission
from evenhand.web.sources.alike_page import alike_page
from evenhand.web.sources.forms import AnswerForm, BeginForm, BringForm, HowForm, SameActForm
from evenhand.web.sources.keeping import kept_now
from evenhand.web.sources.presenters import hold_rows, kept_head, kept_rows, mine, past, past_head, upload_page
from evenhand.web.sources.same_acts import Answer, take_back, tell
from evenhand.web.sources.starting import start
from evenhand.web.sources.waiting import LARGEST_PIECE, PIECE, Waiting, begin, find
from evenhand.web.vault.queries import hold_lines


@require_http_methods(["GET", "HEAD", "POST"])
def _imports(request: HttpRequest) -> HttpResponse:
    """Show the form and what came in before; take a small file in one request."""
    form = BringForm(request.POST, request.FILES) if request.method == "POST" else BringForm()
    if request.method == "POST" and form.is_valid():
        ctx, upload = Context.system(), form.cleaned_data["file"]
        waiting = begin(name=upload.name, size=upload.size, actor=actor_of(request), ctx=ctx)
        waiting.add(0, upload.read(), ctx=ctx)
        start(waiting, form.cleaned_data, ctx=ctx)
        return redirect("import_one", waiting.id)
    shown = {"form": form, "mine": mine(actor_of(request)), "past": past(), "head": past_head(), "piece": PIECE}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "sources/imports.html", shown, status=status)


@require_POST
def _begin(request: HttpRequest) -> HttpResponse:
    """Begin, or continue, a file that comes in pieces; say how much has arrived."""
    form = BeginForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        waiting = begin(**form.cleaned_data, actor=actor_of(request), ctx=Context.system())
    except UsageError as error:
        return JsonResponse({"what": str(error)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return JsonResponse(
        {
            "received": waiting.received,
            "piece": reverse("import_piece", args=[waiting.id]),
            "start": reverse("import_start", args=[waiting.id]),
            "page": reverse("import_one", args=[waiting.id]),
        }
    )


@require_http_methods(["PUT"])
def _piece(request: HttpRequest, upload: str) -> HttpResponse:
    """Take the piece that begins at `?at=`; say how much has arrived."""
    waiting = _own(request, upload)
    at = request.GET.get("at", "")
    data = request.read(LARGEST_PIECE + 1)
    try:
        if not at.isdecimal() or len(at) > 15:
            raise UsageError("no place is named for this piece")
        received = waiting.add(int(at), data, ctx=Context.system())
    except UsageError:
        return JsonResponse({"received": waiting.received}, status=HTTPStatus.CONFLICT)
    return JsonResponse({"received": received})


@require_POST
def _start(request: HttpRequest, upload: str) -> HttpResponse:
    """Have a file read that has arrived in pieces."""
    form = HowForm(request.POST)
    waiting = _own(request, upload)
    if not form.is_valid() or not waiting.is_whole:
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    start(waiting, form.cleaned_data, ctx=Context.system())
    return redirect("import_one", waiting.id)


@require_safe
def _kept(request: HttpRequest) -> HttpResponse:
    """Show what is kept of what came in, when it goes, what is held longer and why."""
    ctx = Context.system()
    shown = {
        "head": kept_head(), "rows": kept_rows(kept_now(ctx)), "holds": hold_rows(hold_lines(ctx)),
        "hold_head": [_("Of"), _("Why"), _("Looked at again")],
    }  # fmt: skip
    return render(request, "sources/kept.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def _same_acts(request: HttpRequest) -> HttpResponse:
    """Show one pair of records that may be one act, and take the answer; take an earlier answer back."""
    form = SameActForm(request.POST) if request.method == "POST" and "back" not in request.POST else None
    if request.method == "POST" and (form is None or form.is_valid()):
        _told(request, form)
        return redirect("imports_alike")
    status = HTTPStatus.OK if form is None else HTTPStatus.UNPROCESSABLE_ENTITY
    page = alike_page(request.GET.get("at", "1"), form or SameActForm())
    return render(request, "sources/alike.html", {"page": page}, status=status)


def _told(request: HttpRequest, form: SameActForm | None) -> None:
    ctx, actor = Context.system(), actor_of(request)
    try:
        if form is None:
            take_back(told_id=request.POST["back"], actor=actor, ctx=ctx)
        else:
            said = form.cleaned_data
            tell(record=said["record"], answer=Answer(said["answer"]), reason=said["reason"], actor=actor, ctx=ctx)
    except UsageError as error:
        messages.error(request, error.what)
    else:
        messages.success(request, _("This is on record, with your name."))


@require_http_methods(["GET", "HEAD", "POST"])
def _one(request: HttpRequest, upload: str) -> HttpResponse:
    """Show where a file stands, its question or its story; take the answer."""
    waiting = _own(request, upload)
    state = waiting.read("state")
    form = AnswerForm(state, request.POST or None) if state.get("step") == "question" else None
    if request.method == "POST":
        if form is None:
            return redirect("import_one", upload)
        if form.is_valid():
            start(waiting, form.answers(), ctx=Context.system())
            return redirect("import_one", upload)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None and form.errors else HTTPStatus.OK
    return render(request, "sources/import.html", {"page": upload_page(waiting), "form": form}, status=status)


def _own(request: HttpRequest, upload: str) -> Waiting:
    """Return the person's own upload; for anybody else's it is not there."""
    waiting = find(upload)
    if waiting is None or waiting.actor != actor_of(request):
        raise Http404
    return waiting


imports = needs(Permission.IMPORT_POSTS)(_imports)
begin_upload = needs(Permission.IMPORT_POSTS)(_begin)
piece = needs(Permission.IMPORT_POSTS)(_piece)
start_upload = needs(Permission.IMPORT_POSTS)(_start)
same_acts = needs(Permission.IMPORT_POSTS)(_same_acts)
kept = needs(Permission.IMPORT_POSTS)(_kept)
one = needs(Permission.IMPORT_POSTS)(_one)

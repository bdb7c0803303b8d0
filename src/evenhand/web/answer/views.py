"""The code, the one calm page of a side, its letters, and who has read the file."""

from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.web.answer.door import for_party, open_party, try_code
from evenhand.web.answer.forms import CodeForm
from evenhand.web.answer.presenters import answer_page
from evenhand.web.answer.readers import reading_lines
from evenhand.web.cases.access import leave
from evenhand.web.cases.models import Party
from evenhand.web.cases.steps.file_form import FileForm, LinkForm
from evenhand.web.cases.steps.service import open_side
from evenhand.web.intake.budget import Door, admits
from evenhand.web.intake.follow_forms import MessageForm
from evenhand.web.intake.papers import letter_as_pdf, letter_page, proof_file
from evenhand.web.notices.presenters import unit_here
from evenhand.web.notices.queries import letters_of

_WRONG = gettext_lazy(
    "We could not open it with these two. Please look again at each letter of the code, and then at your answer below "
    "it. You may try as often as you like; it is never held against you."
)


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def answer(request: HttpRequest) -> HttpResponse:
    """Ask for the code, or show the side that is open in this browser; showing it is service of its letters."""
    ctx = Context.system()
    if request.method == "POST":
        return _enter(request, ctx)
    party = open_party(request, ctx)
    if party is None:
        return render(request, "answer/code.html", {"form": CodeForm(), "unit": unit_here()})
    open_side(party=party, ctx=ctx)
    return party_page(request, party, ctx)


def _enter(request: HttpRequest, ctx: Context) -> HttpResponse:
    form = CodeForm(request.POST)
    if not admits(Door.CODE, ctx.now()):
        form.add_error(None, _("Very many codes are being tried at this moment. Try again in a minute."))
    if form.is_valid():
        if try_code(request, form.cleaned_data["code"], form.cleaned_data["fact"], ctx):
            return redirect("answer")
        form.add_error("code", _WRONG)
    context = {"form": form, "unit": unit_here()}
    return render(request, "answer/code.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def party_page(
    request: HttpRequest,
    party: Party,
    ctx: Context,
    *,
    message: MessageForm | None = None,
    file: FileForm | None = None,
    link: LinkForm | None = None,
) -> HttpResponse:
    """Return the page of a side; 422 with a form that has faults."""
    faulty = message or file or link
    context = {
        "page": answer_page(party, ctx),
        "message_form": message or MessageForm(),
        "file_form": file or FileForm(),
        "link_form": link or LinkForm(),
        "faulty": faulty,
    }
    status = HTTPStatus.OK if faulty is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "answer/side.html", context, status=status)


@for_party("GET")
def letter(_request: HttpRequest, party: Party, ctx: Context, letter: str) -> HttpResponse:
    """Show one letter as it was sent; reading it is recorded as having arrived, once."""
    return letter_page(party, letter, ctx)


@for_party("GET")
def letter_pdf(_request: HttpRequest, party: Party, ctx: Context, letter: str) -> HttpResponse:
    """Give one letter as PDF, to print or keep."""
    return letter_as_pdf(party, letter, ctx)


@for_party("GET")
def proof(_request: HttpRequest, party: Party, _ctx: Context) -> HttpResponse:
    """Give the inclusion proof of the first letter, by which this side was told; 404 where there is none yet."""
    first = next(iter(letters_of(party.case_id, party.id)), None)
    if first is None:
        raise Http404
    return proof_file(first.log_position(), "letter")


@for_party("GET")
def readers(request: HttpRequest, party: Party, _ctx: Context) -> HttpResponse:
    """Show who has opened the file: what they are in the case and when, no names (INV-09)."""
    return render(request, "answer/readers.html", {"rows": reading_lines(party), "number": party.case.number})


@never_cache
@require_http_methods(["POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Close the side that is open in this browser."""
    leave(request.session)
    return redirect("answer")

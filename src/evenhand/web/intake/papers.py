"""What either side takes away, behind both doors: its letters as pages and as PDF, the proof of an entry."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from evenhand.context import Context
from evenhand.web.cases.models import Party
from evenhand.web.cases.steps.service import start_windows
from evenhand.web.notices.actions import open_letter
from evenhand.web.notices.queries import LetterRow, letters_of
from evenhand.web.notices.showing import letter_response, pdf_response
from evenhand.web.record.ids import ActorId
from evenhand.web.record.queries import proof_text


def letter_page(party: Party, letter: str, ctx: Context) -> HttpResponse:
    """Return one letter of this side as it was sent; 404 for any other. Read, it counts as having arrived, once."""
    row, html = _opened(party, letter, ctx)
    return letter_response(html, row.sent_at)


def letter_as_pdf(party: Party, letter: str, ctx: Context) -> HttpResponse:
    """Return one letter of this side as PDF, to print or keep; 404 for any other."""
    row, html = _opened(party, letter, ctx)
    return pdf_response(html, row.sent_at)


def proof_file(index: int, name: str) -> HttpResponse:
    """Return the inclusion proof of an entry, for checking without us; 404 before a checkpoint covers it."""
    text = proof_text(index)
    if text is None:
        raise Http404
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{name}.tlog-proof"'
    })  # fmt: skip


def _opened(party: Party, letter: str, ctx: Context) -> tuple[LetterRow, str]:
    row = next((row for row in letters_of(party.case_id, party.id) if row.id == letter), None)
    if row is None:
        raise Http404
    html = open_letter(letter, actor=ActorId(party.id), purpose="read a letter", ctx=ctx)
    start_windows(party.case_id, ctx)
    return row, html

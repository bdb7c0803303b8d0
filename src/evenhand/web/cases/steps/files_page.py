"""Files a party sent: released by a person or marked do-not-look for good; released ones open as working copies.

Nothing is ever shown inside a page: a working copy, without its metadata, is handed to the browser to save, under a
name that tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.evidence.uploads import Kind, Stripped
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Upload
from evenhand.web.cases.queries import files_of
from evenhand.web.cases.steps.base import Here, Step, page
from evenhand.web.cases.steps.files import NOBODY, REFERRED, clear, working_copy
from evenhand.web.cases.steps.worth import found_in
from evenhand.web.cases.steps.worth_words import KINDS, PICTURES, takers_questions, worth_lines
from evenhand.web.record.ids import KeyId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.seats import has_seat
from evenhand.web.vault.queries import erased_among

ROLES: Final = frozenset({CaseRole.INTAKE, CaseRole.ASSESSOR, CaseRole.INVESTIGATOR})
_SANDBOX: Final = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
STATES: Final[dict[str, str | Promise]] = {
    "quarantined": gettext_lazy("not looked at"),
    "cleared": gettext_lazy("released"),
    "restricted": gettext_lazy("do not look, do not copy"),
}


Response = TypeVar("Response", bound=HttpResponseBase)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file as the page shows it: what its bytes are, how large, who sent it, what they called it."""

    id: str
    place: int
    name: str
    kind: str
    size: str
    side: str
    state: str
    waits: bool
    released: bool
    at: datetime
    worth: tuple[str, ...]
    picture: bool


class ClearForm(forms.Form):
    """One file, and what a person says of it."""

    file = forms.CharField(max_length=32, widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("clear", ""), ("restrict", "")])
    told = forms.ChoiceField(choices=[(word, "") for word in REFERRED], required=False)


@page(Step("files", gettext_lazy("Files"), roles=ROLES, anytime=True))
def view(here: Here) -> HttpResponse:
    """List the files; release one, mark one, or hand out the working copy of a released one (`?open=`)."""
    if not has_seat(KeyId(here.case.submission.key), here.actor, here.ctx.now()):
        return here.show("cases/steps/files.html", {"rows": [], "later": True, "asked": []})
    if here.posted:
        return _answer(here)
    if wanted := here.request.GET.get("open"):
        return attachment(working_copy(upload=_upload(here, wanted), actor=here.actor, ctx=here.ctx))
    rows = rows_of(here)
    asked = takers_questions() if any(row.picture for row in rows) else []
    return here.show("cases/steps/files.html", {"rows": rows, "later": False, "asked": asked})


def _answer(here: Here) -> HttpResponse:
    form = ClearForm(here.request.POST)
    if not form.is_valid():
        raise Http404
    restrict = form.cleaned_data["answer"] == "restrict"
    told = form.cleaned_data["told"] or NOBODY
    upload = _upload(here, form.cleaned_data["file"])
    clear(upload=upload, actor=here.actor, ctx=here.ctx, restrict=restrict, told=told)
    said = _("The file is marked: nobody opens or copies it.") if restrict else _("The file is released for this case.")
    messages.success(here.request, said)
    return here.again()


def _upload(here: Here, wanted: str) -> Upload:
    found = files_of(here.case).filter(pk=wanted).first()
    if found is None:
        raise Http404
    return found


def rows_of(here: Here) -> list[FileRow]:
    """Return the files of both sides, with their senders' names for them in one logged reading."""
    uploads = list(files_of(here.case))
    wanted = [upload.name for upload in uploads if upload.name]
    texts = open_texts(wanted, actor=here.actor, purpose="look at the list of files", ctx=here.ctx) if wanted else {}
    gone = erased_among([upload.id for upload in uploads])
    return [
        _row(here, place, upload, texts.get(upload.name or "", ""), erased=upload.id in gone)
        for place, upload in enumerate(uploads, 1)
    ]


def _row(here: Here, place: int, upload: Upload, name: str, *, erased: bool) -> FileRow:
    released = upload.state == "cleared" and not erased
    found = found_in(upload, actor=here.actor, ctx=here.ctx) if released else {}
    return FileRow(
        id=upload.id, place=place, name=name, kind=str(KINDS[Kind(upload.kind)]), size=filesizeformat(upload.size),
        side=_("from the person complained about") if upload.party_id else _("with the report"),
        state=_("erased") if erased else str(STATES[upload.state]),
        waits=upload.state == "quarantined" and not erased, released=released, at=upload.received_at,
        worth=tuple(worth_lines(upload, found)) if released else (), picture=Kind(upload.kind) in PICTURES,
    )  # fmt: skip


def attachment(copy: Stripped) -> HttpResponse:
    """Return a working copy for the browser to save."""
    return to_save(HttpResponse(copy.data), f"file.{copy.kind.ending}")


def to_save(response: Response, name: str) -> Response:
    """Return a response as a file for the browser to save; should one show it all the same, it runs nothing."""
    response["Content-Type"] = "application/octet-stream"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = _SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response

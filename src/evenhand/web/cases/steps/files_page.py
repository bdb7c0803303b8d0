"""Files a party sent: released by a person or marked do-not-look for good; released ones open as working copies.

Nothing is ever shown inside a page: a working copy, without its metadata, is handed to the browser to save, under a
name that tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.errors import UsageError
from evenhand.evidence.uploads import Kind, Stripped, UploadRefused
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Upload
from evenhand.web.cases.queries import files_of
from evenhand.web.cases.senders import WHOSE, Sender, Whose, by_officer
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.file_form import FileForm, LinkForm
from evenhand.web.cases.steps.files import (
    MOST_ADDRESS,
    NOBODY,
    REFERRED,
    Place,
    clear,
    hand_in,
    hand_in_link,
    working_copy,
)
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.sending import is_part, no, not_taken, received, took_a_part
from evenhand.web.cases.steps.worth_words import KINDS, PICTURES, lines_of, takers_questions
from evenhand.web.record.ids import KeyId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.seats import has_seat
from evenhand.web.ui.choices import one_of
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


class OfficerFileForm(FileForm):
    """One file that whoever handles the case has, whose it is, and where it is said to come from."""

    whose = one_of(gettext_lazy("Where do you have it from?"), list(WHOSE.items()))
    address = forms.CharField(
        label=gettext_lazy("Address it comes from, if there is one"), required=False, max_length=MOST_ADDRESS,
        help_text=gettext_lazy("With it the file says where it is from, and others can look there."),
    )  # fmt: skip
    seen = forms.BooleanField(
        required=False, label=gettext_lazy("I have seen it at this address myself, just now"),
        help_text=gettext_lazy("This lifts what the file is worth. That you said so is on record."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse to have seen it nowhere."""
        said = super().clean() or {}
        if said.get("seen") and not said.get("address"):
            self.add_error("address", _("Give the address at which you saw it."))
        return said

    def place(self) -> Place:
        """Return where the file comes from, once valid."""
        return Place(self.cleaned_data["address"].strip(), self.cleaned_data["seen"])


class OfficerLinkForm(LinkForm):
    """One link that whoever handles the case has, and whose it is."""

    from_whom = one_of(gettext_lazy("Where do you have it from?"), list(WHOSE.items()))


@page(Step("files", gettext_lazy("Files"), roles=ROLES, anytime=True))
def view(here: Here) -> HttpResponse:
    """List the files; take one, release one, mark one, or hand out the working copy of a released one (`?open=`)."""
    if not files_are_open(here):
        return here.show("cases/steps/files.html", {"rows": [], "later": True, "asked": []})
    if here.posted and "answer" in here.request.POST:
        return _answer(here)
    if here.posted and "link" in here.request.POST:
        return _gave_a_link(here)
    if here.posted:
        return _handed_in(here)
    if wanted := here.request.GET.get("open"):
        copy = working_copy(upload=upload_named(here, wanted), actor=here.actor, ctx=here.ctx)
        return to_look_at(copy.data, copy.kind) if "look" in here.request.GET else attachment(copy)
    return _list(here, OfficerFileForm())


def files_are_open(here: Here) -> bool:
    """Return whether the files are open to this person: an assessor's open with their first assessment."""
    return has_seat(KeyId(here.case.submission.key), here.actor, here.ctx.now())


def _list(here: Here, form: OfficerFileForm, link: OfficerLinkForm | None = None) -> HttpResponse:
    rows = rows_of(here)
    asked = takers_questions() if any(row.picture for row in rows) else []
    return here.show("cases/steps/files.html", {
        "rows": rows, "later": False, "asked": asked, "form": link or form, "file_form": form,
        "link_form": link or OfficerLinkForm(),
    })  # fmt: skip


def _handed_in(here: Here) -> HttpResponse:
    """Take a file of an officer's, whole or in the parts of the script: quarantined like everybody's."""
    parts = is_part(here.request)
    form = OfficerFileForm(here.request.POST, here.request.FILES)
    if parts:
        del form.fields["file"]
    sender = _sender(here, form, "whose") if form.is_valid() else None
    if parts:
        if sender is None:
            said = [str(fault) for faults in form.errors.values() for fault in faults]
            return no(" ".join(said), HTTPStatus.UNPROCESSABLE_ENTITY)
        return took_a_part(here.request, sender, here.ctx, go=here.request.path, place=form.place())
    file = _kept(here, form, sender) if sender is not None else ""
    if not file:
        return _list(here, form)
    messages.success(here.request, received(file))
    return here.again()


def _gave_a_link(here: Here) -> HttpResponse:
    """Take a link of an officer's as evidence; nothing is fetched."""
    form = OfficerLinkForm(here.request.POST)
    sender = _sender(here, form, "from_whom") if form.is_valid() else None
    if sender is not None:
        try:
            hand_in_link(sender=sender, link=form.cleaned_data["link"], ctx=here.ctx)
        except UsageError as refused:
            form.add_error("link", str(refused))
    if form.errors:
        return _list(here, OfficerFileForm(), form)
    messages.success(here.request, _("The link was received. It is not captured: nothing was opened or fetched."))
    return here.again()


def _sender(here: Here, form: forms.Form, field: str) -> Sender | None:
    sender = by_officer(here.case, Whose(form.cleaned_data[field]), here.actor)
    if sender is None:
        form.add_error(field, _("Nobody is recorded on this side yet. Choose what the office found."))
    return sender


def _kept(here: Here, form: OfficerFileForm, sender: Sender) -> str:
    """Return the id of the file, or nothing where the form says why it was not taken."""
    sent = form.cleaned_data["file"]
    try:
        return hand_in(sender=sender, name=sent.name, data=sent.read(), ctx=here.ctx, place=form.place())
    except UploadRefused as refused:
        form.add_error("file", not_taken(refused))
    except UsageError as refused:
        form.add_error("file", str(refused))
    return ""


def _answer(here: Here) -> HttpResponse:
    form = ClearForm(here.request.POST)
    if not form.is_valid():
        raise Http404
    restrict = form.cleaned_data["answer"] == "restrict"
    told = form.cleaned_data["told"] or NOBODY
    upload = upload_named(here, form.cleaned_data["file"])
    clear(upload=upload, actor=here.actor, ctx=here.ctx, restrict=restrict, told=told)
    said = _("The file is marked: nobody opens or copies it.") if restrict else _("The file is released for this case.")
    messages.success(here.request, said)
    return here.again()


def upload_named(here: Here, wanted: str) -> Upload:
    """Return one file of the case; 404 for any other."""
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
    worth = lines_of(upload, here.actor, here.ctx) if released else ()
    return FileRow(
        id=upload.id, place=place, name=name, kind=str(KINDS[Kind(upload.kind)]), size=filesizeformat(upload.size),
        side=side_words(upload),
        state=_("erased") if erased else str(STATES[upload.state]),
        waits=upload.state == "quarantined" and not erased, released=released, at=upload.received_at,
        worth=tuple(worth), picture=Kind(upload.kind) in PICTURES,
    )  # fmt: skip


def to_look_at(data: bytes, kind: Kind) -> HttpResponse:
    """Return a picture for a page to show: of one of three kinds, and nothing in it can run."""
    if kind not in PICTURES:
        raise Http404
    response = HttpResponse(data, content_type=kind.media_type)
    response["Content-Security-Policy"] = _SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def side_words(upload: Upload) -> str:
    """Return from where a file came."""
    if upload.case_id:
        return _("found by whoever handles the case")
    return _("from the person complained about") if upload.party_id else _("with the report")


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

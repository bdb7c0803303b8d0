"""The bundle of a case on a page: ask for one, fetch it when the worker has made it, see who was given one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.age import check_recipients
from evenhand.errors import UsageError
from evenhand.web.cases.bundle import MESSAGES, keys_of
from evenhand.web.cases.bundle_exports import (
    Asked,
    Export,
    Waiting,
    ask_for_bundle,
    exports_of,
    fetch,
    kept_file,
    refuse,
    refused_of,
    waiting_of,
)
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.custody import somebody
from evenhand.web.cases.steps.files_page import ROLES, to_save
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.record.handing_out import fields_of
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.seats import has_seat
from evenhand.web.ui.choices import one_of

_PURPOSE: Final = "look at the list of bundles"
_DOCUMENT: Final = "doc"
# What can stay closed, in words; what is not here is shown as the record calls it.
_FIELDS: Final[dict[str, str | Promise]] = {
    "doc": gettext_lazy("The record’s own documents: what was done, step by step, with the roles of whoever did it"),
    "submission.received:sent": gettext_lazy("What the sender wrote in the report"),
    "case.reply_received:reply": gettext_lazy("What the person complained about answered"),
    "case.notice_sent:sent": gettext_lazy("The letters to both sides"),
    "evidence.quarantined:content": gettext_lazy("The digests of the files that were sent"),
    "evidence.redacted:content": gettext_lazy("The copies in which parts are covered"),
    "evidence.derived:content": gettext_lazy("The copies of the files that were sent"),
    "case.decided:reasons": gettext_lazy("The reasons of the decision"),
    "draw.committed:pool": gettext_lazy("Who could have been drawn"),
    "draw.committed:constraints": gettext_lazy("Which people a draw left out, and why"),
    "lookup.made:purpose": gettext_lazy("Why somebody was looked up in the register of members"),
    "lookup.made:approver": gettext_lazy("Who agreed to that look-up"),
    "evidence.derived:method": gettext_lazy("How copies of the files were made"),
    "evidence.redacted:method": gettext_lazy("How covered copies were made"),
    "evidence.redacted:source": gettext_lazy("The digests of the files of which parts were covered"),
    "evidence.exported:manifest": gettext_lazy("What earlier bundles held, as a digest"),
    "case.decided:contacts": gettext_lazy("Who spoke to somebody about the case"),
}


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One bundle as the page lists it."""

    export: Export
    who: str


class BundleForm(forms.Form):
    """What goes in, who gets it, and why."""

    how = one_of(
        gettext_lazy("What goes in?"),
        [
            ("full", gettext_lazy("Everything that may be handed out")),
            ("redacted", gettext_lazy("Not everything: some of it stays closed")),
        ],
    )
    closed = forms.MultipleChoiceField(
        label=gettext_lazy("What stays closed?"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Whoever gets the bundle sees that it exists, and when, but not what it says."),
    )  # fmt: skip
    to = forms.CharField(
        label=gettext_lazy("Who gets it?"), max_length=200,
        error_messages={"required": gettext_lazy("Say who gets it: erasing something later means writing to them.")},
    )  # fmt: skip
    why = forms.CharField(
        label=gettext_lazy("Why?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say in a line why.")},
    )  # fmt: skip
    age = forms.CharField(
        label=gettext_lazy("Encrypt it for this public key (may stay empty)"), required=False, max_length=100,
        help_text=gettext_lazy("A key of the program age; it begins with age1. Only whoever holds its other half"
                               " opens the bundle."),
    )  # fmt: skip

    def __init__(self, *args: Any, fields: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        closed = self.fields["closed"]
        assert isinstance(closed, forms.MultipleChoiceField)
        closed.choices = list(fields)

    def clean_age(self) -> str:
        """Refuse what is no public key, in words."""
        key = str(self.cleaned_data["age"]).strip()
        try:
            if key:
                check_recipients([key])
        except UsageError as refused:
            raise forms.ValidationError(
                _("This is no public key of age. It begins with age1 and has 62 signs.")
            ) from refused
        return key

    def clean(self) -> dict[str, Any]:
        """Refuse a bundle with closed parts that names none."""
        said = super().clean() or {}
        if said.get("how") == "redacted" and not said.get("closed"):
            self.add_error("closed", _("Choose what stays closed, or hand out everything."))
        return said


@page(Step("bundle", gettext_lazy("Hand out the case as a bundle"), roles=ROLES, anytime=True))
def view(here: Here) -> HttpResponse:
    """List the bundles, ask for one, or give one to the browser to save (`?fetch=`)."""
    if not all(has_seat(key, here.actor, here.ctx.now()) for key in keys_of(here.case)):
        if here.posted or here.request.GET.get("fetch"):
            refuse(here.case, actor=here.actor, ctx=here.ctx)
        return here.show("cases/steps/bundle.html", {"later": True})
    form = BundleForm(here.request.POST if here.posted else None, fields=_fields(here))
    if form.is_valid():
        said = form.cleaned_data
        closed = tuple(said["closed"]) if said["how"] == "redacted" else ()
        asked = Asked(said["to"], said["why"], closed, said["age"])
        ask_for_bundle(case=here.case, asked=asked, actor=here.actor, ctx=here.ctx)
        messages.success(here.request, _("The bundle is being made. It stands below as soon as it is ready."))
        return here.again()
    made = exports_of(here.case, actor=here.actor, purpose=_PURPOSE, ctx=here.ctx)
    if wanted := here.request.GET.get("fetch"):
        return _fetched(here, wanted, made)
    rows = [ExportRow(each, _who(here, each.actor)) for each in made]
    refused = [(somebody(here.case, each.actor, reader=here.actor), each.last) for each in refused_of(here.case)]
    waiting: list[Waiting] = waiting_of(here.case, {each.id for each in made})
    shown = {"form": form, "rows": rows, "waiting": waiting, "refused": refused, "later": False}
    return here.show("cases/steps/bundle.html", shown)


def _fields(here: Here) -> list[tuple[str, Any]]:
    """Return what of this case can stay closed, in the order of the record, the documents last."""
    found = dict.fromkeys(
        f"{type}:{field}" for type, fields in fields_of(keys_of(here.case), case=here.case.id) for field in fields
        if field != _DOCUMENT
    )  # fmt: skip
    return [(name, _FIELDS.get(name, name)) for name in (*found, _DOCUMENT) if name not in MESSAGES]


def _who(here: Here, actor: ActorId) -> str:
    by_command = actor == SYSTEM
    return _("whoever runs the machine, by command") if by_command else somebody(here.case, actor, reader=here.actor)


def _fetched(here: Here, wanted: str, made: Sequence[Export]) -> HttpResponse:
    export = next((each for each in made if each.id == wanted), None)
    path = kept_file(wanted) if export is not None and export.there else None
    if export is None or path is None:
        raise Http404
    pieces = fetch(keys=keys_of(here.case), export=wanted, actor=here.actor, ctx=here.ctx)
    ending = "zip.age" if path.suffix == ".age" else "zip"
    response: HttpResponseBase = to_save(StreamingHttpResponse(pieces), f"{_name(export.at)}.{ending}")
    return response  # type: ignore[return-value] # the stubs know no common base


def _name(at: datetime) -> str:
    """Return the name of every bundle's file: that it is one, and of which day."""
    return f"bundle-{at:%Y-%m-%d}"

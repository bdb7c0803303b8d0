"""The forms of the import page: bring a file in, and answer what it cannot say itself."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evenhand.errors import UsageError
from evenhand.posts.telling import format_words
from evenhand.posts.times import zone_of
from evenhand.web.sources.waiting import LARGEST_PIECE

# The plain columns people can name in a table of their own, in the order in which they are asked.
FIELDS: Final[dict[str, str | Promise]] = {
    "text": _("What was written"),
    "author_handle": _("Who wrote it"),
    "created_at": _("When"),
    "id": _("The id of the post"),
    "reply_to": _("The id of the post it answers"),
    "parent_text": _("The text of the post it answers"),
    "platform": _("The platform"),
    "language": _("The language"),
}


class HowForm(forms.Form):
    """What is said about a file when it is brought in."""

    basis = forms.CharField(
        label=_("The lawful basis, for bulk data about other people"),
        help_text=_("Leave it empty for the export of one account, or for posts somebody was sent."),
        required=False,
        max_length=500,
    )
    dry = forms.BooleanField(label=_("Only look: count and tell, keep nothing"), required=False)


class BringForm(HowForm):
    """A file in one request, for browsers without script: up to 25 MB."""

    file = forms.FileField(
        label=_("The export: a zip, JSON or CSV file, as the platform gave it"),
        widget=forms.FileInput,
        error_messages={
            "required": _(
                "Choose the file. One over 25 MB needs a browser that runs scripts, or on the machine: evenhand import."
            ),
            "empty": _("This file is empty. Export it again."),
        },
    )
    field_order = ("file", "basis", "dry")

    def clean_file(self) -> UploadedFile[Any]:
        """Return the file, if it is small enough for one request."""
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        if (upload.size or 0) > LARGEST_PIECE:
            raise forms.ValidationError(_("This file is over 25 MB."))
        return upload


class BeginForm(forms.Form):
    """What a browser says before it sends a file in pieces."""

    name = forms.CharField(max_length=255)
    size = forms.IntegerField(min_value=1)


class SameActForm(forms.Form):
    """What is said of two records that may be one act."""

    record = forms.CharField(max_length=400, widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("What are they?"),
        choices=[("same", _("one act, in both exports: count it once")), ("different", _("two acts: count both"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is one act or two.")},
    )
    reason = forms.CharField(
        label=_("Why?"), max_length=500, error_messages={"required": _("Say in a few words how you know.")}
    )


class AnswerForm(forms.Form):
    """The answers to one question about a file; which fields there are depends on the question."""

    def __init__(self, question: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks: str = question["asks"]
        if self.asks == "basis":
            self.fields["basis"] = forms.CharField(label=_("The lawful basis"), max_length=500)
        elif self.asks == "format":
            choices = [(name, format_words(name, gettext)) for name in question["formats"]]
            self.fields["format"] = forms.ChoiceField(
                label=_("Which is it?"), choices=choices, widget=forms.RadioSelect
            )
        elif self.asks == "order":
            orders = [("dmy", _("the day first: 3/12 is 3 December")), ("mdy", _("the month first: 3/12 is March 12"))]
            self.fields["order"] = forms.ChoiceField(
                label=_("What comes first in its dates?"), choices=orders, widget=forms.RadioSelect
            )
        else:
            self._ask_columns(question)

    def _ask_columns(self, question: dict[str, Any]) -> None:
        names = [("", _("not in the file")), *((name, name) for name in question["columns"])]
        for field, label in FIELDS.items():
            guess = question["guess"].get(field, "")
            self.fields[f"column_{field}"] = forms.ChoiceField(
                label=str(label), choices=names, required=field == "text", initial=guess
            )
        self.fields["timezone"] = forms.CharField(
            label=_("The zone of its times, if they name none"), help_text=_("Such as Europe/London."), required=False
        )

    def clean_timezone(self) -> str:
        """Return the zone, if there is one of that name."""
        zone: str = self.cleaned_data["timezone"].strip()
        if zone:
            try:
                zone_of(zone)
            except UsageError:
                raise forms.ValidationError(_("There is no zone of that name.")) from None
        return zone

    def answers(self) -> dict[str, Any]:
        """Return what was answered, as the job reads it."""
        if self.asks != "columns":
            return dict(self.cleaned_data)
        columns = [(field, self.cleaned_data[f"column_{field}"]) for field in FIELDS]
        return {"columns": [pair for pair in columns if pair[1]], "timezone": self.cleaned_data["timezone"]}

"""The forms that take one file or one link, on the pages of both sides and on the officers'."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.errors import UsageError
from evenhand.evidence.links import MOST, given_link
from evenhand.web.cases.steps.files import MOST_BYTES


class FileForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=_("File"), help_text=_(
            "A picture, a PDF, a text, a saved e-mail, a web archive or an export from a platform, up to 20 MB; where "
            "this page may run its script, up to 256 MB."
        ),
        error_messages={
            "required": _("Choose a file first."), "empty": _("This file is empty. Choose it again."),
            "missing": _("Choose a file first."), "invalid": _("The file did not arrive. Choose it again."),
        },
    )  # fmt: skip

    def clean_file(self) -> object:
        """Refuse what is too large before it is read."""
        sent = self.cleaned_data["file"]
        if sent.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB. Send a smaller picture, or a part of it."))
        return sent


class LinkForm(forms.Form):
    """One link."""

    link = forms.CharField(
        label=_("Address of the post or page"), max_length=MOST, widget=forms.TextInput(attrs={"inputmode": "url"}),
        help_text=_("As the browser shows it; it begins with https://. Nothing is opened or fetched by this."),
        error_messages={"required": _("Give the address first.")},
    )  # fmt: skip

    def clean_link(self) -> str:
        """Refuse what is no address of a page, in words."""
        try:
            return given_link(self.cleaned_data["link"])
        except UsageError as refused:
            said = _("This is no address of a page. Copy it from the window of your browser; it begins with https://.")
            raise forms.ValidationError(said) from refused

"""The form that takes one file, on the pages of both sides and on the officers'."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

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

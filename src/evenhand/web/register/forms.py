"""The two forms of the register's page: check a file, then load the very same file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from evenhand.errors import UsageError
from evenhand.membership import Register, read_register


class CheckForm(forms.Form):
    """A file of the register. What is in it is read in memory and not kept: loading asks for the file again."""

    file = forms.FileField(
        label=_("The register as a CSV file"),
        widget=forms.FileInput,
        error_messages={
            "required": _("Choose the file. One over 20 MB is loaded with: evenhand membership load."),
            "empty": _("This file is empty. Export it again."),
        },
    )

    def clean_file(self) -> Register:
        """Return the register that the file holds; every row must be usable."""
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        raw = upload.read()
        self.mark = salted_hmac("evenhand/register-file/v1", raw, algorithm="sha256").hexdigest()
        try:
            return read_register(raw.decode("utf-8-sig")).whole()
        except UnicodeDecodeError:
            raise forms.ValidationError(_("This is not UTF-8 text. Save it as “CSV UTF-8” and try again.")) from None
        except UsageError as error:
            raise forms.ValidationError(f"{error.what} {error.mend}") from None

    @property
    def register(self) -> Register:
        """The register, once the form is valid."""
        register: Register = self.cleaned_data["file"]
        return register


class LoadForm(CheckForm):
    """The file that was checked, once more, and what has to be said before it is loaded."""

    checked = forms.CharField(widget=forms.HiddenInput)
    known_since = forms.DateField(
        label=_("From which day on does the file hold former members as well?"),
        help_text=_("Leave it empty if it holds everybody who ever was a member. Write it like 2010-01-31."),
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Write the day like 2010-01-31.")},
    )
    remove_missing = forms.BooleanField(label=_("Remove the members who are not in this file any more"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse another file than the one that was checked."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "file" in cleaned and not constant_time_compare(cleaned.get("checked", ""), self.mark):
            self.add_error("file", _("This is not the file you checked. Check this one first."))
        return cleaned

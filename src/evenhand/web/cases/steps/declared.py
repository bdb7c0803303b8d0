"""The question beside every vote and decision: did anybody without a seat speak to whoever takes it (INV-44)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.web.ui.choices import one_of


class ContactDeclared(forms.Form):
    """Whether there was a contact, and if so who it was and what about. A decision's form builds on it."""

    contact = one_of(
        gettext_lazy("Did anybody without a seat speak to you about this case?"),
        [("none", gettext_lazy("No, nobody")), ("some", gettext_lazy("Yes"))],
        missing=gettext_lazy("Answer this; nothing is decided without it."),
    )
    contact_words = forms.CharField(label=gettext_lazy("If so: who, and what about"), required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        """Ask for words where there was a contact."""
        cleaned = super().clean() or {}
        if cleaned.get("contact") == "some" and not cleaned.get("contact_words"):
            self.add_error("contact_words", _("Say who it was and what about."))
        return cleaned

    def declared(self) -> str:
        """Return what was said about a contact, "" where there was none; once valid."""
        return str(self.cleaned_data["contact_words"]) if self.cleaned_data["contact"] == "some" else ""

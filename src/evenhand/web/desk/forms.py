"""The one form of the leads page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.web.desk.words import REASONS, Reason
from evenhand.web.ui.choices import offer


class NotAbuseForm(forms.Form):
    """Why a lead is not abuse: one word of a closed list, and nothing else."""

    reason = forms.ChoiceField(
        label=_("Why is this not abuse?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose the reason that fits best."),
            "invalid_choice": _("Choose one of the reasons on this page."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(code), f"{label}. {meaning}") for code, (label, meaning) in REASONS.items()]
        offer(self, "reason", choices)

    @property
    def chosen(self) -> Reason:
        """The reason, once the form is valid."""
        return Reason(self.cleaned_data["reason"])

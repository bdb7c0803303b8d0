"""The one form of this app: the code printed on a letter."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class CheckForm(forms.Form):
    """What a reader types from their letter; whether it is one of ours is not for the form to say."""

    code = forms.CharField(
        label=_("Check code"),
        max_length=64,
        error_messages={
            "required": _("Enter the check code that is printed on the letter."),
            "max_length": _("This is longer than a check code. It has sixteen letters and figures."),
        },
    )

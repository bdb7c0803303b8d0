"""The one form of the rules' page: a text to be signed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.web.rules.actions import Kind


class ProposeForm(forms.Form):
    """Which kind of text, and the text itself (TOML). What is wrong with it the verb says."""

    kind = forms.ChoiceField(
        label=_("What is it?"),
        widget=forms.RadioSelect,
        choices=[(Kind.CODE.value, _("Rules of conduct")), (Kind.PROCEDURE.value, _("The procedure"))],
        error_messages={"required": _("Say what it is."), "invalid_choice": _("Choose one of the two.")},
    )
    text = forms.CharField(
        label=_("The text, as TOML"),
        widget=forms.Textarea,
        strip=False,
        error_messages={"required": _("Paste the text.")},
    )

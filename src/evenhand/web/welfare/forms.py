"""What came of a call."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.web.welfare.words import Result

RESULTS = (
    (Result.REACHED.value, _("I have spoken with them")),
    (Result.NOT_WANTED.value, _("They would rather not")),
    (Result.NO_WAY.value, _("There is no way to reach them")),
)


class EndForm(forms.Form):
    """One call and its result."""

    call = forms.CharField(max_length=32, widget=forms.HiddenInput)
    result = forms.ChoiceField(choices=RESULTS)

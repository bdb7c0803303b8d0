"""The forms of the page of holds."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.web.ui.choices import one_of
from evenhand.web.vault.words import REASONS


def _review() -> forms.DateField:
    return forms.DateField(
        label=_("When is it looked at again?"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("At most six months ahead. When the day has passed, the hold still stands and is shown as due."),
        error_messages={"required": _("Give a day."), "invalid": _("Write the day as in 2026-08-31.")},
    )  # fmt: skip


class AskForm(forms.Form):
    """What is to be held, why, and until when somebody must look again."""

    target = forms.CharField(
        label=_("What is to be kept?"), max_length=60,
        help_text=_("The number of a case, as in 2026-0014, or the id of a file."),
        error_messages={"required": _("Give the number of a case, or the id of a file.")},
    )  # fmt: skip
    reason = one_of(_("Why?"), [(reason.value, words) for reason, words in REASONS.items()])
    ground = forms.CharField(
        label=_("In your own words"), max_length=2_000, widget=forms.Textarea,
        help_text=_("Kept sealed. Whoever signs second reads it first."),
        error_messages={"required": _("Say in a line what asks for it.")},
    )  # fmt: skip
    review_on = _review()


class ReviewForm(forms.Form):
    """That a hold goes on, and when it is looked at again."""

    hold = forms.CharField(max_length=32)
    review_on = _review()

    def day(self) -> date:
        """Return the day, once valid."""
        found: date = self.cleaned_data["review_on"]
        return found

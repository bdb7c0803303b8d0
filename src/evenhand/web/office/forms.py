"""The forms of the office."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.web.cases.steps.contact import ContactForm
from evenhand.web.ui.choices import offer, one_of


class ContactByNumberForm(ContactForm):
    """The same note from anywhere: the case is named by its number, and nobody is told whether there is one."""

    number = forms.CharField(
        label=_("Number of the case"), max_length=16, help_text=_("As it was said to you, such as 2026-0014."),
        error_messages={"required": _("Write the number, as far as it was said.")},
    )  # fmt: skip
    field_order = ("number", "category", "channel", "when", "text")

    def __init__(self, data: Any = None, *, now: datetime, number: str = "") -> None:
        super().__init__(data, now=now)
        self.initial["number"] = number


class AwayForm(forms.Form):
    """Who answers danger reports first, until when."""

    stand_in = one_of(_("Who answers danger reports first?"), missing=_("Choose a colleague."))
    until = forms.DateField(
        label=_("Your last day away"), help_text=_("Write it as 2026-03-31."),
        error_messages={"required": _("Write the last day."), "invalid": _("Write it as 2026-03-31.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, colleagues: list[tuple[str, str]], today: date) -> None:
        super().__init__(data)
        offer(self, "stand_in", colleagues)
        self.today = today

    def clean_until(self) -> date:
        """Return the last day; one that is past is asked again."""
        until: date = self.cleaned_data["until"]
        if until < self.today:
            raise forms.ValidationError(_("That day is past."))
        return until


class AcknowledgeAllForm(forms.Form):
    """The name by which senders may address the handler, and the cases ticked."""

    pseudonym = forms.CharField(
        label=_("Your name in these cases"), max_length=40,
        help_text=_("What the senders may call you, such as “Ash”. Not your own name."),
        error_messages={"required": _("Choose a name for these cases.")},
    )  # fmt: skip
    cases = forms.MultipleChoiceField(
        label=_("Which reports?"), widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick at least one report."),
            "invalid_choice": _("One of them is not waiting any more. Look at the list again."),
        },
    )  # fmt: skip

    def __init__(self, data: Any = None, *, waiting: list[tuple[str, str]]) -> None:
        super().__init__(data)
        offer(self, "cases", waiting)
        self.initial["cases"] = [case for case, _words in waiting]

"""The small forms of the page that follows a report."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.web.cases.steps.dialogue import MOST
from evenhand.web.intake.forms import choice


class CodeForm(forms.Form):
    """The receipt code."""

    code = forms.CharField(
        label=_("Your code"), max_length=60, help_text=_("Four groups of four letters and figures, from your receipt."),
        error_messages={"required": _("Type the code from your receipt.")},
    )  # fmt: skip


class MessageForm(forms.Form):
    """A message, or an answer to one of ours."""

    text = forms.CharField(
        label=_("Your message"), max_length=MOST, widget=forms.Textarea,
        error_messages={"required": _("Write a line, then send it.")},
    )  # fmt: skip


class TakeBackForm(forms.Form):
    """Whether anybody pressed the sender, and why, if they want to say."""

    pressed = choice(
        _("Has anybody pressed you to take it back, or made you afraid?"),
        {"free": _("No, I want this myself"), "pressed": _("Yes, somebody has")},
    )
    text = forms.CharField(
        label=_("What you would like us to know"), max_length=MOST, required=False, widget=forms.Textarea,
        help_text=_("You need not give a reason."),
    )  # fmt: skip


class IdentityForm(forms.Form):
    """The answer to the exact words the other side would be shown."""

    answer = choice(
        _("May the other side be shown these words?"),
        {
            "agreed": _("Yes, these words may be shown"),
            "protect": _("No: I ask that my identity is protected, and say why"),
            "withdraw": _("I would rather take my report back"),
        },
    )
    reason = forms.CharField(
        label=_("Why"), max_length=MOST, required=False, widget=forms.Textarea,
        help_text=_("Only for the second answer: what you fear, in a few words."),
    )  # fmt: skip

    def clean(self) -> dict[str, object]:
        """Ask for a reason where protection is asked for: it is recorded, and somebody decides on it."""
        cleaned = super().clean() or {}
        if cleaned.get("answer") == "protect" and not cleaned.get("reason"):
            self.add_error("reason", _("Say in a few words what you fear."))
        return cleaned

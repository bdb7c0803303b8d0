"""The small forms behind the code, in plain words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.web.cases.steps import reply
from evenhand.web.cases.steps.reply import Answer, Point, Said
from evenhand.web.ui.choices import offer


class CodeForm(forms.Form):
    """The code of the letter and the fact that only its reader is likely to know."""

    code = forms.CharField(
        label=_("The code in your letter"), max_length=60, help_text=_(
            "Four groups of four letters and figures, after “Your code”. It is not the check code, which only shows "
            "that a letter is real."
        ),
        error_messages={"required": _("Type the code from your letter.")},
    )  # fmt: skip
    fact = forms.CharField(
        label=_("The last four letters or figures of your membership number"), max_length=60, required=False,
        help_text=_(
            "It shows us that the letter reached the right person. If your number has four or fewer, type the year in "
            "which you first became a member. If you were never a member, leave this empty."
        ),
    )  # fmt: skip


ITEM_WORDS = {
    Said.MINE: _("Yes, I posted or shared it"),
    Said.NOT_ME: _("No, that was not me"),
    Said.OTHER: _("It is not so simple: I say it in my own words below"),
}
ALLEGATION_WORDS = {
    Said.ACCEPT: _("I accept that it was as it is described"),
    Said.DISPUTE: _("I do not accept it"),
    Said.OTHER: _("Neither: I say it in my own words below"),
}


class PointForm(forms.Form):
    """One point: an answer, words, both, or nothing. Nothing leaves the point open."""

    said = forms.ChoiceField(
        label="", required=False, widget=forms.RadioSelect, choices=[],
        error_messages={"invalid_choice": _("Choose one of the answers.")},
    )  # fmt: skip
    text = forms.CharField(
        label=_("Your words"), required=False, max_length=reply.MOST, widget=forms.Textarea,
        help_text=_("As short or as long as you like. You may leave it empty."),
        error_messages={"max_length": _("This is longer than 20,000 characters. Send the rest as a message.")},
    )  # fmt: skip

    def __init__(self, *args: Any, point: Point, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.point = point
        words = ITEM_WORDS if point.item else ALLEGATION_WORDS
        if point.choices:
            self.fields["said"].label = _("Did you post or share this?") if point.item else _("What do you say to it?")
            offer(self, "said", [(each.value, words[each]) for each in point.choices])
        else:
            del self.fields["said"]

    def answer(self) -> Answer | None:
        """Return what was said about the point; None where it was left open."""
        text = str(self.cleaned_data["text"])
        said = self.cleaned_data.get("said") or (Said.OTHER.value if text.strip() else "")
        return Answer(self.point, Said(said), text) if said else None

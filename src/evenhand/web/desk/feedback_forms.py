"""The forms about posts that a person is asked about or brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.web.desk.feedback import LONGEST
from evenhand.web.desk.words import ANSWERS, CATEGORIES, KINDS, Answer
from evenhand.web.ui.choices import offer, one_of

_CHOOSE = _("Choose one of the answers on this page.")


class SampleForm(forms.Form):
    """One question: is this abuse?"""

    answer = one_of(_("Is this abuse?"), [(answer.value, text) for answer, text in ANSWERS.items()], missing=_CHOOSE)

    @property
    def answered(self) -> Answer:
        """The answer, once the form is valid."""
        return Answer(self.cleaned_data["answer"])


class LabelForm(SampleForm):
    """The same question, and which kinds of abuse where it is."""

    kinds = forms.MultipleChoiceField(
        label=_("If it is: which of these, as far as they apply?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[(kind, CATEGORIES[kind]) for kind in KINDS],
    )


class MissedForm(forms.Form):
    """A post that was abuse and of which no lead was made."""

    person = forms.ChoiceField(label=_("Whom is it aimed at?"), error_messages={"required": _("Choose a person.")})
    text = forms.CharField(
        label=_("What was written"),
        widget=forms.Textarea,
        max_length=LONGEST,
        error_messages={"required": _("Give the words of the post, as they stand.")},
    )
    kinds = forms.MultipleChoiceField(
        label=_("Which of these, as far as they apply?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[(kind, CATEGORIES[kind]) for kind in KINDS],
    )

    def __init__(self, *args: Any, people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Choose")), *people.items()]
        offer(self, "person", choices)

"""Questions of a form that have a few answers, of which one is chosen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

Words = Any  # a text, or one that is translated when it is shown: the stubs have no one name for both
_MISSING: Final = _("Choose one.")


def one_of(
    label: Words, choices: Iterable[tuple[str, Words]] = (), *, missing: Words = _MISSING, hint: Words = ""
) -> forms.ChoiceField:
    """Return a question with radio buttons.

    `missing`: what somebody reads who sends no answer, or one that was not offered. Where the answers are known only
    when the form is made, `offer` gives them.
    """
    return forms.ChoiceField(
        label=label, help_text=hint, choices=list(choices), widget=forms.RadioSelect,
        error_messages={"required": missing, "invalid_choice": missing},
    )  # fmt: skip


def offer(form: forms.Form, name: str, choices: Iterable[tuple[str, Words]]) -> None:
    """Give a question of one form its answers."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField), name
    field.choices = list(choices)

"""The form of a step that concerns one side of a case: which side is asked first, of those that are there."""

from __future__ import annotations

from typing import Any

from django import forms

from evenhand.web.ui.choices import offer


class OneSideForm(forms.Form):
    """A form with a question `party`, whose answers are the sides of the case: (party id, words)."""

    def __init__(self, data: Any = None, *, sides: list[tuple[str, str]]) -> None:
        super().__init__(data)
        offer(self, "party", sides)

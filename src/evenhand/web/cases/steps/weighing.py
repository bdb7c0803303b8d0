"""The gate every step's form passes: words that hint at a reason nobody may have are answered before anything is done.

One place for all steps, so that none can forget it. The page that asks carries what was typed and sends it on.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from evenhand.web.cases.hints import MOST, answer_for, hints_in
from evenhand.web.cases.steps.here import Here

# Not the writer's reason: what somebody else said to them, which is what a note of contact is for.
_ANOTHERS: Final = frozenset({"contact_words"})
_OURS: Final = frozenset({"csrfmiddlewaretoken", "revision", "why_these_words"})


class WordsForm(forms.Form):
    """The answer to a warning."""

    why_these_words = forms.CharField(
        label=gettext_lazy("Why do these words stand there?"), max_length=MOST, widget=forms.Textarea,
        help_text=gettext_lazy("“I quote what was posted” is an answer. Whoever checks the decision reads it."),
        error_messages={"required": gettext_lazy("Say why, or go back and take the words out.")},
    )  # fmt: skip


def asked_about_words(here: Here) -> HttpResponse | None:
    """Return the page that asks about words of the lexicon in what was sent; None where nothing is left to ask.

    An answer that came with them is recorded before the step is taken: nothing goes out that was not answered for.
    """
    sent = here.request.POST
    hints = hints_in(text for name, text in _pairs(sent) if name not in _ANOTHERS)
    if not hints:
        return None
    form = WordsForm(sent if "why_these_words" in sent else None)
    if form.is_valid():
        why = form.cleaned_data["why_these_words"]
        answer_for(case=here.case, step=here.step.slug, hints=hints, answer=why, actor=here.actor, ctx=here.ctx)
        return None
    context = {"case": here.case, "step": here.step, "form": form, "hints": hints, "carried": list(_pairs(sent))}
    return render(here.request, "cases/steps/words.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _pairs(sent: QueryDict) -> Iterator[tuple[str, str]]:
    """Return (name, value) of everything that was typed or chosen."""
    for name, values in sent.lists():
        if name not in _OURS:
            yield from ((name, str(value)) for value in values)

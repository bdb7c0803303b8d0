"""What the page of one piece of evidence adds to a released file: transcript, near pictures, answers of its taker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.errors import UsageError
from evenhand.evidence.pictures import TAKERS_QUESTIONS
from evenhand.evidence.transcript import can_read
from evenhand.evidence.uploads import Kind
from evenhand.web.cases.models import Upload
from evenhand.web.cases.steps.covering import TEXTS, covered_of
from evenhand.web.cases.steps.custody import somebody
from evenhand.web.cases.steps.here import Here
from evenhand.web.cases.steps.pictures import (
    MOST_WORDS,
    Words,
    answers_of,
    compare,
    read_by_machine,
    transcripts_of,
    write_answers,
    write_transcript,
)
from evenhand.web.cases.steps.worth_words import PICTURES


class WordsForm(forms.Form):
    """What somebody reads in a file."""

    text = forms.CharField(
        label=gettext_lazy("What it says, letter by letter"), max_length=MOST_WORDS, widget=forms.Textarea,
        help_text=gettext_lazy("Mark what you cannot read with three dots. It stays your reading, and is called so."),
        error_messages={"required": gettext_lazy("Type off what you read, then keep it.")},
    )  # fmt: skip


class AnswersForm(forms.Form):
    """The questions for whoever took a picture, none of which must be answered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in TAKERS_QUESTIONS:
            self.fields[name] = forms.CharField(label=_(words), required=False, max_length=1_000)

    def clean(self) -> dict[str, Any]:
        """Refuse a list of answers without one."""
        said = super().clean() or {}
        if not any(said.get(name) for name, _words in TAKERS_QUESTIONS):
            self.add_error(TAKERS_QUESTIONS[0][0], _("Write down at least one answer."))
        return said


@dataclass(frozen=True, slots=True)
class Transcribed:
    """One transcript with who made it, by their part."""

    words: Words
    who: str


def added_to(here: Here, upload: Upload, faulty: forms.Form | None) -> dict[str, Any]:
    """Return what the page shows of a released file beside what it is worth."""
    kind = Kind(upload.kind)
    picture = kind in PICTURES
    shown: dict[str, Any] = {
        "picture": picture, "look": "look" in here.request.GET, "can_cover": picture or kind in TEXTS,
        "covered": len(covered_of(upload)), "can_read": can_read(),
        "transcripts": [
            Transcribed(each, somebody(here.case, each.by, reader=here.actor))
            for each in transcripts_of(upload, actor=here.actor, ctx=here.ctx)
        ],
        "words_form": faulty if isinstance(faulty, WordsForm) else WordsForm(),
    }  # fmt: skip
    if picture:
        known = AnswersForm(initial=answers_of(upload, actor=here.actor, ctx=here.ctx))
        shown["compared"] = compare(here.case, upload, actor=here.actor, ctx=here.ctx)
        shown["answers_form"] = faulty if isinstance(faulty, AnswersForm) else known
    return shown


def taken_down(here: Here, upload: Upload) -> forms.Form | None:
    """Keep what was sent and return None, or the form with what to mend."""
    what = here.request.POST.get("do")
    if what == "read":
        return _read(here, upload)
    if what not in {"transcript", "answers"}:
        raise Http404
    form: forms.Form = WordsForm(here.request.POST) if what == "transcript" else AnswersForm(here.request.POST)
    if not form.is_valid():
        return form
    said = form.cleaned_data
    if what == "transcript":
        write_transcript(upload=upload, text=said["text"], actor=here.actor, ctx=here.ctx)
        messages.success(here.request, _("The transcript is kept beside the file."))
    else:
        write_answers(upload=upload, answers=said, actor=here.actor, ctx=here.ctx)
        messages.success(here.request, _("The answers are kept beside the file."))
    return None


def _read(here: Here, upload: Upload) -> forms.Form | None:
    """Let the installed program read a picture; what it could not do stands at the transcript."""
    try:
        read_by_machine(upload=upload, actor=here.actor, ctx=here.ctx)
    except UsageError as refused:
        form = WordsForm({})
        form.errors.clear()
        form.add_error("text", str(refused))
        return form
    messages.success(here.request, _("The machine has read it. Compare every word before anybody relies on it."))
    return None

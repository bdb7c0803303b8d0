"""Covering parts of a file on a page: numbers or words in a form, a look at the result, then a copy that is kept."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.errors import UsageError
from evenhand.evidence.uploads import Kind
from evenhand.web.cases.models import Upload
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.covering import (
    MOST_AREAS,
    TEXTS,
    Box,
    cover_picture,
    cover_words,
    covered_copy,
    covered_of,
    preview,
    words_in,
)
from evenhand.web.cases.steps.files_page import ROLES, files_are_open, to_look_at, to_save, upload_named
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.worth_words import PICTURES

_MOST_WORDS: Final = 4_000


class AreasForm(forms.Form):
    """Areas of a picture, one line each: how far from the left, from the top, how wide, how high, in points."""

    areas = forms.CharField(
        label=gettext_lazy("Areas to cover, one line each"), max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Four numbers in points of the picture: from the left edge, from the top edge, width, height. For example: "
            "40 120 300 24"
        ),
        error_messages={"required": gettext_lazy("Name at least one area to cover.")},
    )  # fmt: skip

    def clean_areas(self) -> list[Box]:
        """Return the areas as numbers."""
        lines = [line.replace(",", " ").split() for line in self.cleaned_data["areas"].splitlines() if line.strip()]
        if not 1 <= len(lines) <= MOST_AREAS or not all(_is_box(line) for line in lines):
            raise forms.ValidationError(
                _("Each line takes four whole numbers, and there are at most %(n)d lines.") % {"n": MOST_AREAS}
            )
        return [(int(a), int(b), int(c), int(d)) for a, b, c, d in lines]


def _is_box(numbers: list[str]) -> bool:
    return len(numbers) == 4 and all(each.isascii() and each.isdecimal() and len(each) <= 6 for each in numbers)


class CoverWordsForm(forms.Form):
    """Words to take out of a text."""

    words = forms.CharField(
        label=gettext_lazy("Words to cover, one line each"), max_length=_MOST_WORDS, widget=forms.Textarea,
        help_text=gettext_lazy("Each is covered wherever it stands, in capitals or not. None of them is kept."),
        error_messages={"required": gettext_lazy("Write the words to cover, one line each.")},
    )  # fmt: skip


@page(Step("cover", gettext_lazy("Cover parts of a file"), roles=ROLES, listed=False, anytime=True, weighed=False))
def view(here: Here) -> HttpResponse:
    """Show a file with the form; `?shown=` gives the picture with areas covered, `?copy=` a copy that is kept."""
    if not files_are_open(here):
        return here.show("cases/steps/files.html", {"rows": [], "later": True, "asked": []})
    wanted = here.request.GET.get("file")
    if not wanted:
        return redirect("case_files", case=here.case.id) if here.posted else _which(here)
    upload = upload_named(here, wanted)
    if "copy" in here.request.GET:
        return _kept(here, upload, here.request.GET["copy"])
    if "shown" in here.request.GET:
        return _preview(here, upload)
    kind = Kind(upload.kind)
    if upload.state != "cleared" or kind not in PICTURES | TEXTS:
        raise Http404
    return _areas(here, upload) if kind in PICTURES else _words(here, upload)


def _which(here: Here) -> HttpResponse:
    return here.show("cases/steps/evidence_none.html", {"files": []})


def _preview(here: Here, upload: Upload) -> HttpResponse:
    form = AreasForm({"areas": here.request.GET["shown"]})
    areas = form.cleaned_data["areas"] if form.is_valid() else []
    data, _size = preview(upload=upload, areas=areas, actor=here.actor, ctx=here.ctx)
    return to_look_at(data, Kind.PNG)


def _areas(here: Here, upload: Upload) -> HttpResponse:
    form = AreasForm(here.request.POST) if here.posted else AreasForm()
    shown: list[Box] = form.cleaned_data["areas"] if form.is_valid() else []
    size = _size_of(here, upload, shown, form)
    if shown and "keep" in here.request.POST:
        cover_picture(upload=upload, areas=shown, actor=here.actor, ctx=here.ctx)
        return _done(here, upload)
    query = urlencode({"file": upload.id, "shown": "\n".join(" ".join(map(str, area)) for area in shown)})
    context = {"form": form, "width": size[0], "height": size[1], "image": f"{here.request.path}?{query}"}
    return _show(here, upload, context, looked=bool(shown) and not form.errors)


def _size_of(here: Here, upload: Upload, areas: list[Box], form: AreasForm) -> tuple[int, int]:
    """Return width and height of the picture; an area that lies outside stands at the form."""
    try:
        return preview(upload=upload, areas=areas, actor=here.actor, ctx=here.ctx)[1]
    except UsageError:
        form.add_error("areas", _("An area lies outside the picture. Its size stands below."))
        areas.clear()
        return preview(upload=upload, areas=[], actor=here.actor, ctx=here.ctx)[1]


def _words(here: Here, upload: Upload) -> HttpResponse:
    form = CoverWordsForm(here.request.POST) if here.posted else CoverWordsForm()
    if form.is_valid():
        words = form.cleaned_data["words"].splitlines()
        try:
            cover_words(upload=upload, words=words, actor=here.actor, ctx=here.ctx)
            return _done(here, upload)
        except UsageError as refused:
            form.add_error("words", str(refused))
    try:
        text = words_in(upload, actor=here.actor, ctx=here.ctx)
    except UsageError as refused:
        return _show(here, upload, {"no": str(refused)})
    return _show(here, upload, {"form": form, "text": text})


def _done(here: Here, upload: Upload) -> HttpResponse:
    messages.success(here.request, _("The covered copy is kept beside the file. Look at it before it goes out."))
    return redirect(f"{here.request.path}?file={upload.id}")


def _show(here: Here, upload: Upload, context: dict[str, Any], *, looked: bool = False) -> HttpResponse:
    form = context.get("form")
    faulty = form if form is not None and form.errors else None  # one that was only looked at has no fault
    shown = {"file": upload, "copies": covered_of(upload), "looked": looked} | context
    return here.show("cases/steps/cover.html", shown | {"asked": form, "form": faulty})


def _kept(here: Here, upload: Upload, wanted: str) -> HttpResponse:
    copy = next((each for each in covered_of(upload) if each.id == wanted), None)
    if copy is None:
        raise Http404
    made = covered_copy(copy.id, actor=here.actor, purpose="open a file", ctx=here.ctx)
    return to_save(HttpResponse(made.data), f"covered.{copy.kind.ending}")

"""A note that somebody spoke to you about a case: ten seconds, four answers, no judgement (INV-11, INV-12).

It stands on the case for both sides to count. Whoever was spoken to decides nothing in the case while a contact that
is known is not written down.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.web.cases.contacts import Channel, Note, file_contact, unfiled
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.people.roles import Office

MOST: Final = 2_000
_SKEW: Final = timedelta(minutes=2)
_TYPED: Final = "%Y-%m-%d %H:%M"
WHO: Final[dict[str, str | Promise]] = {
    Office.LEADER.value: gettext_lazy("The leader, or a deputy"),
    Office.LEADERS_OFFICE.value: gettext_lazy("Somebody from the leader's office"),
    Office.EXECUTIVE.value: gettext_lazy("A member of the executive"),
    Office.PRESS_OFFICE.value: gettext_lazy("The press office"),
    Office.CANDIDATE.value: gettext_lazy("A candidate, or a candidate's team"),
    "member": gettext_lazy("A member"),
    "party": gettext_lazy("A side of the case, or somebody for them"),
    "press": gettext_lazy("A journalist"),
    "other": gettext_lazy("Somebody else"),
}
"""Categories of people, never a name: the name, where it matters, stands in the sealed line."""
HOW: Final[dict[Channel, str | Promise]] = {
    Channel.IN_PERSON: gettext_lazy("In person"),
    Channel.TELEPHONE: gettext_lazy("By telephone"),
    Channel.MAIL: gettext_lazy("By letter or e-mail"),
    Channel.MESSAGE: gettext_lazy("By message"),
    Channel.MEETING: gettext_lazy("In a meeting"),
}


class ContactForm(forms.Form):
    """Who, how, when, and one line. `now` is filled in as the moment of the contact."""

    category = forms.ChoiceField(
        label=gettext_lazy("Who spoke to you?"), widget=forms.RadioSelect, choices=list(WHO.items()),
        error_messages={
            "required": gettext_lazy("Choose who spoke to you."),
            "invalid_choice": gettext_lazy("Choose one from the list."),
        },
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=gettext_lazy("How?"), choices=[(each.value, words) for each, words in HOW.items()],
        error_messages={
            "required": gettext_lazy("Choose how."),
            "invalid_choice": gettext_lazy("Choose one from the list."),
        },
    )  # fmt: skip
    when = forms.DateTimeField(
        label=gettext_lazy("When? (UTC)"), required=False, widget=forms.DateTimeInput(format=_TYPED),
        input_formats=[_TYPED, "%Y-%m-%dT%H:%M"],
        help_text=gettext_lazy("Leave it as it is if it was just now."),
        error_messages={"invalid": gettext_lazy("Write it as 2026-03-02 09:30.")},
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("In one line: what was asked, what did you answer?"), max_length=MOST,
        error_messages={"required": gettext_lazy("A line is enough: what was asked, what you answered.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, now: datetime, **options: Any) -> None:
        super().__init__(data, initial={"when": now.astimezone(UTC).strftime(_TYPED)}, **options)
        self.now = now

    def clean_when(self) -> datetime:
        """Return the moment of the contact, now where none was given; a browser's clock may run a little ahead."""
        when = self.cleaned_data["when"] or self.now
        if when > self.now + _SKEW:
            raise forms.ValidationError(_("The contact lies in the future. Check the day and the hour."))
        return min(when, self.now)

    def note(self, recipient: str) -> Note:
        """Return the note as the person filled it in, of a contact with themselves."""
        said = self.cleaned_data
        return Note(recipient, said["category"], Channel(said["channel"]), said["when"], said["text"])


@page(Step("contact", gettext_lazy("Somebody spoke to me about this case"), anytime=True, weighed=False))
def view(here: Here) -> HttpResponse:
    """Take a note of a contact; nothing about the case is opened for it."""
    form = ContactForm(here.request.POST if here.posted else None, now=here.ctx.now())
    if form.is_valid():
        file_contact(case=here.case, note=form.note(here.actor), actor=here.actor, ctx=here.ctx)
        messages.success(
            here.request, _("Your note is on record. Both sides see how many there are, not what they say.")
        )
        return here.done()
    return here.show("cases/steps/contact.html", {"form": form, "known": unfiled(here.case.id, here.actor)})

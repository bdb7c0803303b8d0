"""The questions of a report, one form to a page, in plain words. Limits are generous and said aloud."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.web.ui.choices import one_of

MOST_WORDS: Final = 20_000
MOST_PLACES: Final = 30
_LINE: Final = 500


class ReportForm(forms.Form):
    """A page of the report: `plain()` is what the draft carries."""

    def plain(self) -> dict[str, Any]:
        """Return the answers as JSON can carry them."""
        cleaned = self.cleaned_data
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in cleaned.items()}


def long_text(label: Any, *, required: Any = None, hint: Any = "") -> forms.CharField:
    """Return a field for free text; over the limit it says by how much."""
    return forms.CharField(
        label=label, help_text=hint, required=required is not None, max_length=MOST_WORDS, strip=True,
        widget=forms.Textarea,
        error_messages={
            "required": required or "",
            "max_length": _("This is longer than %(limit_value)d characters. Send the rest as a message afterwards."),
        },
    )  # fmt: skip


def choice(label: Any, choices: Mapping[str, Any], *, hint: Any = "", required: Any = None) -> forms.ChoiceField:
    """Return a question with a few answers, of which one is chosen."""
    words = required or _("Choose one of the answers.")
    return one_of(label, choices.items(), missing=words, hint=hint)


class WhoMustNotSee(ReportForm):
    """Asked first, before anybody can read anything (INV-47)."""

    anybody = choice(
        _("Is there anybody who must not see your report?"),
        {
            "nobody": _("No. Whoever works in this complaints unit may read it"),
            "named": _("Yes, certain people. I name them below"),
            "local": _("Yes, nobody in this unit should read it"),
        },
        hint=_(
            "For example the branch secretary, somebody who works here, or a friend of theirs. If you say yes, your "
            "report is opened only by people from outside this unit."
        ),
        required=_("Choose one of the answers, so that nobody reads this who should not."),
    )
    names = long_text(
        _("Who must not see it?"),
        hint=_("Their names, or what they do here. They never see your report and are not told that you named them."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the names where the answer says that there are some, and again where it says there are none."""
        cleaned = super().clean() or {}
        if cleaned.get("anybody") == "nobody" and cleaned.get("names"):
            self.add_error("anybody", _("You name somebody below. Choose one of the two answers that begin with Yes."))
        if cleaned.get("anybody") == "named" and not cleaned.get("names"):
            self.add_error("names", _("Say who must not see it, or choose another answer."))
        return cleaned


class WhatHappened(ReportForm):
    """The words of the sender."""

    explanation = long_text(
        _("What happened?"),
        required=_("Say in a few words what happened."),
        hint=_("In your own words, as short or as long as you like. You need not repeat the abusive words themselves."),
    )
    happened_on = forms.DateField(
        label=_("When was it?"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The day, if you know it. The rule that was in force on that day is the one that counts."),
        error_messages={"invalid": _("Write the day as in 2026-03-09, or leave it empty.")},
    )  # fmt: skip


class WhereIsIt(ReportForm):
    """The exact place of each item: without one nobody can look."""

    places = long_text(
        _("Where can it be found?"),
        required=_("Give at least one address or say exactly where it is, so that somebody can look at it."),
        hint=_("One on each line: the address of each post, or for a letter or a meeting the day and the place."),
    )

    def clean_places(self) -> str:
        """Return the places, one per line; refuse too many or a line without end."""
        lines = [line.strip() for line in str(self.cleaned_data["places"]).splitlines() if line.strip()]
        if len(lines) > MOST_PLACES:
            raise forms.ValidationError(
                _("These are %(count)d places; one report holds %(most)d. Send a second report for the others."),
                params={"count": len(lines), "most": MOST_PLACES},
            )
        if any(len(line) > _LINE for line in lines):
            raise forms.ValidationError(_("One line is longer than 500 characters. Give the address alone."))
        return "\n".join(dict.fromkeys(lines))


class AboutWhom(ReportForm):
    """The person complained about, as far as the sender knows."""

    known = choice(
        _("Who did it?"), {"yes": _("I know who, or the name of the account"), "no": _("I do not know")},
        hint=_("One person to a report. If there were several, send one report for each."),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Name or account"), required=False, max_length=300,
        help_text=_("For example @harbour_gull, or a name and where you know them from."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for the name where the sender knows it."""
        cleaned = super().clean() or {}
        if cleaned.get("known") == "yes" and not cleaned.get("name"):
            self.add_error("name", _("Give the name or the account, or choose “I do not know”."))
        return cleaned


class WhoAreYou(ReportForm):
    """What the sender has to do with it; rights differ, and that is published (PROCEDURE §2.5)."""

    sender = choice(
        _("Who was it aimed at?"),
        {
            "target": _("At me"),
            "representative": _("At somebody I act for, with their agreement or as a parent"),
            "witness": _("At somebody else; I saw it"),
            "other": _("At nobody in particular, or something else"),
        },
    )
    protected_characteristic = forms.BooleanField(
        required=False,
        label=_("It seemed to me to be about race, religion, sex, disability, age or whom somebody loves"),
        help_text=_("Your impression is enough. It makes sure that an outside person checks the decision."),
    )


class HowToReachYou(ReportForm):
    """A name and a contact, or the two-way channel without either. E-mail only for those who ask for it."""

    reach = choice(
        _("How can we reach you?"),
        {
            "code": _("Only on this site, with a code. You need not say who you are"),
            "mail": _("On this site, and send me an e-mail when there is something new"),
            "post": _("By letter"),
        },
        hint=_("E-mails have a neutral subject and say nothing about the matter."),
    )
    name = forms.CharField(
        label=_("Your name"), required=False, max_length=200,
        help_text=_("You may leave it empty. The other side is never told it without asking you first."),
    )  # fmt: skip
    contact = forms.CharField(
        label=_("E-mail address, or postal address"), required=False, max_length=500,
        help_text=_("Only for the way you chose above."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for an address where one is needed to keep the promise of the answer."""
        cleaned = super().clean() or {}
        reach, contact = cleaned.get("reach"), str(cleaned.get("contact") or "")
        if reach == "mail" and "@" not in contact:
            self.add_error("contact", _("Give the e-mail address, or choose “only on this site”."))
        if reach == "post" and len(contact) < 10:
            self.add_error("contact", _("Give the postal address, or choose “only on this site”."))
        return cleaned


class CheckAndSend(ReportForm):
    """The last page: one promise."""

    bona_fide = forms.BooleanField(
        label=_("What I have written is true as far as I know"),
        error_messages={"required": _("Say that what you have written is true as far as you know.")},
    )


class WhatDanger(ReportForm):
    """The short way: what the danger is and how to reach whoever is in it. Nothing here is compulsory but the first."""

    explanation = long_text(
        _("What is the danger, and to whom?"), required=_("Say in a few words what the danger is."),
        hint=_("The words of the threat, if you can bear it; where and when; who is meant."),
    )  # fmt: skip
    places = long_text(
        _("Where was it said or written?"), hint=_("An address, a telephone number, a place. If you know.")
    )
    contact = forms.CharField(
        label=_("How can we reach you, or whoever is in danger?"), required=False, max_length=500,
        help_text=_("A telephone number is quickest. You may leave this empty."),
    )  # fmt: skip

"""Behind both doors: the form that asks to be rung, and the panel of whoever waits for a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from evenhand.web.cases.models import Party
from evenhand.web.cases.steps.care import rung_by
from evenhand.web.notices.presenters import unit_here


@dataclass(frozen=True, slots=True)
class Help:
    """Who helps at once: the emergency number, and whom the organisation names."""

    emergency: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class CarePanel:
    """By when somebody rings, and who helps until then."""

    by: datetime
    help: Help


class RingForm(forms.Form):
    """Where and when to ring."""

    number = forms.CharField(
        label=_("Your telephone number"), max_length=100,
        error_messages={"required": _("Give the number at which we may ring you.")},
    )  # fmt: skip
    when = forms.CharField(
        label=_("When is a good time?"), max_length=500, required=False,
        help_text=_("You need not say why. If somebody else may pick up, tell us what we may say."),
    )  # fmt: skip

    def reach(self) -> str:
        """Return how to reach them, once valid."""
        return "\n".join(filter(None, [self.cleaned_data["number"], self.cleaned_data["when"]]))


def help_here() -> Help:
    """Return who helps at once, as the organisation says it in the reader's language."""
    known = unit_here()
    return Help(known.emergency_number, known.help)


def care_panel(party: Party) -> CarePanel | None:
    """Return the panel of a party that is to be rung; None where no call waits."""
    by = rung_by(party)
    return CarePanel(by, help_here()) if by is not None else None

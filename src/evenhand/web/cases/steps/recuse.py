"""Stepping back from a case: one click and one page that says what happens; no reason asked, no approval (INV-04)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.pool import KINDS
from evenhand.web.cases.presenters.words import role_words
from evenhand.web.cases.recusal import recuse
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step


@page(Step("recuse", gettext_lazy("Step back from this case"), anytime=True, weighed=False))
def view(here: Here) -> HttpResponse:
    """Say what stepping back means; the press does it at once and for good."""
    if not here.posted:
        return here.show("cases/steps/recuse.html", {"what": consequences(here)})
    recuse(case=here.case.id, actor=here.actor, ctx=here.ctx)
    messages.success(here.request, _("You have stepped back. The case is not there for you any more."))
    return here.all_cases()


def consequences(here: Here) -> list[str]:
    """Return what happens to each part the person holds, in words."""
    return [_drawn(role) if role in KINDS else _taken(role) for role in sorted(here.found.roles)]


def _drawn(role: CaseRole) -> str:
    return _("Somebody else is drawn at once for your part: %(role)s.") % {"role": role_words(role)}


def _taken(role: CaseRole) -> str:
    if role is CaseRole.INTAKE:
        return _("The case goes back to the list of intake, where a colleague takes it.")
    return _("Your part, %(role)s, is free, and somebody else takes it.") % {"role": role_words(role)}

"""The pages of a report in their order: which form, which title, and which the short way of danger leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.web.intake import forms
from evenhand.web.intake.draft import Draft


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its name in the draft, its title, its form."""

    name: str
    title: str | Promise
    form: type[forms.ReportForm]


_REPORT: Final = (
    Page("unseen", _("Who must not see this?"), forms.WhoMustNotSee),
    Page("what", _("What happened"), forms.WhatHappened),
    Page("where", _("Where it can be found"), forms.WhereIsIt),
    Page("whom", _("Who did it"), forms.AboutWhom),
    Page("you", _("Who it was aimed at"), forms.WhoAreYou),
    Page("reach", _("How we can reach you"), forms.HowToReachYou),
    Page("check", _("Check your report and send it"), forms.CheckAndSend),
)
_DANGER: Final = (
    Page("unseen", _("Who must not see this?"), forms.WhoMustNotSee),
    Page("danger", _("What the danger is"), forms.WhatDanger),
    Page("check", _("Check your report and send it"), forms.CheckAndSend),
)


def pages_of(draft: Draft) -> tuple[Page, ...]:
    """Return the pages this report goes through."""
    return _DANGER if draft.danger else _REPORT


def page_named(draft: Draft, name: str) -> Page | None:
    """Return a page of this report by its name; None for a name that is not one of them."""
    return next((page for page in pages_of(draft) if page.name == name), None)


def after(draft: Draft, page: Page) -> Page | None:
    """Return the page that follows; None after the last."""
    pages = pages_of(draft)
    return next(iter(pages[pages.index(page) + 1 :]), None)


def before(draft: Draft, page: Page) -> Page | None:
    """Return the page that comes first; None before the first."""
    pages = pages_of(draft)
    place = pages.index(page)
    return pages[place - 1] if place else None


def first_unanswered(draft: Draft) -> Page:
    """Return the first page that was not answered: nobody reaches the end around the first question."""
    pages = pages_of(draft)
    return next((page for page in pages if page.name not in draft.answers), pages[-1])

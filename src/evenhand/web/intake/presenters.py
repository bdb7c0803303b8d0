"""What the pages of the door show, as plain data, and the report as the verb takes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.forms import ChoiceField, DateField
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evenhand.errors import EvenhandError
from evenhand.evidence.item_id import canonical_item
from evenhand.web.cases.access import code_digest
from evenhand.web.cases.receipt import Report, SaidItem
from evenhand.web.intake.draft import Draft
from evenhand.web.intake.pages import Page, pages_of


def question_number(draft: Draft, page: Page) -> str:
    """Return how far the sender has come, in words."""
    pages = pages_of(draft)
    return _("Question %(number)d of %(count)d") % {"number": pages.index(page) + 1, "count": len(pages)}


def answered_rows(draft: Draft) -> Sequence[tuple[str, str]]:
    """Return (question, answer) for everything that was answered, in order."""
    return [row for page in pages_of(draft) if page.name != "check" for row in _rows(page, draft.on(page.name))]


def _rows(page: Page, answers: Any) -> list[tuple[str, str]]:
    fields = page.form.base_fields
    return [(str(field.label), _words(field, answers.get(name))) for name, field in fields.items() if answers.get(name)]


def _words(field: Any, value: Any) -> str:
    if isinstance(field, ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type] # pairs; no form of ours groups them
    if isinstance(field, DateField):
        return date_format(date.fromisoformat(value))
    return _("Yes") if value is True else str(value)


def report_of(draft: Draft, locale: str) -> Report:
    """Return what was answered as the verb takes it; the short way of danger leaves most of it open."""
    unseen, what, where, whom, you, reach = (
        draft.on(name) for name in ("unseen", "danger" if draft.danger else "what", "where", "whom", "you", "reach")
    )
    places = str((what if draft.danger else where).get("places", "")).splitlines()
    happened = what.get("happened_on")
    contact = reach.get("contact") or what.get("contact") or None
    return Report(
        sender="target" if draft.danger else str(you.get("sender", "other")),
        explanation=str(what["explanation"]),
        subjects=(str(whom.get("name") or ""),),
        items=said_items(places, date.fromisoformat(happened) if happened else None),
        locale=locale,
        by={"mail": "mail", "post": "post"}.get(str(reach.get("reach")), "page"),
        anonymous=not (reach.get("name") or contact),
        name=str(reach.get("name") or "") or None,
        contact=contact,
        danger_claimed=draft.danger,
        protected_characteristic=bool(you.get("protected_characteristic")),
        excluded_words=unseen.get("names") or None,
        outside=unseen["anybody"] != "nobody",
        code_digest=code_digest(draft.code),
    )


def said_items(places: Sequence[str], happened_on: date | None) -> tuple[SaidItem, ...]:
    """Return the places as items, each once, in order."""
    return tuple(_said(place.strip(), happened_on) for place in places if place.strip())


def _said(place: str, happened_on: date | None) -> SaidItem:
    """Return one place as an item: a public address by its canonical id, any other place by its own words."""
    try:
        return SaidItem(canonical_item(place).key, place, happened_on=happened_on)
    except EvenhandError:
        return SaidItem(f"place:{' '.join(place.casefold().split())}", place, kind="act", happened_on=happened_on)

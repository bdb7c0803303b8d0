"""What the register's page shows: when it was loaded and what a file would change, in counts alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evenhand.web.register.actions import Preview
from evenhand.web.register.queries import latest_load
from evenhand.web.ui.counting import grouped


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """The register as it is now; `members` is 0 and the rest None before the first load."""

    members: int
    loaded_at: datetime | None
    known_since: date | None


def register_page() -> RegisterPage:
    """Return the page's facts. One query."""
    load = latest_load()
    if load is None:
        return RegisterPage(0, None, None)
    return RegisterPage(load.members, load.loaded_at, load.known_since)


def changes(preview: Preview) -> list[tuple[str, int]]:
    """Return what a file would do, as rows of words and counts."""
    return [
        (_("Members in the file"), preview.members),
        (_("Stretches of membership"), preview.stretches),
        (_("Declared accounts"), preview.accounts),
        (_("New members"), preview.added),
        (_("Members of whom something changes"), preview.changed),
        (_("Members of whom nothing changes"), preview.unchanged),
        (_("Members of now who are not in the file"), preview.missing),
    ]


def loaded_words(done: Preview) -> str:
    """Return what loading did, in one sentence."""
    return ngettext(
        "The register was loaded: %(count)s member.", "The register was loaded: %(count)s members.", done.members
    ) % {"count": grouped(done.members)}

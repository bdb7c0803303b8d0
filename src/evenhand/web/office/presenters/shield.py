"""The protected person's page in words: calm, exact, and never that nothing is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evenhand.web.desk.presenters.coverage import unread_words
from evenhand.web.office.shield import Calm
from evenhand.web.office.waves import slowing_since


@dataclass(frozen=True, slots=True)
class CalmCard:
    """One protected person's last three days; `letters`: (id, sent at) of what waits to be read."""

    headline: str
    lines: Sequence[str]
    letters: Sequence[tuple[str, datetime]]


def calm_card(calm: Calm) -> CalmCard:
    """Return the card. What was not read is said whatever was found (INV-57)."""
    return CalmCard(
        headline=_headline(calm), lines=[*_lines(calm), unread_words(calm.tallies)],
        letters=[(row.letter, row.invited_at) for row in calm.letters],
    )  # fmt: skip


def _headline(calm: Calm) -> str:
    if not calm.posts:
        return _("In the last three days the detector has pointed out nothing in what it could read.")
    since = slowing_since(calm.hours)
    if since is None:
        return _("It has not slowed down yet.")
    return _("It has been slowing since %(at)s.") % {
        "at": date_format(since, "H:i") + " UTC, " + date_format(since, _("j F"))
    }


def _lines(calm: Calm) -> list[str]:
    if not calm.posts:
        return []
    found = [
        ngettext("%(n)d post may be abuse.", "%(n)d posts may be abuse.", calm.posts) % {"n": calm.posts},
        ngettext("%(few)d account wrote %(share)d %%.", "%(few)d accounts wrote %(share)d %%.", calm.few)
        % {"few": calm.few, "share": calm.share},
    ]
    if calm.danger:
        words = ngettext(
            "%(n)d of them may be a threat or name a private place. We look at it first.",
            "%(n)d of them may be threats or name a private place. We look at them first.",
            calm.danger,
        )
        found.insert(0, words % {"n": calm.danger})
    return found

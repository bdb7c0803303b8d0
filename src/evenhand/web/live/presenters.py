"""What the public page says of each source, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.web.live.models import LiveSource

WORDS: Final[dict[str, str | Promise]] = {
    "folder": _("A folder on our own machine, into which another program of ours puts files"),
    "webhook": _("A program of ours or of a service hands records in, signed"),
    "mailbox": _("The mailbox of this unit is looked at for new mail"),
    "mastodon": _("A Mastodon server is asked what mentions the protected accounts"),
    "jetstream": _("The public stream of Bluesky is listened to for what is addressed to the protected accounts"),
}


_ASKED: Final[list[tuple[str | Promise, Callable[[], str], bool]]] = []


def register_asked(words: str | Promise, setting: Callable[[], str], *, named: bool) -> None:
    """Have the public page say of another outgoing adapter that it is on, while its setting is not empty.

    `named`: the page also says what the setting holds. Called by upper apps in their `ready()`.
    """
    _ASKED.append((words, setting, named))


def asked() -> list[tuple[str | Promise, str]]:
    """Return what else goes out from here when something was handed in: its words, and whom it asks or ""."""
    found = [(words, setting(), named) for words, setting, named in _ASKED]
    return [(words, value if named else "") for words, value, named in found if value]


@dataclass(frozen=True, slots=True)
class Shown:
    """One source: what it does, whom it asks ("" = nobody outside), and since when."""

    words: str | Promise
    place: str
    since: datetime


def shown(row: LiveSource) -> Shown:
    """Return one source as the page shows it."""
    return Shown(WORDS[row.adapter], row.place, row.enabled_at)

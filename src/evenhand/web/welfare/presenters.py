"""Calls as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from evenhand.procedure.roles import CaseRole
from evenhand.web.welfare.queries import Waiting
from evenhand.web.welfare.words import Note


@dataclass(frozen=True, slots=True)
class Shown:
    """One call: whose side in words, until when, whether that has passed."""

    id: str
    side_words: str
    due_at: datetime
    late: bool
    note: Note


def shown(call: Waiting, now: datetime) -> Shown:
    """Return a call as the page shows it."""
    return Shown(call.id, _(CaseRole(call.note.side).label), call.due_at, call.due_at < now, call.note)

"""What either side's page lists of its own: its letters, the files it sent. Never the other side's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from evenhand.procedure.notices import NOTICES
from evenhand.web.cases.models import Upload
from evenhand.web.notices.queries import LetterRow


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One letter: its name, its day, the entry of the record it stands in."""

    id: str
    name: str
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file by its sender's own name for it, and what became of it, in words."""

    name: str
    state: str


def letter_lines(letters: Sequence[LetterRow]) -> list[LetterLine]:
    """Return the lines of letters, in the same order. One query a letter."""
    return [LetterLine(row.id, _(NOTICES[row.notice].name), row.sent_at, row.log_position()) for row in letters]


def file_lines(files: Sequence[Upload], texts: Mapping[str, str]) -> list[FileLine]:
    """Return the lines of files whose names were opened before."""
    return [FileLine(texts.get(row.name or "", ""), _state(row.state)) for row in files]


def _state(state: str) -> str:
    words = {
        "quarantined": _("received; nobody has looked at it yet"),
        "cleared": _("received and looked at"),
        "restricted": _("received; it is not shown to anybody"),
    }
    return words[state]

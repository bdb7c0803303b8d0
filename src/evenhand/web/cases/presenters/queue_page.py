"""The list of cases as rows: number, what it is at, what makes it urgent, whose it is, by when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from evenhand.web.cases.models import Case
from evenhand.web.cases.presenters.words import role_words, state_words, until_words

DANGER_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case in the list; `mark` says in a word why it stands where it stands."""

    id: str
    number: str
    state: str
    mark: str
    danger: bool
    owner: str
    due: datetime | None
    left: str
    late: bool


def queue_rows(cases: Iterable[Case], person: str, now: datetime) -> list[QueueRow]:
    """Return the rows of one page of the list."""
    return [_row(case, person, now) for case in cases]


def _row(case: Case, person: str, now: datetime) -> QueueRow:
    due = danger_due(case) or case.due
    return QueueRow(
        id=case.id,
        number=case.number,
        state=state_words(case.state),
        mark=_mark(case),
        danger=case.danger in {"flagged", "carded"},
        owner=_owner(case, person),
        due=due,
        left=until_words(due, now),
        late=bool(due and due < now),
    )


def danger_due(case: Case) -> datetime | None:
    """Return until when a person must have looked at a danger report: 24 hours, which nobody can change."""
    return case.received_at + DANGER_WITHIN if case.danger == "flagged" else None


def _mark(case: Case) -> str:
    if case.danger == "flagged":
        return _("danger reported")
    if case.danger == "carded":
        return _("danger: safety card sent")
    return _("the affected person reported it") if case.affected else ""


def _owner(case: Case, person: str) -> str:
    if case.owner == person:
        return _("you")
    if case.allocation_pending:
        return _("nobody yet: the case keeper fills the seat")
    if case.owner_role is None:
        return ""
    return (
        role_words(case.owner_role) if case.owner else _("nobody yet: %(role)s") % {"role": role_words(case.owner_role)}
    )

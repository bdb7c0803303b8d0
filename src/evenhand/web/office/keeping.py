"""What the case keeper looks after: seats nobody could fill, secrets for draws, the pool, the danger rota."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evenhand.web.cases.models import PoolMember
from evenhand.web.cases.nonces import left
from evenhand.web.cases.presenters.words import state_words, until_words
from evenhand.web.cases.queries import waiting_for_case_keeper
from evenhand.web.office.models import Absence
from evenhand.web.office.presenters.lists import Row, pool_rows
from evenhand.web.office.rota_mail import lines_of
from evenhand.web.people.models import User
from evenhand.web.people.queries import holders_of
from evenhand.web.people.roles import Role

FEW: Final = 20
"""From how few secrets left the page asks for more: a draw takes one, a whole case about ten."""
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Keeping:
    """The case keeper's list."""

    pending: Sequence[Row]
    left: int
    few: bool
    pool: Sequence[Row]
    bodies: int
    rota: int
    officers: int
    away: Sequence[Row]


def keeping(now: datetime) -> Keeping:
    """Return the case keeper's list. Nine queries."""
    members = list(PoolMember.objects.filter(ended_at=None).order_by("kind", "trained_until", "id")[:_SHOWN])
    absences = list(Absence.objects.filter(ended_at=None).order_by("until", "id"))
    people = {row.person for row in members} | {each for row in absences for each in (row.person, row.stand_in)}
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "username"))
    number = left()
    return Keeping(
        pending=[
            (line.number, state_words(line.state), until_words(line.due, now)) for line in waiting_for_case_keeper()
        ],
        left=number, few=number < FEW, pool=pool_rows(members, names, now.date()),
        bodies=len({row.appointed_by for row in members}), rota=len(lines_of(settings.HOME)),
        officers=len(holders_of(Role.OFFICER, now)), away=[_away(row, names) for row in absences],
    )  # fmt: skip


def _away(row: Absence, names: dict[str, str]) -> Row:
    said = _said(row)
    return names.get(row.person, "–"), names.get(row.stand_in, "–"), date_format(row.until), said


def _said(row: Absence) -> str:
    if row.declined_at is not None:
        return _("cannot")
    return _("has agreed") if row.confirmed_at is not None else _("has not agreed yet")

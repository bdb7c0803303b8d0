"""Who has read the file, for a party on request: roles and times, never a name and never which text (INV-09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Party, Seat
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.readings import readings_of


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """One part in the case that opened something in it: first and last time."""

    who: str
    first: datetime
    last: datetime

    @property
    def once(self) -> bool:
        """Whether the page would show the same minute twice."""
        return self.first.replace(second=0, microsecond=0) == self.last.replace(second=0, microsecond=0)


def reading_lines(party: Party) -> list[ReaderLine]:
    """Return who opened what lies under the case's key, one line per part, the first reader first. Three queries."""
    names = _names(party)
    found: dict[str, ReaderLine] = {}
    for row in readings_of([party.case.key]):
        who = names.get(row.actor) or _("somebody who handled it before")
        known = found.get(who)
        first, last = (min(known.first, row.first), max(known.last, row.last)) if known else (row.first, row.last)
        found[who] = ReaderLine(who, first, last)
    return sorted(found.values(), key=lambda line: line.first)


def _names(party: Party) -> dict[str, str]:
    """Return actor -> what they are called: their part; the other side is called so, whoever it is."""
    seats = Seat.objects.filter(case=party.case).order_by("begins")
    names = {seat.person: _part(CaseRole(seat.role)) for seat in seats}
    others = Party.objects.filter(case=party.case).exclude(pk=party.pk).values_list("id", flat=True)
    names |= dict.fromkeys(others, _("the other side, their own letters, messages and files"))
    return names | {party.id: _("you"), str(SYSTEM): _("the system, by rule")}


def _part(role: CaseRole) -> str:
    """Return a part with what its holder does: its name alone says little to somebody from outside."""
    return f"{_(role.label)} ({_(role.words)})"

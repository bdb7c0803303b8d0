"""The first screen of somebody who was drawn: what each case asks of them, how long it takes, where they stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case, Declaration, Seat
from evenhand.web.cases.presenters.words import role_words, state_words
from evenhand.web.cases.standing import InCase, visible_cases
from evenhand.web.cases.steps.base import steps_open_to
from evenhand.web.office.presenters.day import greeting
from evenhand.web.people.standing import Standing

SHOWN: Final = 50
_PANELS: Final = frozenset({CaseRole.PANEL, CaseRole.APPEAL_PANEL, CaseRole.REOPENING_PANEL})


@dataclass(frozen=True, slots=True)
class Drawn:
    """One case somebody was drawn for; `asks`: they have not said yet whether they can sit, and be fair."""

    number: str
    role: str
    words: str
    asks: bool
    due: datetime | None
    href: str
    step: str


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """Everything on the screen: first what asks for an answer, then what can be gone on with, then what waits."""

    greeting: str
    asking: Sequence[Drawn]
    going_on: Sequence[Drawn]
    waiting: Sequence[Drawn]


def panel_page(holds: Standing, now: datetime) -> DrawnPage:
    """Return the first screen of one person. Three queries, whatever the number of cases."""
    seats = list(Seat.objects.filter(person=holds.person, ends=None))
    roles = {seat.case_id: seat for seat in seats}
    live = visible_cases(holds).filter(pk__in=roles, owner_role__isnull=False).order_by("due", "id")
    said = set(
        Declaration.objects.filter(seat__in=seats, kind="conflict", stage="seat").values_list("seat_id", flat=True)
    )
    rows = [_drawn(case, roles[case.id], said) for case in live[:SHOWN]]
    return DrawnPage(
        greeting=greeting(now), asking=[row for row in rows if row.asks],
        going_on=[row for row in rows if row.step and not row.asks],
        waiting=[row for row in rows if not row.step and not row.asks],
    )  # fmt: skip


def _drawn(case: Case, seat: Seat, said: set[str]) -> Drawn:
    role = CaseRole(seat.role)
    asks = role in _PANELS and seat.id not in said and State(case.state) is State.REPLY_WINDOW
    step = next((step for step in steps_open_to(InCase(case, frozenset({role}), may_take=False)) if step.sources), None)
    mine = case.owner == seat.person or role in _PANELS
    return Drawn(
        number=_("Case %(number)s") % {"number": case.number}, role=role_words(role), words=state_words(case.state),
        asks=asks, due=case.due, href=reverse(step.url_name if step else "case", args=[case.id]),
        step=str(step.title) if step and mine else "",
    )  # fmt: skip

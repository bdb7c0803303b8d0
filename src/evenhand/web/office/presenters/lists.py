"""The unit, the auditor's list and the case keeper's list in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evenhand.web.cases.models import Draw, PoolMember, Seat
from evenhand.web.cases.presenters.words import role_words, state_words, until_words
from evenhand.web.cases.queries import Late
from evenhand.web.office.presenters.day import age_words
from evenhand.web.office.unit import DueOn, Unit
from evenhand.web.office.watching import Change, Watch
from evenhand.web.people.roles import OFFICES, ROLES, Office, Role
from evenhand.web.record.ids import SYSTEM

CHANGES: Final[dict[str, str | Promise]] = {
    "role_given": gettext_lazy("a role was given"),
    "role_ended": gettext_lazy("a role was ended"),
    "mandate": gettext_lazy("an office was recorded"),
    "mandate_ended": gettext_lazy("the end of an office was recorded"),
    "code": gettext_lazy("a code of conduct was published"),
    "procedure": gettext_lazy("a procedure was published"),
    "pool": gettext_lazy("somebody joined the pool"),
    "pool_left": gettext_lazy("somebody left the pool"),
    "register": gettext_lazy("a register of members was loaded"),
    "away": gettext_lazy("an officer named somebody who stands in"),
}
REASONS: Final[dict[str, str | Promise]] = {
    "recused": gettext_lazy("stepped back"),
    "illness": gettext_lazy("illness"),
    "challenge": gettext_lazy("a challenge was upheld"),
    "left": gettext_lazy("lost the role, or left"),
}
KINDS: Final[dict[str, str | Promise]] = {
    "unit": gettext_lazy("the unit’s own people"),
    "charge": gettext_lazy("checks the allegations"),
    "review": gettext_lazy("reviews a decision"),
    "legal": gettext_lazy("panel: legally qualified"),
    "expert": gettext_lazy("panel: knows the subject"),
    "lay": gettext_lazy("panel: a lay member"),
}
"""What somebody is in the pool for."""
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class UnitPage:
    """The whole unit on one page; `may_say`: two figures for whoever asks today."""

    headline: str
    danger: str
    rows: Sequence[tuple[str, str]]
    head: Sequence[str]
    days: Sequence[Row]
    may_say: Sequence[str]


def unit_page(unit: Unit, now: datetime) -> UnitPage:
    """Return the head of unit's page."""
    return UnitPage(
        headline=_headline(unit), danger=_danger(unit, now), rows=_rows(unit),
        head=[_("Day"), _("Reports to open"), _("Other steps due"), _("Officers there")],
        days=[_day(row) for row in unit.days],
        may_say=_may_say(unit),
    )  # fmt: skip


def _may_say(unit: Unit) -> list[str]:
    received = ngettext(
        "Since %(day)s we have received %(n)d message.", "Since %(day)s we have received %(n)d messages.", unit.messages
    )
    concern = ngettext("They concern %(n)d post or act.", "They concern %(n)d posts or acts.", unit.items)
    return [received % {"day": _on(unit.since), "n": unit.messages}, concern % {"n": unit.items}]


def _headline(unit: Unit) -> str:
    said = ngettext("%(n)d message since %(day)s.", "%(n)d messages since %(day)s.", unit.messages)
    about = ngettext("They concern %(n)d post or act", "They concern %(n)d posts or acts", unit.items) % {
        "n": unit.items
    }
    by = ngettext("by %(n)d person.", "by %(n)d people.", unit.people) % {"n": unit.people}
    return f"{said % {'n': unit.messages, 'day': _on(unit.since)}} {about} {by}"


def _danger(unit: Unit, now: datetime) -> str:
    if not unit.danger or unit.danger_since is None:
        return _("No danger report is waiting.")
    words = ngettext("%(n)d danger report is waiting.", "%(n)d danger reports are waiting.", unit.danger) % {
        "n": unit.danger
    }
    owner = role_words(unit.danger_owner) if unit.danger_owner else _("nobody has opened it")
    return _("%(how_many)s The first: %(age)s; %(owner)s.") % {
        "how_many": words, "age": age_words(unit.danger_since, now), "owner": owner,
    }  # fmt: skip


def _rows(unit: Unit) -> list[tuple[str, str]]:
    return [
        (_("Affected people who wait for intake"), str(unit.affected)),
        (_("Items to assess"), _("%(left)d; %(done)d are done") % {"left": unit.to_assess, "done": unit.assessed}),
        (_("Steps that are late"), str(unit.late)),
        (_("Trained people in the pool for assessing and investigating"), str(unit.pool)),
    ]


def _day(row: DueOn) -> Row:
    return _on(row.day), row.to_open, row.steps, row.officers


def _on(day: date) -> str:
    return date_format(day, _("l j F"))


@dataclass(frozen=True, slots=True)
class DrawRow:
    """One draw with its replay: which case, for which part, when."""

    id: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WatchPage:
    """The auditor's list."""

    since: datetime
    late: Sequence[Row]
    reallocated: Sequence[Row]
    read: Sequence[Row]
    changed: Sequence[Row]
    draws: Sequence[DrawRow]


def watch_page(found: Watch, now: datetime) -> WatchPage:
    """Return the auditor's list in words; people appear by the role of their account."""
    return WatchPage(
        since=found.since,
        late=[_late(row, now) for row in found.late],
        reallocated=[_seat(seat) for seat in found.reallocated],
        read=[(_who(found, row.actor), row.purpose, row.texts, _at(row.last)) for row in found.read],
        changed=[(str(CHANGES[row.kind]), _detail(row), _at(row.at)) for row in found.changed],
        draws=[_draw(row) for row in found.draws],
    )  # fmt: skip


def _late(row: Late, now: datetime) -> Row:
    owner = role_words(row.owner_role) if row.owner_role else "–"
    return row.number, state_words(row.state), owner, until_words(row.due, now)


def _seat(seat: Seat) -> Row:
    why = str(REASONS.get(seat.end_reason or "", seat.end_reason or ""))
    second = _("with a second person") if seat.end_approver else _("by themselves")
    return seat.case.number, role_words(seat.role), f"{why}, {second}", _at(seat.ends)


def _who(found: Watch, actor: str) -> str:
    if actor == SYSTEM:
        return _("the system, by rule")
    return str(ROLES[Role(found.names[actor])].name) if actor in found.names else _("a side of a case")


def _detail(change: Change) -> str:
    if change.kind.startswith("role_"):
        return str(ROLES[Role(change.detail)].name)
    if change.kind.startswith("mandate"):
        return str(OFFICES[Office(change.detail)])
    return str(KINDS[change.detail]) if change.kind.startswith("pool") else change.detail


def _at(when: datetime | None) -> str:
    return date_format(when, _("j F Y, H:i")) + " UTC" if when else ""


def _draw(row: Draw) -> DrawRow:
    words = _("Case %(number)s, draw %(n)d, for: %(role)s") % {
        "number": row.case.number, "n": row.number, "role": role_words(row.purpose),
    }  # fmt: skip
    assert row.drawn_at is not None
    return DrawRow(row.id, words + (_(" (one person could be drawn)") if row.forced else ""), row.drawn_at)


def pool_rows(members: Sequence[PoolMember], names: dict[str, str], today: date) -> list[Row]:
    """Return the pool as rows: who, for what, by which body, trained until when."""
    return [
        (names.get(row.person, "–"), str(KINDS[row.kind]), row.appointed_by.replace("_", " "), _trained(row, today))
        for row in members
    ]


def _trained(row: PoolMember, today: date) -> str:
    until = date_format(row.trained_until)
    return until if row.trained_until >= today else _("ended %(day)s: cannot be drawn") % {"day": until}

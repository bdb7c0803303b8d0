"""One case as its handlers see it: where it stands, what to do now, what was done, the papers, who has seen it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evenhand.procedure.notices import NOTICES
from evenhand.web.cases.models import Case, Event, Seat
from evenhand.web.cases.overview import CaseFile
from evenhand.web.cases.presenters.queue_page import QueueRow, queue_rows
from evenhand.web.cases.presenters.words import clock_words, role_words, state_words, until_words
from evenhand.web.cases.standing import InCase
from evenhand.web.cases.steps.base import steps_open_to
from evenhand.web.record.ids import SYSTEM

_STEPS_EVERYWHERE = frozenset({"contact", "recuse", "dialogue", "files", "bundle", "delay", "post-letters", "new-code"})


@dataclass(frozen=True, slots=True)
class Link:
    """A step that can be taken now."""

    title: str
    href: str


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One thing that happened, by role."""

    at: datetime
    words: str
    who: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One letter: its kind, to which side, when; without an id for whoever cannot open it."""

    id: str
    name: str
    side: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything on the case page."""

    case: Case
    row: QueueRow
    roles: str
    steps: Sequence[Link]
    others: Sequence[Link]
    blocks: Sequence[str]
    timeline: Sequence[TimelineRow]
    papers: Sequence[Paper]
    clocks: Sequence[tuple[str, str, datetime | None]]
    seats: Sequence[tuple[str, str, str]]
    allegations: Sequence[tuple[str, str]]
    counts: Sequence[tuple[str, str]]
    readers: Sequence[tuple[str, str, datetime]]


def case_page(file: CaseFile, found: InCase, now: datetime) -> CasePage:
    """Return the page of one case for one person. Pure over what was read."""
    names = _names(file)
    steps = steps_open_to(found, asked_for=True)
    links = {step.slug: Link(str(step.title), reverse(step.url_name, args=[file.case.id])) for step in steps}
    return CasePage(
        case=file.case,
        row=queue_rows([file.case], file.case.owner or "", now)[0],
        roles=", ".join(role_words(role) for role in sorted(found.roles)),
        steps=[link for slug, link in links.items() if slug not in _STEPS_EVERYWHERE],
        others=[link for slug, link in links.items() if slug in _STEPS_EVERYWHERE],
        blocks=[*_not_yours(found), *_blocks(file, now)],
        timeline=[TimelineRow(event.at, _event_words(event), role_words(event.actor_role)) for event in file.events],
        papers=[
            Paper(row.id if found.roles else "", _(NOTICES[row.notice].name), role_words(row.side), row.sent_at)
            for row in file.letters
        ],
        clocks=[(clock_words(clock.name), until_words(clock.due, now), clock.due) for clock in file.clocks],
        seats=[_seat(seat) for seat in file.seats],
        allegations=[(str(row.number), f"{row.clause.clause} · {row.clause.code.version}") for row in file.allegations],
        counts=_counts(file),
        readers=[
            (names.get(row.actor, _("somebody without a seat now")), row.purpose, row.last) for row in file.readings
        ],
    )


def _names(file: CaseFile) -> dict[str, str]:
    """Return what each person is in this case: parties and handlers appear by their part, never by a name."""
    names = {party.id: role_words(party.side) for party in file.parties}
    return names | {seat.person: role_words(seat.role) for seat in file.seats} | {SYSTEM: _("the system, by rule")}


def _event_words(event: Event) -> str:
    return f"{state_words(event.target)} · {event.transition}"


def _seat(seat: Seat) -> tuple[str, str, str]:
    how = _("drawn") if seat.draw_id else _("taken")
    until = "" if seat.ends is None else _("ended: %(why)s") % {"why": seat.end_reason}
    return role_words(seat.role) + (f" ({_('chair')})" if seat.chair else ""), how, until


def _counts(file: CaseFile) -> list[tuple[str, str]]:
    declared = file.declarations
    return [
        (_("Items named"), str(file.items)),
        (_("Files"), str(len(file.uploads))),
        (_("Messages"), str(len(file.messages))),
        (_("Notes of contact"), str(file.contacts)),
        (_("Declared “no contact”"), f"{declared.get('none', 0)} / {sum(declared.values())}"),
    ]


def _not_yours(found: InCase) -> list[str]:
    if not found.another:
        return []
    return [_("Another officer must take this one: you have had a part in what it is about.")]


def _blocks(file: CaseFile, now: datetime) -> list[str]:
    """Return what keeps the case from moving, in words: what an officer needs to know first."""
    found = []
    if file.case.allocation_pending:
        found.append(_("Nobody sits in the seat that the next step needs. The case keeper fills it."))
    if file.look_up is False:
        found.append(_("A look-up was asked for. It waits until another officer approves it."))
    if file.unfiled:
        count = len(file.unfiled)
        found.append(
            ngettext(
                "%(n)d contact is known and not written down; until it is, whoever it was with decides nothing.",
                "%(n)d contacts are known and not written down; until they are, whoever they were with decides"
                " nothing.",
                count,
            )
            % {"n": count}
        )
    waiting = sum(upload.state == "quarantined" for upload in file.uploads)
    if waiting:
        words = ngettext("%(n)d file has not been looked at.", "%(n)d files have not been looked at.", waiting)
        found.append(words % {"n": waiting})
    if file.case.due and file.case.due < now:
        found.append(_("The step is late. It stands on the auditor's list."))
    return found

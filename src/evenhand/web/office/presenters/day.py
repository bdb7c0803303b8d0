"""The first screen in words: danger first, then what needs this person today and what blocks it, then the week."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evenhand.ledger.store import Checkpoint
from evenhand.procedure.notices import NOTICES
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case
from evenhand.web.cases.presenters.words import role_words, state_words, until_words
from evenhand.web.cases.standing import InCase
from evenhand.web.cases.steps.base import steps_open_to
from evenhand.web.cases.steps.here import Step
from evenhand.web.notices.queries import UnservedLetter
from evenhand.web.notices.words import Unserved
from evenhand.web.office.day import SHOWN, Day
from evenhand.web.ui.counting import grouped

_NOON: Final = 12
_EVENING: Final = 18
_WEEK: Final = timedelta(days=7)
BLOCKED: Final[dict[Unserved, str | Promise]] = {
    Unserved.BOUNCED: gettext_lazy("it came back; find another way to reach them"),
    Unserved.TO_POST: gettext_lazy("print it, post it, and say that you did"),
    Unserved.NO_ADDRESS: gettext_lazy("the letter has no address; add it"),
    Unserved.NOT_ACCEPTED: gettext_lazy("the mail server does not take it; it is tried again"),
}
"""What keeps a letter from arriving, and what to do."""

LOOK_UP: Final[dict[bool | None, tuple[str, str | Promise]]] = {
    None: ("case_look_up", gettext_lazy("Ask for the membership look-up")),
    False: ("case", gettext_lazy("another officer must approve the look-up")),
    True: ("case_membership", gettext_lazy("Confirm the look-up; an assessor is drawn")),
}
"""What a case in triage waits for, by whether its look-up is approved (None: not asked for), and where."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to do: a line, what blocks it or what is next, where, and by when ("" and None where nothing is)."""

    title: str
    words: str
    href: str
    due: datetime | None = None
    left: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of the first screen: what is shown, and how many cases more there are of the kind."""

    things: Sequence[Thing]
    more: int = 0


@dataclass(frozen=True, slots=True)
class DayPage:
    """The first screen."""

    greeting: str
    danger_line: str
    things_line: str
    danger: Listed
    today: Listed
    week: Listed
    later: Listed
    others: Listed
    away: str
    leads: str
    signed: datetime | None


def day_page(day: Day, now: datetime) -> DayPage:
    """Return the first screen for one person. Pure over what was read."""
    blocked = {letter.case: letter for letter in day.letters if letter.case}
    listed = partial(_listed, blocked=blocked, look_ups=day.look_ups, now=now)
    asap, week, later = _by_day(day.mine, set(blocked), now)
    before = [*_confirm(day), *_to_open(day, now), *_flagged(day)]
    first, after = listed(asap), list(_others_need(day))
    return DayPage(
        greeting=greeting(now), danger_line=danger_line(day.danger_number),
        things_line=things_line(len(before) + len(asap) + len(after)),
        danger=Listed([_danger(case, now) for case in day.danger], day.danger_number - len(day.danger)),
        today=Listed([*before, *first.things, *after], first.more),
        week=listed(week), later=listed(later),
        others=Listed([_other(case, now) for case in day.others], max(day.others_number - len(day.others), 0)),
        away=away_words(day), leads=_leads(day.leads), signed=_signed(day.signed),
    )  # fmt: skip


def _by_day(cases: Sequence[Case], blocked: Container[str], now: datetime) -> tuple[list[Case], list[Case], list[Case]]:
    """Return the cases of today (or blocked by a letter), those due within the week, and the others; order kept."""
    asap: list[Case] = []
    week: list[Case] = []
    later: list[Case] = []
    for case in cases:
        if _is_today(case, now) or case.id in blocked:
            asap.append(case)
        else:
            (week if case.due and case.due <= now + _WEEK else later).append(case)
    return asap, week, later


def _listed(
    cases: Sequence[Case], *, blocked: Mapping[str, UnservedLetter], look_ups: Mapping[str, bool], now: datetime
) -> Listed:
    """Return the first of some cases as things to do, and how many follow them."""
    shown = [case_thing(case, now, blocked.get(case.id), look_ups.get(case.id)) for case in cases[:SHOWN]]
    return Listed(shown, len(cases) - len(shown))


def greeting(now: datetime) -> str:
    """Return the greeting for the hour."""
    if now.hour < _NOON:
        return _("Good morning.")
    return _("Good afternoon.") if now.hour < _EVENING else _("Good evening.")


def danger_line(number: int) -> str:
    """Return whether danger waits: the first thing anybody reads."""
    if not number:
        return _("No danger report is waiting.")
    return ngettext("%(n)d danger report is waiting.", "%(n)d danger reports are waiting.", number) % {"n": number}


def things_line(number: int) -> str:
    """Return how many things need this person today."""
    if not number:
        return _("Nothing else needs you today.")
    return ngettext("%(n)d thing needs you today.", "%(n)d things need you today.", number) % {"n": number}


def case_thing(case: Case, now: datetime, letter: UnservedLetter | None = None, approved: bool | None = None) -> Thing:
    """Return one case as a thing to do: its next step, or what blocks it, a letter or a look-up not yet approved.

    `approved`: whether the look-up that waits in the case is, None where none waits.
    """
    step = next_step(case)
    href = reverse(step.url_name, args=[case.id]) if step else reverse("case", args=[case.id])
    words = str(step.title) if step else state_words(case.state)
    if case.state == State.TRIAGE:
        url, what = LOOK_UP[approved]
        href, words = reverse(url, args=[case.id]), str(what)
    if letter is not None:
        words = _("%(letter)s: %(what)s") % {"letter": _(NOTICES[letter.notice].name), "what": BLOCKED[letter.why]}
        href = reverse("case_post_letters", args=[case.id])
    title = _("Case %(number)s") % {"number": case.number}
    return Thing(title, words, href, case.due, until_words(case.due, now), bool(case.due and case.due < now))


def next_step(case: Case) -> Step | None:
    """Return the first step the owner can take where the case stands, or None; what is open everywhere is none."""
    if case.owner_role is None:
        return None
    found = InCase(case, frozenset({CaseRole(case.owner_role)}), may_take=False)
    return next((step for step in steps_open_to(found) if step.sources), None)


def _is_today(case: Case, now: datetime) -> bool:
    """Return whether a case is to be done today: the day it should be done by comes before the day it must be."""
    return any(day is not None and day.date() <= now.date() for day in (case.aim, case.due))


def _danger(case: Case, now: datetime) -> Thing:
    owner = role_words(case.owner_role) if case.owner and case.owner_role else _("nobody has opened it")
    words = _("%(age)s; %(owner)s") % {"age": age_words(case.received_at, now), "owner": owner}
    slug = next_step(case)
    href = reverse(slug.url_name, args=[case.id]) if slug else reverse("case", args=[case.id])
    return Thing(_("Case %(number)s") % {"number": case.number}, words, href)


def age_words(since: datetime, now: datetime) -> str:
    """Return for how long something has been waiting, in minutes, hours or days."""
    span = max(now - since, timedelta(0))
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return ngettext("waiting for %(n)d minute", "waiting for %(n)d minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("waiting for %(n)d hour", "waiting for %(n)d hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("waiting for %(n)d day", "waiting for %(n)d days", span.days) % {"n": span.days}


def _to_open(day: Day, now: datetime) -> Iterable[Thing]:
    waiting = day.to_open
    if not waiting.number:
        return
    title = ngettext("%(n)d report to open", "%(n)d reports to open", waiting.number) % {"n": waiting.number}
    words = _("somebody opens each and tells its sender so")
    if waiting.affected:
        words += "; " + ngettext(
            "%(n)d comes from the person concerned", "%(n)d come from the persons concerned", waiting.affected
        ) % {"n": waiting.affected}
    late = bool(waiting.due and waiting.due < now)
    yield Thing(title, words, reverse("desk_acknowledge"), waiting.due, until_words(waiting.due, now), late)


def _flagged(day: Day) -> Iterable[Thing]:
    for flag in day.flags:
        title = _("Case %(number)s") % {"number": flag.case.number}
        words = _("write down who spoke to you: until then you decide nothing in it")
        yield Thing(title, words, reverse("case_contact", args=[flag.case_id]))


def _others_need(day: Day) -> Iterable[Thing]:
    if day.asks:
        title = ngettext("%(n)d look-up to approve", "%(n)d look-ups to approve", day.asks) % {"n": day.asks}
        yield Thing(title, _("a colleague waits for a second person"), reverse("approvals"))
    for case, number in day.taken_back:
        words = _("the sender asked to take the report back; after 72 hours it can be ended for them")
        yield Thing(_("Case %(number)s") % {"number": number}, words, reverse("case_take_back", args=[case]))
    for row in day.unanswered:
        words = ngettext("%(n)d message is not answered", "%(n)d messages are not answered", row.messages)
        href = reverse("case_dialogue", args=[row.case])
        yield Thing(_("Case %(number)s") % {"number": row.number}, words % {"n": row.messages}, href)


def _confirm(day: Day) -> Iterable[Thing]:
    for absence in day.asked_of_me:
        words = _("a colleague asks you to answer danger reports first, until %(day)s") % {
            "day": date_format(absence.until)
        }
        yield Thing(_("Stand in"), words, reverse("away"))


def _other(case: Case, now: datetime) -> Thing:
    who = role_words(case.owner_role) if case.owner_role else state_words(case.state)
    if case.owner is None and case.owner_role:
        who = _("nobody yet: %(role)s") % {"role": who}
    title = _("Case %(number)s") % {"number": case.number}
    return Thing(title, who, reverse("case", args=[case.id]), left=age_words(case.state_since, now))


def away_words(day: Day) -> str:
    """Return who answers danger reports while this person is away, "" where they are here."""
    if day.away is None:
        return ""
    if day.away.declined_at is not None:
        return _("You are marked as away. The colleague you asked cannot stand in: ask somebody else.")
    if day.away.confirmed_at is None:
        return _("You have named somebody who answers danger reports first. They have not agreed yet.")
    return _("You are away until %(day)s; somebody else answers danger reports first.") % {
        "day": date_format(day.away.until)
    }


def _leads(number: int) -> str:
    return ngettext("%(n)s lead waits", "%(n)s leads wait", number) % {"n": grouped(number)}


def _signed(checkpoint: Checkpoint | None) -> datetime | None:
    return datetime.fromisoformat(checkpoint.made_at) if checkpoint else None

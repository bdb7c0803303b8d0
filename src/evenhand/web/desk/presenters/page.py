"""The first page of the desk: the ranked leads an officer can look at in a day, and all that is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.desk.examples import miss_rate
from evenhand.web.desk.policy import UNDO_WITHIN, Standing, Waiting, must_wait, places, ranked
from evenhand.web.desk.presenters.asked import miss_words
from evenhand.web.desk.presenters.cards import Card, Undoable, card, undoable
from evenhand.web.desk.presenters.coverage import UnreadRow, most_unread, unread_head, unread_rows, unread_words
from evenhand.web.desk.protection import seat_officer
from evenhand.web.desk.queries import (
    Row,
    done_by,
    last_screened,
    protected,
    put_aside_by,
    rows,
    tallies,
    waiting,
)
from evenhand.web.desk.snapshot import Snapshot
from evenhand.web.desk.withheld import must_not_weigh, withheld_from
from evenhand.web.desk.words import Band
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.ui.counting import grouped

PURPOSE = "desk.leads"


@dataclass(frozen=True, slots=True)
class Page:
    """The first page of the desk."""

    headline: str
    cards: tuple[Card, ...]
    held_back: str
    unread: str
    unread_head: UnreadRow
    unread_rows: tuple[UnreadRow, ...]
    undoable: tuple[Undoable, ...]
    screened_at: datetime | None
    missed: str
    withheld: str


def leads_page(actor: ActorId, ctx: Context) -> Page:
    """Return the page for one officer. Every text on it is opened for them and logged: one row per text."""
    queue = ranked(Waiting(*lead[:3], Band(lead[3]), *lead[4:]) for lead in waiting())
    shown = [lead.id for lead in queue[: _places(queue, actor, ctx.now())]]
    found = rows(shown)
    withheld = withheld_from(actor, [row.post for row in found.values()])
    found = {lead: row for lead, row in found.items() if row.post not in withheld}
    aside = put_aside_by(actor, ctx.now() - UNDO_WITHIN)
    counted = tallies()
    least_read = most_unread(counted)
    opened = _open(
        [found[lead] for lead in shown if lead in found], [row.target for row in aside] + least_read, actor, ctx
    )
    return Page(
        headline=headline(Counter(lead.band for lead in queue)),
        cards=tuple(opened.card(found[lead], place) for place, lead in enumerate(shown, 1) if lead in found),
        held_back=held_back(len(shown), len(queue)),
        unread=unread_words(counted),
        unread_head=unread_head(),
        unread_rows=unread_rows(counted, {person: opened.names[person] for person in least_read}),
        undoable=tuple(undoable(row, opened.names[row.target]) for row in aside),
        screened_at=last_screened(),
        missed=miss_words(miss_rate()),
        withheld=withheld_words(len(withheld)),
    )


def lead_page(lead: str, actor: ActorId, ctx: Context) -> Card:
    """Return one waiting lead for the question why it is not abuse; the reading is logged. UsageError if it is not."""
    row = rows([lead]).get(lead)
    if row is None:
        raise UsageError(_("There is no such lead."), mend=_("Go back to the leads."))
    must_wait(Standing(row.status, row.disposed_by, row.disposed_at))
    must_not_weigh(actor, row.post)
    return _open([row], [], actor, ctx).card(row, 0)


def _places(queue: Sequence[Waiting], actor: ActorId, now: datetime) -> int:
    """Return how many leads the page holds; the setting DESK_CAPACITY is an officer's day."""
    return places(
        capacity=settings.DESK_CAPACITY,
        done_today=done_by(actor, now.replace(hour=0, minute=0, second=0, microsecond=0)),
        danger=sum(lead.band is Band.DANGER for lead in queue),
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """The texts of one page: what people are called, and what was written."""

    names: Mapping[str, str]
    texts: Mapping[str, str]

    def card(self, row: Row, place: int) -> Card:
        """Return one lead in words; where the words were erased it says so."""
        text = self.texts.get(row.snapshot)
        snapshot = Snapshot.opened(text) if text is not None else Snapshot(_("The words were erased."), (), "", ())
        return card(row, snapshot, place=place, aimed_at=self.names[row.target])


def _open(shown: Sequence[Row], others: Iterable[str], actor: ActorId, ctx: Context) -> _Opened:
    people = protected({row.target for row in shown} | set(others))
    seat_officer(actor, [key for key, _label in people.values()], ctx)
    wanted = [row.snapshot for row in shown] + [label for _key, label in people.values()]
    texts = open_texts(wanted, actor=actor, purpose=PURPOSE, ctx=ctx)
    unnamed = _("a protected person")
    return _Opened({person: texts.get(label, unnamed) for person, (_key, label) in people.items()}, texts)


def headline(bands: Mapping[Band, int]) -> str:
    """Return how many leads wait, those that may be a danger apart."""
    danger = bands.get(Band.DANGER, 0)
    rest = sum(bands.values()) - danger
    if not danger and not rest:
        return _("No lead is waiting.")
    words = [_danger_words(danger)]
    if rest:
        others = ngettext("%(n)s other lead is waiting.", "%(n)s other leads are waiting.", rest)
        words.append(others % {"n": grouped(rest)})
    return " ".join(words)


def _danger_words(danger: int) -> str:
    if not danger:
        return _("No danger lead is waiting.")
    words = ngettext(
        "%(n)s lead that may be a danger is waiting.", "%(n)s leads that may be a danger are waiting.", danger
    )
    return words % {"n": grouped(danger)}


def withheld_words(number: int) -> str:
    """Return how many posts are not shown because this person weighs them in a case, "" where none is."""
    if not number:
        return ""
    words = ngettext(
        "%(n)s post is not shown to you: it is in a case that you weigh. A colleague looks at it.",
        "%(n)s posts are not shown to you: they are in cases that you weigh. A colleague looks at them.",
        number,
    )
    return words % {"n": grouped(number)}


def held_back(shown: int, total: int) -> str:
    """Return how many leads are not on the page, "" when all are."""
    if total <= shown:
        return ""
    if not shown:
        words = ngettext(
            "You have done what one officer can do in a day. %(n)s lead waits for a colleague or for tomorrow.",
            "You have done what one officer can do in a day. %(n)s leads wait for a colleague or for tomorrow.",
            total,
        )
        return words % {"n": grouped(total)}
    words = ngettext(
        "%(n)s more lead waits behind these: the list holds what one officer can look at in a day.",
        "%(n)s more leads wait behind these: the list holds what one officer can look at in a day.",
        total - shown,
    )
    return words % {"n": grouped(total - shown)}
